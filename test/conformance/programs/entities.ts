/** Programs that call entities, of keys of their own, and entities that are called from outside meanwhile. */
import { type Coroutine, entity, gather, runInfo, signal, sleep, step, workflow } from 'lull';
import type { Program } from '../program.ts';

class Overdrawn extends Error {
  override readonly name = 'Overdrawn';
}

const purse = entity('purse', {
  initial: (key) => ({ key, cents: 0, log: new Map<string, number>() }),
  handlers: {
    put(state, cents: number) {
      state.cents += cents;
      state.log.set(`put ${state.log.size}`, cents);
      return state.cents;
    },
    take(state, cents: number) {
      state.cents -= cents; // taken back by the error
      if (state.cents < 0) throw new Overdrawn(`${cents} cents are too many`);
      return state.cents;
    },
    *slowly(state, cents: number): Coroutine<number> {
      const before = state.cents;
      yield* sleep('200ms');
      state.cents = before + (yield* step('count', () => cents));
      return state.cents;
    },
  },
  reads: {
    cents: (state) => state.cents,
    all: ({ key, log }, of: string) => ({ of, key, log }),
  },
});

const goOn = signal<void>('go-on');
const own = (): string => runInfo().id;

const purseOfARun = workflow('purse-of-a-run', function* () {
  const first = yield* purse(own()).put(10);
  const sums = yield* gather([purse(own()).slowly(5), purse(own()).slowly(1)]); // whichever is accepted first
  let refusal = '';
  try {
    yield* purse(own()).take(100);
  } catch (error) {
    refusal = `${(error as Error).name}: ${(error as Error).message}`;
  }
  yield* goOn.receive();
  return [first, Math.max(...sums), refusal, yield* purse(own()).take(0)];
});

const twoPurses = workflow('two-purses', function* () {
  const [from, to] = [purse(`${own()}-a`), purse(`${own()}-b`)];
  yield* from.put(3);
  for (const cents of [1, 2]) {
    yield* from.take(cents);
    yield* to.put(cents);
  }
  return yield* gather([from.take(0), to.take(0)]);
});

export const entityPrograms: readonly Program[] = [
  {
    workflow: purseOfARun,
    others: [purse],
    acts: [
      { after: '600ms', entity: 'purse', call: 'cents', answers: 16 },
      { entity: 'purse', call: 'all', args: ['me'], answers: { of: 'me', log: { 'put 0': 10 } } },
      { entity: 'purse', call: 'put', args: [4], answers: 20 },
      { entity: 'purse', call: 'take', args: [101], answers: { code: 'UPDATE_FAILED', cause: { name: 'Overdrawn' } } },
      { entity: 'purse', call: 'cents', answers: 20 },
      { signal: 'go-on', payload: null },
    ],
    ends: { status: 'completed', result: [10, 16, 'Overdrawn: 100 cents are too many', 20] },
  },
  { workflow: twoPurses, others: [purse], ends: { status: 'completed', result: [0, 3] } },
];
