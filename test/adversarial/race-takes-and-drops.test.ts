/** A branch of a race that loses must not take a signal, an item or a place that nothing then has. */
import {
  type Awaitable,
  type Coroutine,
  createTask,
  gather,
  Lock,
  Queue,
  race,
  Semaphore,
  signal,
  type Signal,
  sleep,
  timeout,
  wait,
  waitFor,
} from 'lull';
import { describe, expect, it } from 'vitest';
import { drive, START_MS } from '../scheduler/drive.ts';
import { pause, runBody } from '../api/run-body.ts';
import type { JournalEvent } from '../../lib/journal/event.ts';

const [a, b] = [signal<number>('a'), signal<number>('b')];
const received = (name: string, payload: unknown, seconds = 1): JournalEvent => ({
  kind: 'signal-received',
  messageId: `${name}-${String(payload)}`,
  name,
  payload: payload as never,
  atMs: START_MS + seconds * 1000,
});
const later = { messages: [received('a', 1), received('b', 2)] };

describe('of two that could end when the race begins', () => {
  it('only the first takes its signal', () => {
    const result = runBody(function* () {
      yield* sleep('1m');
      const first = yield* race({ a: a.receive(), b: b.receive() });
      return [first, a.pending(), b.pending()];
    }, later);
    expect(result).toEqual([{ key: 'a', value: 1 }, 0, 1]);
  });

  it('only the first takes its item', () => {
    const result = runBody(function* () {
      const [x, y] = [new Queue<number>(), new Queue<number>()];
      x.putNowait(1);
      y.putNowait(2);
      return [yield* race([y.get(), x.get()]), x.qsize(), y.qsize()];
    });
    expect(result).toEqual([2, 1, 0]);
  });

  it('only the first takes its lock', () => {
    const result = runBody(function* () {
      const [lock, two] = [new Lock(), new Semaphore(2)];
      yield* race([two.acquire(), lock.acquire()]);
      return lock.locked();
    });
    expect(result).toBe(false);
  });

  it('a task that is done leaves the signals behind it where they are', () => {
    const result = runBody(function* () {
      const task = createTask(sleep(0, 'done'));
      yield* sleep('1m');
      return [yield* race([task, a.receive()]), a.pending(), yield* race([b.receive(), task]), b.pending()];
    }, later);
    expect(result).toEqual(['done', 1, 2, 0]);
  });

  it('a signal inside of a coroutine, a timeout, a gather and a race is no other', () => {
    const ways: ((of: Signal<number>) => Awaitable<unknown>)[] = [
      function* (of): Coroutine<number> {
        return yield* of.receive();
      },
      (of) => timeout('1h', of.receive()),
      (of) => waitFor(of.receive(), '1h'),
      (of) => gather([of.receive()]),
      (of) => race([of.receive(), sleep('1 day')]),
    ];
    for (const way of ways) {
      const result = runBody(function* () {
        yield* sleep('1m');
        yield* race([way(a), way(b)]);
        return [a.pending(), b.pending()];
      }, later);
      expect([way.toString(), result]).toEqual([way.toString(), [0, 1]]);
    }
  });
});

describe('of two that are woken by one event', () => {
  it.each([
    ['the one that is woken first takes its item', false],
    ['also in a race within the race', true],
  ])('%s', (_, nested) => {
    const result = runBody(function* () {
      const queues = [new Queue<number>(), new Queue<number>()];
      const gets = () => queues.map((queue) => queue.get());
      const contest = createTask(race(nested ? gets().map((get) => race([get, sleep('1h')])) : gets()));
      yield* sleep('1s');
      queues.forEach((queue, index) => queue.putNowait(index));
      return [yield* contest, queues.map((queue) => queue.qsize())];
    });
    expect(result).toEqual([0, [0, 1]]);
  });

  it('a loser that is woken hands the signal to the next that waits for it', () => {
    const result = runBody(
      function* () {
        const news = new Queue<string>();
        const contest = createTask(race([news.get(), a.receive()]));
        yield* pause(2);
        const next = createTask(a.receive());
        createTask(
          (function* () {
            yield* b.receive();
            news.putNowait('stop');
          })(),
        );
        return [yield* contest, yield* next, a.pending()];
      },
      { messages: [received('b', 2), received('a', 1)] },
    );
    expect(result).toEqual(['stop', 1, 0]);
  });
});

it('what is cancelled after it was woken takes nothing', () => {
  const result = runBody(function* () {
    const queue = new Queue<number>();
    const [getter, other] = [createTask(queue.get()), createTask(sleep('1s'))];
    yield* wait([getter, other], { returnWhen: 'FIRST_COMPLETED' });
    queue.putNowait(1);
    getter.cancel();
    yield* pause(3);
    return [getter.cancelled(), queue.qsize(), yield* timeout('1s', queue.get())];
  });
  expect(result).toEqual([true, 1, 1]);
});

it('a gather that loses is cancelled, and not told as a failed loser', () => {
  const { outcome, logged } = drive(function* () {
    return yield* race([sleep('1s', 'fast'), gather([sleep('2s'), sleep('3s')]), race([sleep('2s'), sleep('3s')])]);
  });
  expect(outcome).toEqual({ kind: 'completed', value: 'fast' });
  expect(logged).toEqual([]);
});

it('a race that cannot begin all of its branches leaves none behind', () => {
  const { outcome, logged } = drive(
    function* () {
      try {
        yield* race([1, 2, 3].map((n) => sleep(`${n}s`)));
      } catch (error) {
        return (error as { code?: string }).code;
      }
      return 'no error';
    },
    { live: { limits: { maxTasks: 2 } } },
  );
  expect(outcome).toEqual({ kind: 'completed', value: 'TOO_MANY_TASKS' });
  expect(logged).toEqual([]);
});
