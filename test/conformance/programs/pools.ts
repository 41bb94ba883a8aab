/** Programs whose steps, or whose runs, take places in a pool: how many go on at once, and which go first. */
import { child, gather, now, pool, sleep, step, workflow } from 'lull';
import type { Program } from '../program.ts';

const two = pool('conformance.two', { concurrency: 2, concurrencyPerKey: 1 });
const one = pool('conformance.one', { concurrency: 1 });

/** Of a run: how many of its bodies run now, and how many have begun. */
interface Counts {
  running: number;
  begun: number;
}

const counts = new Map<string, Counts>();

function countsOf(runId: string): Counts {
  const own = counts.get(runId) ?? { running: 0, begun: 0 };
  counts.set(runId, own);
  return own;
}

/** How many bodies run while this one does, itself included. */
async function countRunning(own: Counts): Promise<number> {
  own.running += 1;
  await new Promise((resolve) => setImmediate(resolve));
  const { running } = own;
  own.running -= 1;
  return running;
}

const atOnceInPool = workflow('at-once-in-a-pool', function* () {
  const work = (name: string, key: string) =>
    step(name, { pool: two, key }, ({ runId }) => countRunning(countsOf(runId)));
  const seen = yield* gather([work('a1', 'a'), work('a2', 'a'), work('b', 'b'), work('c', 'c'), work('a3', 'a')]);
  const ofOneKey = yield* gather([work('d1', 'd'), work('d2', 'd'), work('d3', 'd')]);
  return { isWithinLimit: seen.every((running) => running <= 2), ofOneKey };
});

const orderInPool = workflow('order-in-a-pool', function* () {
  const work = (name: string, priority?: number) =>
    step(
      name,
      { pool: one, ...(priority === undefined ? {} : { priority }) },
      ({ runId }) => (countsOf(runId).begun += 1),
    );
  return yield* gather({ low: work('low', -1), first: work('first'), high: work('high', 5), second: work('second') });
});

/** One at once of those that one run has started. Gives when it began, and when it was about to end. */
const runInPool = workflow(
  'run-in-a-pool',
  { pool: pool('conformance.runs', { concurrencyPerKey: 1 }), key: ({ of }: { of: string }) => of },
  function* (_: { of: string }) {
    const begin = Number(now());
    yield* sleep('20ms');
    return { begin, end: Number(now()) };
  },
);

const runsInPool = workflow('runs-in-a-pool', function* () {
  const of = yield* step('who', ({ runId }) => runId);
  const spans = yield* gather([child(runInPool, { of }), child(runInPool, { of }), child(runInPool, { of })]);
  const [first, second, third] = spans.sort((a, b) => a.begin - b.begin);
  return [first?.end ?? 0, second?.end ?? 0].map((end, index) => end <= ([second, third][index]?.begin ?? 0));
});

export const poolPrograms: readonly Program[] = [
  { workflow: atOnceInPool, ends: { status: 'completed', result: { isWithinLimit: true, ofOneKey: [1, 1, 1] } } },
  { workflow: orderInPool, ends: { status: 'completed', result: { high: 1, first: 2, second: 3, low: 4 } } },
  { workflow: runsInPool, others: [runInPool], ends: { status: 'completed', result: [true, true] } },
];
