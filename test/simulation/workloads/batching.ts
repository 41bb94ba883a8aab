/** A run that takes items from a generator, a few at a time, of which one at a time may do its work. */
import { batch } from '../../../lib/api/batch.ts';
import { setAttributes, setStatus } from '../../../lib/api/show.ts';
import { step } from '../../../lib/api/step.ts';
import { waitUntil } from '../../../lib/api/wait-until.ts';
import { workflow } from '../../../lib/api/workflow.ts';
import type { Coroutine } from '../../../lib/core/awaitable.ts';
import { FoundWrong } from '../programs/program.ts';
import type { BodyPlan } from '../world/step-bodies.ts';
import { start, type Workload } from './workload.ts';

interface Items {
  readonly takeMs: readonly number[];
  readonly limit: number;
  /** Every so-manieth one fails for good; 0: none. */
  readonly failEach: number;
}

const steps = { retry: { maxAttempts: 100_000, firstDelay: '100ms', maxDelay: '1s' } };

const batching = workflow('batching', { steps }, function* ({ takeMs, limit, failEach }: Items) {
  let [busy, taken, ended] = [false, 0, 0];
  function* items(): Generator<number> {
    for (const ms of takeMs) {
      if (taken - ended >= limit) throw new FoundWrong(`${taken - ended} items run, and the limit is ${limit}`);
      taken += 1;
      yield ms;
    }
  }
  const order: number[] = [];
  function* work(takesMs: number, index: number): Coroutine<number> {
    try {
      yield* step(`look at ${index}`, (): BodyPlan => ({ takesMs, gives: null }));
      yield* waitUntil(() => !busy);
      if (busy) throw new FoundWrong('two items are at work at once');
      busy = true;
      order.push(index);
      const failsForGood = failEach > 0 && index % failEach === 0 ? { failsForGood: 'no' } : {};
      yield* step(`work on ${index}`, (): BodyPlan => ({ takesMs: 20, gives: null, ...failsForGood }));
    } finally {
      if (order.at(-1) === index) busy = false;
      ended += 1;
      setStatus({ ended });
      setAttributes({ [`item ${index}`]: ended });
    }
    return index;
  }
  const { endedBy, ...batched } = yield* batch(items(), work, { limit });
  const statuses = batched.items.map(({ status }) => status[0]).join('');
  return { endedBy, statuses, worked: order.toSorted((a, b) => a - b) };
});

export const batchingWorkload: Workload = {
  name: 'batching',
  weight: 0.8,
  workflows: [batching],
  isDetermined: true,
  draw(dice) {
    const input: Items = {
      takeMs: Array.from({ length: dice.between(1, 8) }, () => Math.round(dice.magnitude(1, 2_000))),
      limit: dice.between(1, 4),
      failEach: dice.pick([0, 0, 2, 3]),
    };
    return {
      workflow: batching.name,
      input,
      startAtMs: dice.between(0, 30_000),
      callers: [[start(batching.name, input)]],
    };
  },
  judge({ end, item }, { input }) {
    if (end?.status !== 'completed')
      return `the run is left ${item?.status}: ${JSON.stringify(end?.result).slice(0, 200)}`;
    const { takeMs, failEach } = input as Items;
    const statuses = takeMs.map((_, index) => (failEach > 0 && index % failEach === 0 ? 'r' : 'f')).join('');
    const shown = JSON.stringify([item?.customStatus, Object.keys(item?.attributes ?? {}).length]);
    const toShow = JSON.stringify([{ ended: takeMs.length }, takeMs.length]);
    if (item !== undefined && shown !== toShow) return `it shows ${shown}, and has set ${toShow}`;
    const expected = { endedBy: 'all', statuses, worked: takeMs.map((_, index) => index) };
    return JSON.stringify(end.result) === JSON.stringify(expected)
      ? undefined
      : `it gave ${JSON.stringify(end.result)}`;
  },
};
