import {
  type Coroutine,
  createTask,
  InvalidInputError,
  QueueEmpty,
  signal,
  sleep,
  type Task,
  timeout,
  TimeoutError,
} from 'lull';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { AwaitCommand } from '../../lib/core/command.ts';
import { signalSchema } from '../../lib/core/signal.ts';
import type { JournalEvent } from '../../lib/journal/event.ts';
import { drive, encodeAsIs, START_MS } from '../scheduler/drive.ts';
import { caught, pause, runBody } from './run-body.ts';

const approved = signal<unknown>('approved');

const sent = (payload: unknown, atMs = 0, name = 'approved'): JournalEvent => ({
  kind: 'signal-received',
  messageId: `m${String(payload)}`,
  atMs: START_MS + atMs,
  name,
  payload: encodeAsIs(payload),
});

describe('a signal', () => {
  it('that came before anybody waited is kept, in the order in which it came', () => {
    const result = runBody(
      function* () {
        yield* sleep('1h');
        const waiting = approved.pending();
        return [waiting, yield* approved.receive(), approved.receiveNowait(), approved.pending()];
      },
      { messages: [sent('a'), sent('b')] },
    );
    expect(result).toEqual([2, 'a', 'b', 0]);
  });

  it('that comes before the start of the body is kept too', () => {
    const { outcome } = drive(
      function* () {
        return yield* approved.receive();
      },
      { messages: [sent('early')] },
    );
    expect(outcome).toEqual({ kind: 'completed', value: 'early' });
  });

  it('wakes one receiver: the one that waits longest', () => {
    const result = runBody(
      function* () {
        const log: string[] = [];
        for (const name of ['first', 'second', 'third']) {
          createTask(
            (function* () {
              log.push(`${name} got ${String(yield* approved.receive())}`);
            })(),
          );
        }
        yield* sleep('1h');
        return log;
      },
      { messages: [sent('a', 1), sent('b', 2)] },
    );
    expect(result).toEqual(['first got a', 'second got b']);
  });

  it('of another name is another matter', () => {
    const result = runBody(
      function* () {
        const other = signal<string>('other');
        return [yield* approved.receive(), yield* other.receive()];
      },
      { messages: [sent('x', 1, 'other'), sent('a', 2)] },
    );
    expect(result).toEqual(['a', 'x']);
  });

  it('may carry nothing, or what is falsy', () => {
    const result = runBody(
      function* () {
        const values: unknown[] = [];
        for (let count = 0; count < 4; count += 1) values.push(yield* approved.receive());
        return values;
      },
      { messages: [sent(undefined), sent(null), sent(0), sent('')] },
    );
    expect(result).toEqual([undefined, null, 0, '']);
  });

  it('that has not come is a QueueEmpty for receiveNowait', () => {
    expect(
      runBody(function* () {
        yield* pause();
        try {
          return approved.receiveNowait();
        } catch (error) {
          return error instanceof QueueEmpty;
        }
      }),
    ).toBe(true);
  });

  it('is asked for in the journal, under its name, whether it is there or not', () => {
    const { journal } = drive(
      function* () {
        yield* approved.receive();
        yield* approved.receive();
      },
      { messages: [sent('a', 1), sent('b', 2)] },
    );
    expect(journal.filter(({ kind }) => kind === 'receive')).toEqual([
      { kind: 'receive', id: 1, name: 'approved' },
      { kind: 'receive', id: 2, name: 'approved' },
    ]);
  });

  it('can be waited for with a limit, and is not lost when it comes too late', () => {
    const result = runBody(
      function* () {
        const error = yield* caught(timeout('1s', approved.receive()));
        return [error instanceof TimeoutError, yield* approved.receive()];
      },
      { messages: [sent('late', 5000)] },
    );
    expect(result).toEqual([true, 'late']);
  });

  it('I6: is not lost when its receiver is cancelled between being woken and running: the next one gets it', () => {
    const result = runBody(
      function* () {
        const log: string[] = [];
        function* unlucky(): Coroutine<void> {
          const receiving = approved.receive()[Symbol.iterator]() as Coroutine<unknown>;
          const { future } = receiving.next().value as AwaitCommand;
          // Called before the task is, when the signal comes.
          future.addDoneCallback(() => first.cancel());
          try {
            yield { kind: 'await', future };
          } catch (error) {
            log.push('first was cancelled');
            receiving.throw(error);
          }
        }
        const first: Task<void> = createTask(unlucky());
        createTask(
          (function* () {
            log.push(`second got ${String(yield* approved.receive())}`);
          })(),
        );
        yield* sleep('1h');
        return [log, first.cancelled()];
      },
      { messages: [sent('a', 1)] },
    );
    expect(result).toEqual([['first was cancelled', 'second got a'], true]);
  });
});

describe('a signal with a schema', () => {
  const order = signal('order', { schema: z.object({ cents: z.number(), at: z.string().transform(Number) }) });

  it('returns what the schema makes of the payload', () => {
    const result = runBody(
      function* () {
        return yield* order.receive();
      },
      { messages: [sent({ cents: 5, at: '7' }, 1, 'order')] },
    );
    expect(result).toEqual({ cents: 5, at: 7 });
  });

  it('throws what the schema has against it, with paths, and the next one can be received', () => {
    const result = runBody(
      function* () {
        const error = yield* caught(order.receive());
        const { cents } = yield* order.receive();
        return [error, cents];
      },
      { messages: [sent({ cents: 'many' }, 0, 'order'), sent({ cents: 5, at: '7' }, 0, 'order')] },
    );
    const [error, cents] = result as [InvalidInputError, number];
    expect(error).toBeInstanceOf(InvalidInputError);
    expect(error.issues.map(({ path }) => path)).toEqual(['$.cents', '$.at']);
    expect(error.message).toContain('the payload of signal "order" does not fit its schema: $.cents: ');
    expect(cents).toBe(5);
  });

  it('that answers with a promise is an error that says why', () => {
    const slow = signal('slow', { schema: z.string().refine(async () => Promise.resolve(true)) });
    const error = runBody(() => caught(slow.receive()), { messages: [sent('x', 1, 'slow')] });
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining('promise') as string });
  });

  it('keeps it where a sender finds it', () => {
    expect(signalSchema(order)?.['~standard'].validate({ cents: 1, at: '1' })).toEqual({ value: { cents: 1, at: 1 } });
    expect(signalSchema(approved)).toBeUndefined();
  });
});

it.each([
  ['an empty name', () => signal('')],
  ['a schema that is none', () => signal('a', { schema: {} as never })],
])('signal refuses %s', (_, make) => {
  expect(make).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }) as Error);
});

it.each([
  ['receive', () => approved.receive()],
  ['receiveNowait', () => approved.receiveNowait()],
  ['pending', () => approved.pending()],
])('%s outside of a run is an error', (_, call) => {
  expect(call).toThrow(expect.objectContaining({ code: 'NOT_IN_A_RUN' }) as Error);
});
