/** Messages from outside, received in the order in which they were accepted. */
import type { Awaitable, Coroutine } from '../core/awaitable.ts';
import { checkName } from '../core/check-name.ts';
import { describeValue } from '../core/describe-value.ts';
import { QueueEmpty, WorkflowCodeError } from '../core/errors.ts';
import { currentLoop } from '../core/loop.ts';
import { setSignalSchema, type Signal, type SignalOptions } from '../core/signal.ts';
import type { StandardSchema } from '../core/standard-schema.ts';
import { validOrThrow } from '../core/validate.ts';
import { lazy } from './lazy.ts';

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
  checkName(name, 'a signal');
  checkIsPath(name);
  const schema = checkSchema(name, options);
  const what = `signal "${name}"`;
  const toPayload = (payload: unknown): T => validOrThrow(schema, payload, `the payload of ${what}`) as T;
  const made: Signal<T, In> = {
    name,
    receive: () => receive(name, toPayload),
    receiveNowait: () => {
      const taken = currentLoop(`receiveNowait() of ${what}`).takeSignal(name);
      if (!taken.found) throw new QueueEmpty();
      return toPayload(taken.payload);
    },
    pending: () => currentLoop(`pending() of ${what}`).pendingSignals(name),
  };
  setSignalSchema(made, schema);
  return made;
}

function receive<T>(name: string, toPayload: (payload: unknown) => T): Awaitable<T> {
  return lazy(`receive() of signal "${name}"`, () => take(name, toPayload), 2);
}

/** As `Queue.get`: who is woken takes what is there; who is cancelled after it was woken wakes the next. */
function* take<T>(name: string, toPayload: (payload: unknown) => T): Coroutine<T> {
  const loop = currentLoop(`receive() of signal "${name}"`);
  for (;;) {
    const receiver = loop.begin({ kind: 'receive', name });
    try {
      yield* receiver;
    } catch (error) {
      receiver.cancel();
      if (!receiver.cancelled() && loop.pendingSignals(name) > 0) loop.wakeReceiver(name);
      throw error;
    }
    const taken = loop.takeSignal(name);
    if (taken.found) return toPayload(taken.payload);
  }
}

/** Over HTTP a signal's name ends the path of a URL, which has no room for such parts, encoded or not. */
function checkIsPath(name: string): void {
  if (!/\p{Surrogate}/u.test(name) && !name.split('/').some((part) => part === '.' || part === '..')) return;
  throw new WorkflowCodeError(
    'INVALID_ARGUMENT',
    `the name of a signal is ${describeValue(name)}: no URL can have it as a part of its path. Give one without "." and ` +
      '".." between slashes, and without half characters',
  );
}

function checkSchema<T, In>(name: string, { schema }: SignalOptions<T, In>): StandardSchema | undefined {
  if (schema === undefined) return undefined;
  if (typeof (schema as Partial<typeof schema> | null)?.['~standard']?.validate === 'function') {
    return schema as StandardSchema;
  }
  throw new WorkflowCodeError(
    'INVALID_ARGUMENT',
    `the schema of signal "${name}" is ${describeValue(schema)}: give one that follows Standard Schema (zod, valibot, ...)`,
  );
}
