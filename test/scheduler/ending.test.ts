import {
  allTasks,
  CancelledError,
  type Coroutine,
  createTask,
  currentTask,
  isCancelled,
  sleep,
  step,
  type Task,
  timeout,
} from 'lull';
import { describe, expect, it } from 'vitest';
import { caught } from '../api/run-body.ts';
import { drive, INFO, newRun, START_MS } from './drive.ts';

const STARTED = { kind: 'started', atMs: START_MS, version: 'v1' } as const;
const cancelRequested = (atMs: number, reason = 'enough') =>
  ({ kind: 'cancel-requested', messageId: 'm', atMs, reason }) as const;

function* wholeDay(): Coroutine<void> {
  yield* sleep('1 day');
}

describe('the outcome of a run', () => {
  it('is what the body returns', () => {
    expect(
      drive(() =>
        (function* () {
          yield* sleep(0);
          return { total: 3 };
        })(),
      ).outcome,
    ).toEqual({
      kind: 'completed',
      value: { total: 3 },
    });
  });

  it('is what the body throws, and what is no Error is wrapped in one that says what it was', () => {
    const boom = new TypeError('boom');
    const throwing = (thrown: unknown) =>
      drive(function* () {
        yield* sleep('1s');
        throw thrown;
      }).outcome;
    expect(throwing(boom)).toEqual({ kind: 'failed', error: boom });
    expect(throwing('text')).toMatchObject({ kind: 'failed', error: { cause: 'text' } });
  });

  it('is a failure when calling the body throws already', () => {
    const { outcome } = drive(() => {
      throw new RangeError('no such order');
    });
    expect(outcome).toMatchObject({ kind: 'failed', error: { message: 'no such order' } });
  });

  it('is cancelled if the run was asked to and its body ended so, with the reason as the message', () => {
    const { outcome } = drive(() => sleep('1 day')[Symbol.iterator]() as Coroutine<void>, {
      messages: [cancelRequested(START_MS + 1000)],
    });
    expect(outcome).toMatchObject({ kind: 'cancelled', error: { message: 'enough' } });
  });

  it('is a failure if the body throws a CancelledError of its own, unasked', () => {
    const { outcome } = drive(function* () {
      yield* sleep('1s');
      throw new CancelledError('mine');
    });
    expect(outcome).toMatchObject({ kind: 'failed', error: { message: 'mine' } });
  });

  it('is what the body makes of a cancellation: it may return, or throw something else', () => {
    const answering = (answer: () => unknown) =>
      drive(
        function* () {
          try {
            yield* sleep('1 day');
          } catch (error) {
            if (!isCancelled(error)) throw error;
            yield* sleep('1s');
            return answer();
          }
          return 'slept';
        },
        { messages: [cancelRequested(START_MS + 1000)] },
      ).outcome;
    expect(answering(() => 'refused')).toEqual({ kind: 'completed', value: 'refused' });
    const error = new Error('clean-up failed');
    expect(
      answering(() => {
        throw error;
      }),
    ).toEqual({ kind: 'failed', error });
  });

  it('is cancelled without a line of the body when the request came before the start', () => {
    let ran = false;
    const run = newRun(function* () {
      ran = true;
      yield* sleep(0);
    });
    run.deliver(cancelRequested(START_MS, 'changed my mind'));
    run.deliver(STARTED);
    expect(run.outcome()).toMatchObject({ kind: 'cancelled', error: { message: 'changed my mind' } });
    expect(ran).toBe(false);
  });

  it('is not asked for twice: a second request does not interrupt the clean-up, and the first reason counts', () => {
    const done: string[] = [];
    const { outcome } = drive(
      function* () {
        try {
          yield* sleep('3 days');
        } finally {
          yield* timeout('1 day', sleep('1 minute'));
          done.push('refunded');
        }
      },
      {
        messages: [
          cancelRequested(START_MS + 1000, 'customer'),
          cancelRequested(START_MS + 2000, 'again'),
          cancelRequested(START_MS + 3000, 'and again'),
        ],
      },
    );
    expect(done).toEqual(['refunded']);
    expect(outcome).toMatchObject({ kind: 'cancelled', error: { message: 'customer' } });
  });

  it('is heard once more when the code has taken the first request back, also inside a time limit that is up', () => {
    const seen: string[] = [];
    const keep = function* (what: Coroutine<void>): Coroutine<void> {
      try {
        yield* what;
      } catch (error) {
        if (!isCancelled(error)) throw error;
        seen.push(error.message);
      }
    };
    const { outcome } = drive(
      function* () {
        yield* keep(wholeDay());
        currentTask().uncancel();
        yield* keep(wholeDay());
        currentTask().uncancel();
        yield* timeout('1 hour', function* () {
          try {
            yield* wholeDay();
          } finally {
            // The limit is up, which counts as a request while this cleans up.
            yield* keep(wholeDay());
            currentTask().uncancel();
          }
        });
      },
      {
        messages: [
          cancelRequested(START_MS + 1000, 'first'),
          cancelRequested(START_MS + 2000, 'second'),
          cancelRequested(START_MS + 2 * 3_600_000, 'third'),
        ],
      },
    );
    expect(seen).toEqual(['first', 'second', 'third']);
    expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'TIMEOUT' } });
  });

  it('asked for twice before the start has the first reason', () => {
    const run = newRun(function* () {
      yield* sleep(0);
    });
    run.deliver(cancelRequested(START_MS, 'first'));
    run.deliver(cancelRequested(START_MS, 'second'));
    run.deliver(STARTED);
    expect(run.outcome()).toMatchObject({ kind: 'cancelled', error: { message: 'first' } });
  });

  it('does not change when something is delivered after the end', () => {
    const run = newRun(function* () {
      yield* sleep(0);
      return 1;
    });
    run.deliver(STARTED);
    run.deliver(cancelRequested(START_MS));
    run.deliver({ kind: 'signal-received', messageId: 'm', atMs: START_MS, name: 's', payload: null });
    run.deliver({ kind: 'taken-over', atMs: START_MS });
    expect(run.outcome()).toEqual({ kind: 'completed', value: 1 });
  });
});

