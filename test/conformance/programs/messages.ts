/** Programs that are asked, and told what to do, while they run. */
import { query, Queue, signal, sleep, workflow } from 'lull';
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
];
