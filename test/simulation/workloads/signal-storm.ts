/** A run that ends after some signals, while many more are sent, faster than it takes them. */
import { signal } from '../../../lib/api/signal.ts';
import { step } from '../../../lib/api/step.ts';
import { workflow } from '../../../lib/api/workflow.ts';
import type { BodyPlan } from '../world/step-bodies.ts';
import type { Action } from '../world/act.ts';
import type { Dice } from '../world/dice.ts';
import { start, type Workload } from './workload.ts';

interface Storm {
  readonly wanted: number;
  /** A step after each signal; 0: none. */
  readonly takesMs: number;
}

const drop = signal<string>('drop');
const steps = { retry: { maxAttempts: 100_000, firstDelay: '100ms', maxDelay: '1s' } };

const storm = workflow('storm', { steps }, function* ({ wanted, takesMs }: Storm) {
  const got: string[] = [];
  while (got.length < wanted) {
    got.push(yield* drop.receive());
    if (takesMs > 0) yield* step('take', (): BodyPlan => ({ takesMs, gives: null }));
  }
  return got;
});

export const signalStormWorkload: Workload = {
  name: 'signal storm',
  weight: 1,
  workflows: [storm],
  draw(dice) {
    const input: Storm = {
      wanted: Math.round(dice.magnitude(1, 30)),
      takesMs: dice.pick([0, 0, Math.round(dice.magnitude(1, 3_000))]),
    };
    const senders = dice.pick([2, 4, 8]);
    const each = Math.round(dice.magnitude(2, dice.pick([10, 60])));
    return {
      workflow: storm.name,
      input,
      startAtMs: dice.between(0, 30_000),
      callers: [
        // These alone are enough.
        [start(storm.name, input), ...send(dice, 'enough', input.wanted, true)],
        ...Array.from({ length: senders }, (_, sender) => send(dice, `sender ${sender}`, each, false)),
      ],
    };
  },
  judge(run, { input }) {
    if (run.end?.status !== 'completed') return `the storm is left ${run.item?.status}`;
    const expected = run.entries.flatMap((entry) => (entry.kind === 'signal-received' ? [entry.payload] : []));
    const wanted = JSON.stringify(expected.slice(0, (input as Storm).wanted));
    const got = JSON.stringify(run.end.result);
    return got === wanted ? undefined : `got ${got}, and the journal has ${wanted}`;
  },
};

function send(dice: Dice, who: string, count: number, persists: boolean): Action[] {
  const pauseMs = dice.magnitude(1, dice.pick([500, 2_000, 30_000]));
  return Array.from({ length: count }, (_, index): Action => {
    const payload = `${who}/${index}`;
    const waitMs = Math.round(pauseMs * dice.next());
    const key = persists || dice.chance(0.3) ? { key: payload } : {};
    return { do: 'signal', name: 'drop', payload, waitMs, persists, ...key };
  });
}
