/** Runs whose end starts another run, by an event: one for each that has completed, however often the bus says so. */
import { step } from '../../../lib/api/step.ts';
import { workflow } from '../../../lib/api/workflow.ts';
import type { BodyPlan } from '../world/step-bodies.ts';
import { start, type Workload } from './workload.ts';

export const FOLLOWED = 'followed';
export const FOLLOW_UP = 'follow-up';
export const EVENT_START = 'follow';

const steps = { retry: { maxAttempts: 100_000, firstDelay: '100ms', maxDelay: '5s' } };

const followed = workflow(FOLLOWED, { steps }, function* (takesMs: number) {
  return yield* step('work', (): BodyPlan => ({ takesMs, gives: 'done' }));
});

const followUp = workflow(FOLLOW_UP, { steps }, function* (runId: string) {
  return yield* step('follow up', (): BodyPlan => ({ takesMs: 10, gives: runId }));
});

export const followedWorkload: Workload = {
  name: 'followed',
  weight: 1,
  workflows: [followed, followUp],
  isDetermined: true,
  draw(dice) {
    const input = Math.round(dice.magnitude(1, 5_000));
    return { workflow: FOLLOWED, input, startAtMs: dice.between(0, 30_000), callers: [[start(FOLLOWED, input)]] };
  },
  judge({ runId, end }, _plan, { bus, table }) {
    if (end?.status !== 'completed' || bus === undefined) return undefined;
    const followers = [...table.ledger.runs.values()].filter(
      (run) => run.created?.workflow === FOLLOW_UP && run.input === runId,
    );
    const found = followers.map((run) => `${run.runId} ${run.end?.status}`).join(', ');
    const completed = bus.heardOf(runId).find(({ detail }) => detail.status === 'completed');
    const expected = `${EVENT_START}:${completed?.detail.id} completed`;
    return found === expected ? undefined : `what follows it is "${found}", and not "${expected}"`;
  },
};
