/** Messages from outside, received in the order in which they were accepted. */
import type { Awaitable, Coroutine } from '../core/awaitable.ts';
import { checkPathName } from '../core/check-name.ts';
import { QueueEmpty } from '../core/errors.ts';
import { currentLoop, currentLoopToRead } from '../core/loop.ts';
import { setSignalSchema, signalSchema, type Signal, type SignalOptions } from '../core/signal.ts';
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
  return new NamedSignal<T>(name, checkSchema(`signal "${name}"`, options.schema));
}

/** Runs that wait for it hold it: its schema is the author's, and is not copied to where they wait. */
class NamedSignal<T> implements Signal<T> {
  readonly name: string;

  constructor(name: string, schema: StandardSchema | undefined) {
    this.name = name;
    setSignalSchema(this, schema);
  }

  receive(): Awaitable<T> {
    return lazy(`receive() of signal "${this.name}"`, new ReceiveCall<T>(this));
  }

  receiveNowait(): T {
    const taken = currentLoop(`receiveNowait() of signal "${this.name}"`).signals.take(this.name);
    if (!taken.found) throw new QueueEmpty();
    return toPayload(this, taken.payload);
  }

  pending(): number {
    return currentLoopToRead(`pending() of signal "${this.name}"`).signals.count(this.name);
  }
}

class ReceiveCall<T> implements Call<T> {
  readonly signal: NamedSignal<T>;

  constructor(signal: NamedSignal<T>) {
    this.signal = signal;
  }

  start(): Coroutine<T> {
    return receiveSignal(this.signal);
  }
}

/** As `Queue.get`: a receiver that is woken takes a signal; one that is cancelled after it was woken wakes the next. */
function* receiveSignal<T>(signal: NamedSignal<T>): Coroutine<T> {
  const { name } = signal;
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
    if (taken.found) return toPayload(signal, taken.payload);
  }
}

function toPayload<T>(signal: NamedSignal<T>, payload: unknown): T {
  return validOrThrow(signalSchema(signal), payload, `the payload of signal "${signal.name}"`) as T;
}
