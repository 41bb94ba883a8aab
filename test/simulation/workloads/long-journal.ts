/** A run that would go on for ever, and is sent signals that it does not read: its journal comes to the limit. */
import { sleep } from '../../../lib/api/sleep.ts';
import { step } from '../../../lib/api/step.ts';
import { workflow } from '../../../lib/api/workflow.ts';
import type { BodyPlan } from '../world/step-bodies.ts';
import type { Action } from '../world/act.ts';
import { start, type Workload } from './workload.ts';

interface Watching {
  readonly pauseMs: number;
  /** Steps that clean up: some fit into what is left for that, some do not. */
  readonly cleans: number;
}

const steps = { retry: { maxAttempts: 100_000, firstDelay: '100ms', maxDelay: '1s' } };

const watching = workflow('watching', { steps }, function* ({ pauseMs, cleans }: Watching) {
  try {
    for (;;) {
      yield* step('look', (): BodyPlan => ({ takesMs: 10, gives: null }));
      yield* sleep(pauseMs);
    }
  } finally {
    for (let done = 0; done < cleans; done += 1) yield* step('clean', (): BodyPlan => ({ takesMs: 10, gives: null }));
  }
});

export const longJournalWorkload: Workload = {
  name: 'long journal',
  weight: 1,
  workflows: [watching],
  alone: { maxJournalEvents: 120, maxUnreadSignals: 8, maxPendingCommands: 50 },
  draw(dice) {
    const input: Watching = {
      pauseMs: Math.round(dice.magnitude(1, dice.pick([100, 5_000, 60_000]))),
      cleans: dice.pick([0, 1, 3, 20]),
    };
    const senders = dice.pick([0, 1, 4]);
    return {
      workflow: watching.name,
      input,
      startAtMs: dice.between(0, 30_000),
      callers: [
        [start(watching.name, input)],
        ...Array.from({ length: senders }, (_, sender) =>
          Array.from({ length: dice.pick([5, 30]) }, (__, index): Action => ({
            do: 'signal',
            name: 'unheard',
            payload: `sender ${sender}/${index}`,
            waitMs: Math.round(dice.magnitude(1, 3_000)),
            persists: false,
          })),
        ),
      ],
    };
  },
  judge(run) {
    const result = JSON.stringify(run.end?.result);
    if (run.end?.status !== 'failed' || !result.includes('JOURNAL_TOO_LONG')) {
      return `the run without end is ${run.item?.status}: ${result}`;
    }
    const signals = run.entries.filter(({ kind }) => kind === 'signal-received').length;
    // Seven are no reason to close the door; one inbox may come with the eighth.
    return signals > 7 + 100 ? `${signals} signals were taken, which nobody read` : undefined;
  },
};
