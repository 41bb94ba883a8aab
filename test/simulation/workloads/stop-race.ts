/** A run that is cancelled and terminated from several sides while it works, cleans up and ends. */
import { sleep } from '../../../lib/api/sleep.ts';
import { step } from '../../../lib/api/step.ts';
import { workflow } from '../../../lib/api/workflow.ts';
import type { JournalEntry } from '../../../lib/journal/event.ts';
import type { Action } from '../world/act.ts';
import type { Dice } from '../world/dice.ts';
import type { BodyPlan } from '../world/step-bodies.ts';
import { start, type Workload } from './workload.ts';

interface Work {
  readonly rounds: number;
  readonly takesMs: number;
  readonly sleepMs: number;
}

const steps = { retry: { maxAttempts: 100_000, firstDelay: '100ms', maxDelay: '1s' } };

const stoppable = workflow('stoppable', { steps }, function* ({ rounds, takesMs, sleepMs }: Work) {
  const act = (name: string) => step(name, (): BodyPlan => ({ takesMs, gives: name }));
  try {
    for (let round = 0; round < rounds; round += 1) {
      yield* act('work');
      yield* sleep(sleepMs);
    }
  } finally {
    yield* act('clean up');
  }
  return 'done';
});

export const stopRaceWorkload: Workload = {
  name: 'stop race',
  weight: 1,
  workflows: [stoppable],
  mayFinishWhenCancelled: (name) => name === 'clean up',
  draw(dice) {
    const input: Work = {
      rounds: dice.between(1, 4),
      takesMs: Math.round(dice.magnitude(1, 3_000)),
      sleepMs: Math.round(dice.magnitude(1, 20_000)),
    };
    return {
      workflow: stoppable.name,
      input,
      startAtMs: dice.between(0, 30_000),
      callers: [
        [start(stoppable.name, input), stop(dice, 'first')],
        ...Array.from({ length: dice.below(4) }, (_, index) => [stop(dice, `other ${index}`)]),
      ],
    };
  },
  judge(run) {
    const { end, entries } = run;
    if (end === undefined) return `the run is left ${run.item?.status}`;
    const hasCancel = entries.some(({ kind }) => kind === 'cancel-requested');
    const hasTerminate = entries.some(({ kind }) => kind === 'terminate-requested');
    const isClean = entries.some(
      (entry) => entry.kind === 'step-completed' && run.commands.get(entry.id)?.name === 'clean up',
    );
    switch (end.status) {
      case 'completed':
        return isClean && JSON.stringify(end.result) === '"done"' ? undefined : 'it ended well and is not clean';
      case 'cancelled':
        if (!hasCancel) return 'it was cancelled by nobody';
        return isClean || !mustBeClean(entries) ? undefined : 'it was cancelled and is not clean';
      case 'terminated':
        return hasTerminate ? undefined : 'it was terminated by nobody';
      case 'failed':
        return 'it failed, and nothing in it does';
    }
  },
};

/** The first cancel came while it worked: neither before its start, nor when it cleaned up already. */
function mustBeClean(entries: readonly JournalEntry[]): boolean {
  const firstCancel = entries.findIndex(({ kind }) => kind === 'cancel-requested');
  const before = entries.slice(0, firstCancel);
  return (
    before.some(({ kind }) => kind === 'started') &&
    !before.some((entry) => entry.kind === 'step' && entry.name === 'clean up')
  );
}

function stop(dice: Dice, reason: string): Action {
  const kind = dice.pick(['cancel', 'cancel', 'terminate'] as const);
  return { do: kind, reason, waitMs: Math.round(dice.magnitude(1, 60_000)), persists: dice.chance(0.7) };
}
