/** Calls of entities from the code of a run: each is done once, as all that a run asks of another one. */
import type { Awaitable, Coroutine } from '../core/awaitable.ts';
import type { EntityDefinition } from '../core/entity.ts';
import { ownError } from '../core/entity-errors.ts';
import { WorkflowCodeError } from '../core/errors.ts';
import { currentLoop } from '../core/loop.ts';
import { type Call, lazy } from './lazy.ts';
import { QueryCall, UpdateCall } from './run-calls.ts';

export function callHandler(
  { name: entity }: EntityDefinition,
  runId: string,
  name: string,
  args: readonly unknown[],
): Awaitable<unknown> {
  const call = `"${name}" of entity "${runId}"`;
  const { info, values } = currentLoop(call);
  if (runId === info.id) {
    throw new WorkflowCodeError(
      'INVALID_ARGUMENT',
      `a handler of entity "${runId}" called "${name}" of its own key, and would wait for itself: one handler runs at a ` +
        `time. Call the function itself`,
    );
  }
  const encoded = values.encode(args, `the arguments of ${call}`);
  return lazy(call, new HandlerCall(new UpdateCall({ runId, name, args: encoded, entity })), 2);
}

export function callRead(
  { name: entity }: EntityDefinition,
  runId: string,
  name: string,
  args: readonly unknown[],
): Awaitable<unknown> {
  const call = `"${name}" of entity "${runId}"`;
  const encoded = currentLoop(call).values.encode(args, `the arguments of ${call}`);
  return lazy(call, new QueryCall({ runId, name, args: encoded, entity }), 2);
}

/** What the handler threw is thrown as it is. */
class HandlerCall implements Call<unknown> {
  readonly call: UpdateCall<unknown>;

  constructor(call: UpdateCall<unknown>) {
    this.call = call;
  }

  *start(): Coroutine<unknown> {
    try {
      return yield* this.call.start();
    } catch (error) {
      throw ownError(error);
    }
  }
}
