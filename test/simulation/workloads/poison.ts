/** A step that kills every worker which tries it: the run has to end all the same. */
import { step } from '../../../lib/api/step.ts';
import { workflow } from '../../../lib/api/workflow.ts';
import type { BodyPlan } from '../world/step-bodies.ts';
import { start, type Workload } from './workload.ts';

const MOST_INTERRUPTIONS = 4;

const poison = workflow('poison', { steps: { retry: { maxAttempts: 100_000, firstDelay: '1s' } } }, function* () {
  yield* step('harmless', (): BodyPlan => ({ takesMs: 50, gives: null }));
  return yield* step('poison', (): BodyPlan => ({ takesMs: 100, gives: 'never', kills: -1 }));
});

export const poisonWorkload: Workload = {
  name: 'poison',
  weight: 0.3,
  workflows: [poison],
  // Whoever else is in the worker would be interrupted as often.
  alone: { maxInterruptions: MOST_INTERRUPTIONS },
  draw(dice) {
    return {
      workflow: poison.name,
      input: null,
      startAtMs: dice.between(0, 60_000),
      callers: [[start(poison.name, null)]],
    };
  },
  judge(run, _plan, { bodies }) {
    if (run.end?.status !== 'failed') return `the run is left ${run.item?.status}`;
    const begun = bodies.ofRun(run.runId).filter(({ name }) => name === 'poison').length;
    // A worker that was taken over, and does not know, may begin one more.
    const most = 2 * (MOST_INTERRUPTIONS + 1);
    return begun > most ? `the poison was tried ${begun} times, the limit is ${MOST_INTERRUPTIONS}` : undefined;
  },
};
