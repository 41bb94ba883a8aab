/** What runs against the wire. Each ends in one way only, whatever goes wrong around it. */
import {
  createTask,
  entity,
  gather,
  isCancelled,
  Queue,
  race,
  runInfo,
  saga,
  shield,
  signal,
  sleep,
  step,
  stream,
  taskGroup,
  timeout,
  TimeoutError,
  transaction,
  workflow,
} from 'lull';
import { effect } from './effects.ts';

/** Quick to try again, and patient: what is killed often is tried often. */
const steps = { retry: { maxAttempts: 1_000, firstDelay: '50ms', maxDelay: '500ms' } };

const baton = signal<number>('baton');
const drop = signal<string>('drop');
const never = signal<string>('never');

export interface Relay {
  readonly rounds: number;
  readonly restMs: number;
  readonly takesMs: number;
}

/** A sleep, a step that fails at first, a signal, again and again. */
export const relay = workflow('relay', { steps }, function* ({ rounds, restMs, takesMs }: Relay) {
  const passed: unknown[] = [];
  for (let round = 0; round < rounds; round += 1) {
    yield* sleep(restMs);
    passed.push(yield* step('run', () => effect('run', { takesMs, fails: round % 3, gives: round })));
    passed.push(yield* baton.receive());
  }
  return passed;
});

/** As many signals as are wanted, a step after each. */
export const storm = workflow('storm', { steps }, function* ({ wanted, takesMs }: { wanted: number; takesMs: number }) {
  const got: string[] = [];
  while (got.length < wanted) {
    const payload = yield* drop.receive();
    got.push(yield* step('take', () => effect('take', { takesMs, gives: payload })));
  }
  return got;
});

export interface Fan {
  readonly width: number;
  readonly limit: number;
  readonly bytes: number;
}

/** Steps side by side, each with a result of some size. */
export const fan = workflow('fan', { steps }, function* ({ width, limit, bytes }: Fan) {
  const blades = Array.from({ length: width }, (_, blade) =>
    step('blade', () =>
      effect('blade', { takesMs: (blade * 37) % 150, fails: blade % 2, gives: 'x'.repeat(bytes + blade) }),
    ),
  );
  const results = yield* gather(blades, { limit });
  return results.map((text) => text.length);
});

/** A step wins a race against a day; a wait for what never comes is given up. */
export const hurry = workflow('hurry', { steps }, function* ({ takesMs }: { takesMs: number }) {
  const first = yield* race({
    step: step('sprint', () => effect('sprint', { takesMs, gives: 'done' })),
    day: sleep('1 day'),
  });
  let gaveUp = false;
  try {
    yield* timeout(takesMs + 100, never.receive());
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    gaveUp = true;
  }
  return { first: first.key, gaveUp };
});

/** Two who bring and two who take, with a queue of two between them. */
export const market = workflow('market', { steps }, function* ({ goods }: { goods: number }) {
  const stall = new Queue<number>(2);
  const sold: number[] = [];
  function* bring(from: number) {
    for (let good = from; good < goods; good += 2) {
      yield* stall.put(yield* step('bring', () => effect('bring', { takesMs: (good * 13) % 60, gives: good })));
    }
  }
  function* sell() {
    for (;;) {
      const good = yield* stall.get();
      sold.push(yield* step('sell', () => effect('sell', { takesMs: (good * 29) % 90, gives: good })));
      stall.taskDone();
    }
  }
  const sellers = [createTask(sell()), createTask(sell())];
  yield* taskGroup(function* (group) {
    group.createTask(bring(0));
    group.createTask(bring(1));
  });
  yield* stall.join();
  for (const seller of sellers) seller.cancel();
  return sold.sort((a, b) => a - b);
});

/** What was done is undone, last to first, when the third thing fails for good. */
export const undo = workflow('undo', { steps }, function* ({ takesMs }: { takesMs: number }) {
  yield* saga(function* (saga) {
    for (const name of ['first', 'second']) {
      saga.onFailure(function* () {
        yield* step(`undo ${name}`, () => effect(`undo ${name}`, { takesMs, fails: 1, gives: null }));
      });
      yield* step(name, () => effect(name, { takesMs, gives: null }));
    }
    yield* step('third', () => effect('third', { takesMs, declines: 'not this one', gives: null }));
  });
});

/** Waits until it is told to stop, and cleans up after itself. */
export const stopped = workflow('stopped', { steps }, function* ({ takesMs }: { takesMs: number }) {
  try {
    yield* step('begin', () => effect('begin', { takesMs, gives: null }));
    yield* never.receive();
  } catch (error) {
    if (isCancelled(error)) {
      yield* shield(step('clean up', () => effect('clean up', { takesMs, fails: 1, gives: null })));
    }
    throw error;
  }
});

/** Nobody asks it when it is terminated. */
export const ended = workflow('ended', { steps }, function* ({ takesMs }: { takesMs: number }) {
  for (let round = 0; ; round += 1) {
    yield* step('turn', () => effect('turn', { takesMs, gives: round }));
    yield* sleep(takesMs * 3);
  }
});

/** A table of the author's own: what a run has booked, and an item for each booking. */
export const LEDGER = 'wire-ledger';

/** Each booking would fail the second time: its item is there then. */
export const book = workflow('book', { steps }, function* ({ rounds, restMs }: { rounds: number; restMs: number }) {
  const { id } = runInfo();
  for (let round = 1; round <= rounds; round += 1) {
    yield* transaction(`book ${round}`, (tx) => {
      tx.put({
        TableName: LEDGER,
        Item: { id: `${id}/${round}` },
        ConditionExpression: 'attribute_not_exists(id)',
      });
      tx.update({
        TableName: LEDGER,
        Key: { id },
        UpdateExpression: 'ADD booked :one',
        ExpressionAttributeValues: { ':one': 1 },
      });
    });
    yield* sleep(restMs);
  }
  return rounds;
});

export interface Story {
  readonly chapters: number;
  readonly words: number;
  readonly takesMs: number;
}

/** Said of a chapter; or a word of it, as that attempt says it. */
export type Said = readonly [chapter: number] | readonly [chapter: number, attempt: number, word: number];

const said = stream<Said>('said');

/** A stream that code and steps write to. */
export const story = workflow('story', { steps }, function* ({ chapters, words, takesMs }: Story) {
  for (let chapter = 1; chapter <= chapters; chapter += 1) {
    yield* said.write([chapter]);
    yield* step('tell', async (context) => {
      for (let word = 1; word <= words; word += 1) {
        context.write(said, [chapter, context.attempt, word]);
        if (word === 1) await effect('tell', { takesMs, fails: chapter % 2, gives: null });
      }
    });
  }
});

/** Counts for many runs. */
export const till = entity('till', {
  initial: () => ({ sum: 0 }),
  handlers: { ring: (state) => (state.sum += 1) },
  reads: { sum: (state) => state.sum },
});

/** Rings a till that others ring too; gives what it showed each time. */
export const shop = workflow('shop', { steps }, function* ({ key, times }: { key: string; times: number }) {
  const shown: number[] = [];
  while (shown.length < times) shown.push(yield* till(key).ring());
  return shown;
});
