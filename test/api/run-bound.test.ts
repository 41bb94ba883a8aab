import { describe, expect, test } from 'vitest';
import { Barrier } from '../../lib/api/barrier.ts';
import { Condition } from '../../lib/api/condition.ts';
import { createTask } from '../../lib/api/create-task.ts';
import { Event } from '../../lib/api/event.ts';
import { Lock } from '../../lib/api/lock.ts';
import { LifoQueue, PriorityQueue, Queue } from '../../lib/api/queue.ts';
import { retry } from '../../lib/api/retry.ts';
import { saga, type Saga } from '../../lib/api/saga.ts';
import { BoundedSemaphore, Semaphore } from '../../lib/api/semaphore.ts';
import { sleep } from '../../lib/api/sleep.ts';
import { step } from '../../lib/api/step.ts';
import { type TaskGroup, taskGroup } from '../../lib/api/task-group.ts';
import { timeout, type TimeoutScope } from '../../lib/api/timeout.ts';
import type { Awaitable, Coroutine } from '../../lib/core/awaitable.ts';
import { Future } from '../../lib/core/future.ts';
import { drive } from '../scheduler/drive.ts';
import { caught, runBody } from './run-body.ts';

const MADE: [string, () => unknown][] = [
  ['new Lock()', () => new Lock()],
  ['new Semaphore()', () => new Semaphore()],
  ['new BoundedSemaphore()', () => new BoundedSemaphore()],
  ['new Condition()', () => new Condition()],
  ['new Event()', () => new Event()],
  ['new Barrier()', () => new Barrier(2)],
  ['new Queue()', () => new Queue()],
  ['new LifoQueue()', () => new LifoQueue()],
  ['new PriorityQueue()', () => new PriorityQueue()],
];

const NOT_IN_A_RUN = expect.objectContaining({ code: 'NOT_IN_A_RUN' }) as Error;

describe('outside of a run', () => {
  test.each(MADE)('%s is refused by its name, so that no two runs share it', (call, make) => {
    expect(make).toThrow(NOT_IN_A_RUN);
    // A condition makes its lock first.
    expect(make).toThrow(call === 'new Condition()' ? 'new Lock()' : `${call} was called where no run is going on`);
  });

  test('retry and saga are refused', () => {
    const body = function* () {};
    expect(() => retry({}, body)).toThrow(NOT_IN_A_RUN);
    expect(() => saga(body)).toThrow(NOT_IN_A_RUN);
  });
});

/** Each call on an object of its kind that could change something. */
const CALLS: [string, (made: Made) => unknown][] = [
  ['lock.acquire()', ({ lock }) => lock.acquire()],
  ['lock.release()', ({ lock }) => lock.release()],
  ['with()', ({ lock }) => lock.with(function* () {})],
  ['semaphore.acquire()', ({ semaphore }) => semaphore.acquire()],
  ['semaphore.release()', ({ semaphore }) => semaphore.release()],
  ['condition.acquire()', ({ condition }) => condition.acquire()],
  ['condition.wait()', ({ condition }) => condition.wait()],
  ['condition.waitFor()', ({ condition }) => condition.waitFor(() => true)],
  ['condition.notify()', ({ condition }) => condition.notify()],
  ['condition.notify()', ({ condition }) => condition.notifyAll()],
  ['event.wait()', ({ event }) => event.wait()],
  ['event.set()', ({ event }) => event.set()],
  ['event.clear()', ({ event }) => event.clear()],
  ['barrier.wait()', ({ barrier }) => barrier.wait()],
  ['barrier.reset()', ({ barrier }) => barrier.reset()],
  ['barrier.abort()', ({ barrier }) => barrier.abort()],
  ['queue.put()', ({ queue }) => queue.put(1)],
  ['queue.get()', ({ queue }) => queue.get()],
  ['queue.putNowait()', ({ queue }) => queue.putNowait(1)],
  ['queue.getNowait()', ({ queue }) => queue.getNowait()],
  ['queue.taskDone()', ({ queue }) => queue.taskDone()],
  ['queue.join()', ({ queue }) => queue.join()],
  ['queue.shutdown()', ({ queue }) => queue.shutdown()],
  ['saga.onFailure()', ({ undos }) => undos.onFailure(function* () {})],
  ['future.setResult()', ({ future }) => future.setResult(1)],
  ['future.setException()', ({ future }) => future.setException(new Error('boom'))],
  ['future.cancel()', ({ future }) => future.cancel()],
  ['future.addDoneCallback()', ({ future }) => future.addDoneCallback(() => undefined)],
  ['future.removeDoneCallback()', ({ future }) => future.removeDoneCallback(() => undefined)],
  ['yield* future', ({ future }) => future[Symbol.iterator]().next()],
  ['task.cancel()', ({ task }) => task.cancel()],
  ['task.uncancel()', ({ task }) => task.uncancel()],
  ['future.addDoneCallback()', ({ task }) => task.addDoneCallback(() => undefined)],
  ['future.removeDoneCallback()', ({ task }) => task.removeDoneCallback(() => undefined)],
  ['group.createTask()', ({ group }) => group.createTask(neverBegun())],
  ['scope.reschedule()', ({ scope }) => scope.reschedule(null)],
];

const make = () => ({
  lock: new Lock(),
  semaphore: new Semaphore(),
  condition: new Condition(),
  event: new Event(),
  barrier: new Barrier(1),
  queue: new Queue<number>(),
  future: new Future<number>(),
  task: createTask(sleep(0)),
});

type Made = ReturnType<typeof make> & { undos: Saga; group: TaskGroup; scope: TimeoutScope };

function* neverBegun(): Coroutine<void> {}

/** One of each kind, in blocks that are still going on while `use` runs. */
function* inBlocks(use: (made: Made) => Awaitable<unknown>): Coroutine<void> {
  yield* saga(function* (undos) {
    yield* taskGroup(function* (group) {
      yield* timeout('1h', function* (scope) {
        yield* use({ ...make(), undos, group, scope });
      });
    });
  });
}

/** Objects of a run that is over. */
function madeInAnotherRun(): Made {
  let made: Made | undefined;
  drive(function* () {
    yield* inBlocks(function* (given) {
      made = given;
    });
  });
  return made!;
}

describe.each(CALLS)('%s', (call, act) => {
  test('on an object of another run is refused by its name', () => {
    const made = madeInAnotherRun();
    runBody(function* () {
      expect(() => act(made)).toThrow(NOT_IN_A_RUN);
      expect(() => act(made)).toThrow(`${call} was called on an object that was made in another run`);
    });
  });

  test('in the body of a step is refused, which no replay would repeat', () => {
    const attempt = () =>
      runBody(function* () {
        let refusal: unknown;
        yield* inBlocks(function* (made) {
          refusal = yield* caught(step('meddle', () => void act(made)));
        });
        throw refusal;
      });
    expect(attempt).toThrow(NOT_IN_A_RUN);
  });
});
