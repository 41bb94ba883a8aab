/** Programs that are asked, and told what to do, while they run. */
import { Lock, query, Queue, signal, sleep, step, update, workflow } from 'lull';
import type { Program } from '../program.ts';

const state = query<unknown>('state');
const countFrom = query<number, { from: number }>('counts/from');
const tempted = query<unknown>('tempted');
const added = signal<number>('added');

const askedAtEachStage = workflow('asked-at-each-stage', function* () {
  const numbers: number[] = [];
  const queue = new Queue<number>();
  state.handle(() => ({ numbers, at: new Map([['day', new Date(0)]]) }));
  countFrom.handle(({ from }) => numbers.filter((each) => each >= from).length);
  tempted.handle(() => queue.putNowait(1));
  while (numbers.length < 2) numbers.push(yield* added.receive());
  yield* sleep('1s');
  return { numbers, queued: queue.qsize() };
});

const add = update<{ n: number; hours?: number }, { sum: number; at: Map<string, Date> }>('numbers/add');
const lasting = update<void, void>('lasting');
const close = signal<void>('close');

const changedWhileItRuns = workflow('changed-while-it-runs', function* () {
  let sum = 0;
  const lock = new Lock();
  state.handle(() => sum);
  yield* sleep('1s'); // the first update is there before its handler
  add.handle({
    validate: ({ n }) => {
      if (n < 0) throw new RangeError('only up');
    },
    *run({ n }) {
      return yield* lock.with(function* () {
        sum += yield* step('add', () => n);
        if (n === 13) throw new TypeError('bad luck');
        yield* sleep('200ms');
        return { sum, at: new Map([['day', new Date(0)]]) };
      });
    },
  });
  lasting.handle({
    *run() {
      yield* sleep('1 day');
    },
  });
  yield* close.receive();
  return sum;
});

export const messagePrograms: readonly Program[] = [
  {
    workflow: askedAtEachStage,
    acts: [
      { query: 'state', answers: { numbers: [], at: { day: '1970-01-01T00:00:00.000Z' } } },
      { signal: 'added', payload: 3 },
      { query: 'counts/from', args: { from: 3 }, answers: 1 },
      { query: 'tempted', answers: { code: 'QUERY_FAILED', cause: { code: 'READ_ONLY' } } },
      { query: 'missing', answers: { code: 'UNKNOWN_QUERY', detail: /counts\/from, state, tempted/ } },
      { signal: 'added', payload: 5 },
      { after: '2s', query: 'state', answers: { numbers: [3, 5] } },
    ],
    ends: { status: 'completed', result: { numbers: [3, 5], queued: 0 } },
  },
  {
    workflow: changedWhileItRuns,
    acts: [
      { update: 'numbers/add', args: { n: 2 }, answers: { sum: 2, at: { day: '1970-01-01T00:00:00.000Z' } } },
      { update: 'numbers/add', args: { n: -1 }, answers: { code: 'UPDATE_REFUSED', cause: { message: 'only up' } } },
      { update: 'numbers/add', args: { n: 13 }, answers: { code: 'UPDATE_FAILED', cause: { name: 'TypeError' } } },
      { update: 'numbers/add', args: { n: 1 }, answers: { sum: 16 }, idempotencyKey: 'once' },
      { update: 'numbers/add', args: { n: 1 }, answers: { sum: 16 }, idempotencyKey: 'once' },
      { query: 'state', answers: 16 },
      { signal: 'close', payload: null },
    ],
    ends: { status: 'completed', result: 16 },
  },
];
