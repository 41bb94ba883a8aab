/**
 * asyncio's tour, in lull: coroutines, gather, tasks, race, timeout, a queue with workers, and the forgotten await.
 *
 * Each stop is a small workflow, and `coroutines` visits them all: called inside a run, a workflow is a coroutine. It
 * takes fifteen seconds; in a test, where the clock jumps, none.
 */
import { type Coroutine, createTask, gather, Queue, race, sleep, timeout, TimeoutError, workflow } from 'lull';

/** A coroutine: it pauses for a second and returns. Calling it does nothing yet; `yield*` runs it to its end. */
function* greet(name: string): Coroutine<string> {
  yield* sleep('1s');
  return `hello ${name}`;
}

/** Two awaits in a row take two seconds. */
export const oneAfterTheOther = workflow('one-after-the-other', function* () {
  const first = yield* greet('Ada');
  const second = yield* greet('Grace');
  return [first, second];
});

/** Gathered, they take one. The results come in the shape of what was given: an array here, or a record. */
export const atOnce = workflow('at-once', function* () {
  return yield* gather([greet('Ada'), greet('Grace')]);
});

/** A task goes on at the side, from the next await on; awaiting it later gives its result. */
export const atTheSide = workflow('at-the-side', function* () {
  const task = createTask(greet('Ada'));
  const before = task.done();
  yield* sleep('5s');
  return { before, after: task.done(), result: yield* task };
});

/** The first one wins. The other is cancelled and has ended, `finally` included, before `race` returns. */
export const firstOne = workflow('first-one', function* () {
  const lost: string[] = [];
  const slow = function* (): Coroutine<string> {
    try {
      return yield* sleep('1 day', 'slow');
    } finally {
      lost.push('slow');
    }
  };
  const winner = yield* race({ fast: greet('Ada'), slow: slow() });
  return { winner: winner.key, lost };
});

/** What takes too long is cancelled, and a TimeoutError tells so. */
export const inTime = workflow('in-time', function* () {
  try {
    return yield* timeout('3s', sleep('1 hour', 'late'));
  } catch (error) {
    if (error instanceof TimeoutError) return 'gave up after three seconds';
    throw error;
  }
});

/** Three workers share a queue of nine parcels, each parcel takes a second: done in three. */
export const sharedWork = workflow('shared-work', function* () {
  const parcels = new Queue<number>();
  const packedBy: Record<string, number> = { Ada: 0, Grace: 0, Edith: 0 };
  const worker = function* (name: string): Coroutine<never> {
    for (;;) {
      yield* parcels.get();
      yield* sleep('1s');
      packedBy[name] = (packedBy[name] ?? 0) + 1;
      parcels.taskDone();
    }
  };
  const workers = Object.keys(packedBy).map((name) => createTask(worker(name), { name }));
  for (let parcel = 1; parcel <= 9; parcel += 1) parcels.putNowait(parcel);
  yield* parcels.join();
  for (const each of workers) each.cancel();
  return packedBy;
});

/**
 * A `yield*` is missing: nothing sleeps. When the task ends, lull tells that `sleep("1s")` was never awaited, and in
 * which line; where `strict` is on, as it is in tests, the run fails with it.
 */
export const forgottenAwait = workflow('forgotten-await', function* () {
  // eslint-disable-next-line lull/no-floating-awaitables -- this is the mistake that it shows
  sleep('1s');
  return 'no second has passed';
});

export const coroutines = workflow('coroutines', function* () {
  return {
    oneAfterTheOther: yield* oneAfterTheOther(),
    atOnce: yield* atOnce(),
    atTheSide: yield* atTheSide(),
    firstOne: yield* firstOne(),
    inTime: yield* inTime(),
    sharedWork: yield* sharedWork(),
  };
});
