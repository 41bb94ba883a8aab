/** A run that continues as new, link after link, while signals are sent faster than it takes them. */
import { continueAsNew } from '../../../lib/api/continue-as-new.ts';
import { signal } from '../../../lib/api/signal.ts';
import { sleep } from '../../../lib/api/sleep.ts';
import { step } from '../../../lib/api/step.ts';
import { workflow } from '../../../lib/api/workflow.ts';
import type { Action } from '../world/act.ts';
import type { BodyPlan } from '../world/step-bodies.ts';
import { start, type Workload } from './workload.ts';

interface Links {
  /** How many signals are still to be counted, and how many each link takes. */
  readonly left: number;
  readonly each: number;
  readonly sleepMs: number;
  readonly takesMs: number;
  /** What was received so far. */
  readonly got: readonly string[];
  /** Makes the input so large that it has an item of its own. */
  readonly ballast: string;
}

const coin = signal<string>('coin');
const steps = { retry: { maxAttempts: 100_000, firstDelay: '100ms', maxDelay: '1s' } };

const links = workflow('links', { steps }, function* (input: Links) {
  const got = [...input.got];
  let left = input.left;
  for (let taken = 0; taken < input.each && left > 0; taken += 1, left -= 1) {
    got.push(yield* coin.receive());
    if (input.takesMs > 0) yield* step('count', (): BodyPlan => ({ takesMs: input.takesMs, gives: null }));
  }
  if (left === 0) return got;
  if (input.sleepMs > 0) yield* sleep(input.sleepMs);
  return yield* continueAsNew({ ...input, left, got });
});

const BALLAST = 'b'.repeat(40_000);

export const linksWorkload: Workload = {
  name: 'links',
  weight: 2,
  workflows: [links],
  waitsFor({ input }) {
    return Array.from({ length: (input as Links).left }, (_, index) => ({ name: 'coin', key: `enough/${index}` }));
  },
  draw(dice) {
    const input: Links = {
      left: Math.round(dice.magnitude(2, 20)),
      each: dice.between(1, 4),
      sleepMs: dice.pick([0, 0, Math.round(dice.magnitude(1, 10_000))]),
      takesMs: dice.pick([0, 0, Math.round(dice.magnitude(1, 3_000))]),
      got: [],
      ballast: dice.chance(0.2) ? BALLAST : '',
    };
    const pauseMs = dice.magnitude(1, dice.pick([500, 5_000, 30_000]));
    const send = (who: string, count: number, persists: boolean): Action[] =>
      Array.from({ length: count }, (_, index): Action => {
        const payload = `${who}/${index}`;
        const key = persists || dice.chance(0.5) ? { key: payload } : {};
        return { do: 'signal', name: 'coin', payload, waitMs: Math.round(pauseMs * dice.next()), persists, ...key };
      });
    return {
      workflow: links.name,
      input,
      startAtMs: dice.between(0, 30_000),
      callers: [
        [start(links.name, input), ...send('enough', input.left, true)], // these alone are enough
        send('more', dice.between(0, 6), false),
      ],
    };
  },
  judge(run, { input }) {
    if (run.end?.status !== 'completed') return `the run is left ${run.item?.status}, in link ${run.link}`;
    const { left, each } = input as Links;
    const sent = run.everyEntry().flatMap((entry) => (entry.kind === 'signal-received' ? [entry.payload] : []));
    const wanted = JSON.stringify(sent.slice(0, left));
    const got = JSON.stringify(run.end.result);
    if (got !== wanted) return `got ${got}, and the journals have ${wanted}`;
    const expected = Math.ceil(left / each);
    return run.link === expected ? undefined : `it has ${run.link} links, and takes its signals in ${expected}`;
  },
};
