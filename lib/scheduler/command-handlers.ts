/** What a task waits for after it yielded a command, for each kind of command. */
import type { Command } from '../core/command.ts';
import type { Future } from '../core/future.ts';
import type { Loop } from '../core/loop.ts';

/** A future; or `pause`: the task's next turn in the ready queue. */
export type WaitsFor = Future<unknown> | 'pause';

type Handlers = { readonly [K in Command['kind']]: (command: Extract<Command, { kind: K }>, loop: Loop) => WaitsFor };

const handlers: Handlers = {
  await: (command) => command.future,
  pause: () => 'pause',
  step: (command, loop) => loop.commands.begin(command),
  sleep: (command, loop) => loop.commands.begin(command),
  receive: (command, loop) => loop.commands.begin(command),
};

/** Says whether what was yielded is a command, and not something of the author's own. */
export function isCommand(value: unknown): value is Command {
  return typeof value === 'object' && value !== null && Object.hasOwn(handlers, (value as Command).kind);
}

export function handleCommand<C extends Command>(command: C, loop: Loop): WaitsFor {
  // The table's type says that the handler at `kind` takes a command of that kind.
  const handler = handlers[command.kind] as unknown as (command: C, loop: Loop) => WaitsFor;
  return handler(command, loop);
}
