/** Messages from outside, received in the order in which they were accepted. */
import type { Coroutine } from '../core/awaitable.ts';
import { checkPathName } from '../core/check-name.ts';
import { QueueEmpty } from '../core/errors.ts';
import { currentLoop, currentLoopToRead } from '../core/loop.ts';
import { setSignalSchema, type Signal, type SignalOptions } from '../core/signal.ts';
import type { StandardSchema } from '../core/standard-schema.ts';
import { validOrThrow } from '../core/validate.ts';
import { checkSchema } from './check-schema.ts';
import { type Call, lazy } from './lazy.ts';

/**
 * Names a kind of message that runs can be sent. Made once, outside of workflows; inside, each run has its own buffer,
 * from its start on: `receive` is asyncio's `Queue.get`.
 *
 * @example
 * ```ts
 * const approved = signal<{ by: string }>('approved');
 * try {
 *   const { by } = yield* timeout('7 days', approved.receive());
 *   log.info('approved by', by);
 * } catch (error) {
 *   if (!(error instanceof TimeoutError)) throw error;
 * }
 * approved.pending(); // => 0
 * ```
 */
export function signal<T, In = T>(name: string, options: SignalOptions<T, In> = {}): Signal<T, In> {
  checkPathName(name, 'a signal');
  const schema = checkSchema(`signal "${name}"`, options.schema);
  const what = `signal "${name}"`;
  const made: Signal<T, In> = {
    name,
    receive: () => lazy(`receive() of ${what}`, new ReceiveCall<T>(name, schema)),
    receiveNowait: () => {
      const taken = currentLoop(`receiveNowait() of ${what}`).signals.take(name);
      if (!taken.found) throw new QueueEmpty();
      return toPayload<T>(name, schema, taken.payload);
    },
    pending: () => currentLoopToRead(`pending() of ${what}`).signals.count(name),
  };
  setSignalSchema(made, schema);
  return made;
}

class ReceiveCall<T> implements Call<T> {
  readonly name: string;
  readonly schema: StandardSchema | undefined;

  constructor(name: string, schema: StandardSchema | undefined) {
    this.name = name;
    this.schema = schema;
  }

  start(): Coroutine<T> {
    return receiveSignal<T>(this.name, this.schema);
  }
}

/** As `Queue.get`: a receiver that is woken takes a signal; one that is cancelled after it was woken wakes the next. */
function* receiveSignal<T>(name: string, schema: StandardSchema | undefined): Coroutine<T> {
  const { commands, signals } = currentLoop(`receive() of signal "${name}"`);
  for (;;) {
    const receiver = commands.begin({ kind: 'receive', name });
    try {
      yield* receiver;
    } catch (error) {
      receiver.cancel();
      if (!receiver.cancelled() && signals.count(name) > 0) signals.wakeNext(name);
      throw error;
    }
    const taken = signals.take(name);
    if (taken.found) return toPayload(name, schema, taken.payload);
  }
}

function toPayload<T>(name: string, schema: StandardSchema | undefined, payload: unknown): T {
  return validOrThrow(schema, payload, `the payload of signal "${name}"`) as T;
}