describe('tasks that are alive when the body returns', () => {
  function* tidy(log: string[], seconds: number): Coroutine<void> {
    try {
      yield* sleep('1 day');
    } finally {
      yield* sleep(seconds * 1000);
      log.push(`tidied after ${seconds}s`);
    }
  }

  it('are cancelled and have ended before the run does', () => {
    const log: string[] = [];
    const { outcome, endedAtMs } = drive(function* () {
      createTask(tidy(log, 2));
      createTask(tidy(log, 1));
      yield* sleep(0);
      return 'body';
    });
    expect(log).toEqual(['tidied after 1s', 'tidied after 2s']);
    expect(outcome).toEqual({ kind: 'completed', value: 'body' });
    expect(endedAtMs - START_MS).toBe(2000);
  });

  it('are cancelled too if they were made while the others were', () => {
    const log: string[] = [];
    const { outcome } = drive(function* () {
      createTask(
        (function* () {
          try {
            yield* sleep('1 day');
          } finally {
            createTask(tidy(log, 1));
            yield* sleep(0);
          }
        })(),
      );
      yield* sleep(0);
    });
    expect(log).toEqual(['tidied after 1s']);
    expect(outcome.kind).toBe('completed');
  });

  it('are awaited when the body fails, and it is the body that the run fails with', () => {
    const log: string[] = [];
    const { outcome } = drive(function* () {
      createTask(tidy(log, 1));
      yield* sleep(0);
      throw new Error('body');
    });
    expect(log).toEqual(['tidied after 1s']);
    expect(outcome).toMatchObject({ kind: 'failed', error: { message: 'body' } });
  });

  it('tell their errors in the log, once, and do not change the outcome', () => {
    const { outcome, logged } = drive(function* () {
      createTask(
        (function* () {
          try {
            yield* sleep('1 day');
          } finally {
            // eslint-disable-next-line no-unsafe-finally -- that is the case
            throw new Error('tidying failed');
          }
        })(),
        { name: 'messy' },
      );
      yield* sleep(0);
      return 1;
    });
    expect(outcome).toEqual({ kind: 'completed', value: 1 });
    expect(logged).toEqual([
      {
        level: 'error',
        values: [expect.stringContaining('"messy"'), expect.objectContaining({ message: 'tidying failed' })],
      },
    ]);
  });

  it('can be asked again when they would not leave', () => {
    const { outcome } = drive(
      function* () {
        createTask(
          (function* () {
            for (let times = 0; times < 2; times += 1) {
              try {
                yield* sleep('1 day');
              } catch (error) {
                if (!isCancelled(error) || error.message === 'leave now') throw error;
              }
            }
          })(),
        );
        yield* sleep('1s');
      },
      { messages: [cancelRequested(START_MS + 2000, 'leave now')] },
    );
    expect(outcome.kind).toBe('completed');
  });

  it('first run what was ready when the body ended, as in asyncio.run', () => {
    const log: string[] = [];
    drive(function* () {
      createTask(
        (function* () {
          log.push('started');
          yield* sleep('1 day');
        })(),
      );
      yield* step('a', () => 1);
      createTask(
        (function* () {
          log.push('started too');
          yield* sleep('1 day');
        })(),
      );
    });
    expect(log).toEqual(['started', 'started too']);
  });
});

