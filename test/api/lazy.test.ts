import { describe, expect, test } from 'vitest';
import { Barrier } from '../../lib/api/barrier.ts';
import { Condition } from '../../lib/api/condition.ts';
import { Event } from '../../lib/api/event.ts';
import { Lock } from '../../lib/api/lock.ts';
import { Queue } from '../../lib/api/queue.ts';
import { retry } from '../../lib/api/retry.ts';
import { saga } from '../../lib/api/saga.ts';
import { Semaphore } from '../../lib/api/semaphore.ts';
import { sleep } from '../../lib/api/sleep.ts';
import type { Awaitable } from '../../lib/core/awaitable.ts';
import { caught, runBody } from './run-body.ts';

const body = function* () {};

const CALLS: [string, () => Awaitable<unknown>][] = [
  ['queue.put()', () => new Queue().put(1)],
  ['queue.get()', () => new Queue().get()],
  ['queue.join()', () => new Queue().join()],
  ['lock.acquire()', () => new Lock().acquire()],
  ['with()', () => new Lock().with(body)],
  ['semaphore.acquire()', () => new Semaphore().acquire()],
  ['condition.acquire()', () => new Condition().acquire()],
  ['condition.wait()', () => new Condition().wait()],
  ['condition.waitFor()', () => new Condition().waitFor(() => true)],
  ['event.wait()', () => new Event().wait()],
  ['barrier.wait()', () => new Barrier(1).wait()],
  ['barrier.reset()', () => new Barrier(1).reset()],
  ['barrier.abort()', () => new Barrier(1).abort()],
  ['retry()', () => retry({}, body)],
  ['saga()', () => saga(body)],
  ['sleep(0)', () => sleep(0)],
];

describe.each(CALLS)('%s', (call, make) => {
  test('that is never awaited fails the run, with the place of the call', () => {
    const forget = () =>
      runBody(function* () {
        make();
      });
    expect(forget).toThrow(expect.objectContaining({ code: 'NEVER_AWAITED' }) as Error);
    expect(forget).toThrow(`${call} (at lazy.test.ts:`);
  });

  test('awaited twice is refused, and says so', () => {
    runBody(function* () {
      const awaitable = make();
      if (call === 'queue.get()' || call.includes('.wait()')) {
        // These would wait for ever: they need only be begun.
        (awaitable[Symbol.iterator]() as Generator).return(undefined);
      } else {
        yield* awaitable;
      }
      const error = yield* caught(awaitable);
      expect(error).toMatchObject({ code: 'ALREADY_AWAITED' });
      expect(String(error)).toContain(`${call} was awaited a second time`);
    });
  });
});