it('nothing is pending when a run has ended', () => {
  const run = newRun(function* () {
    createTask(sleep('1 day'));
    yield* sleep(0);
  });
  run.deliver(STARTED);
  expect(run.outcome().kind).toBe('completed');
  expect([...run.pending]).toEqual([]);
});

it('a task that failed and was never awaited is in the log at the end; one that was seen is not', () => {
  const { logged } = drive(function* () {
    function* fail(): Coroutine<void> {
      yield* sleep(0);
      throw new Error('boom');
    }
    createTask(fail(), { name: 'unseen' });
    const seen = createTask(fail(), { name: 'seen' });
    yield* caught(seen);
    yield* sleep('1s');
  });
  expect(logged).toEqual([
    { level: 'error', values: ['Task "unseen" failed and was never awaited:', expect.any(Error)] },
  ]);
});

it('a callback that throws is logged, and the run goes on', () => {
  const { outcome, logged } = drive(function* () {
    const task = createTask(sleep('1s', 'rested'));
    task.addDoneCallback(() => {
      throw new Error('callback');
    });
    return yield* task;
  });
  expect(outcome).toEqual({ kind: 'completed', value: 'rested' });
  expect(logged).toEqual([
    { level: 'error', values: [expect.any(String), expect.objectContaining({ message: 'callback' })] },
  ]);
});

it('tasks have ids and names in the order of their creation, and know each other', () => {
  const { outcome } = drive(function* () {
    const named = createTask(sleep('1s'), { name: 'Ada' });
    const plain = createTask(sleep('1s'));
    const names = (tasks: Iterable<Task<unknown>>) => [...tasks].map(({ id, name }) => `${id} ${name}`);
    const before = names(allTasks());
    yield* named;
    yield* plain;
    return [currentTask().name, before, names(allTasks())];
  });
  expect(outcome).toEqual({
    kind: 'completed',
    value: ['Task-1', ['1 Task-1', '2 Ada', '3 Task-3'], ['1 Task-1']],
  });
});

it('the clock of a run is the time of its events, and never goes back', () => {
  const run = newRun(() => sleep('1 day')[Symbol.iterator]() as Coroutine<void>);
  run.deliver(STARTED);
  run.deliver({ kind: 'taken-over', atMs: START_MS + 5000 });
  run.deliver({ kind: 'taken-over', atMs: START_MS + 1000 });
  expect(run.nowMs()).toBe(START_MS + 5000);
  expect(INFO.startedAt.getTime()).toBe(START_MS);
});
