/**
 * Runs whose workflow is paused and resumed from outside while they work, wait and are sent signals. They may be paused on
 * their own as well, and be stopped.
 */
import { continueAsNew } from '../../../lib/api/continue-as-new.ts';
import { signal } from '../../../lib/api/signal.ts';
import { sleep } from '../../../lib/api/sleep.ts';
import { step } from '../../../lib/api/step.ts';
import { workflow } from '../../../lib/api/workflow.ts';
import type { Coroutine } from '../../../lib/core/awaitable.ts';
import type { Action } from '../world/act.ts';
import type { Dice } from '../world/dice.ts';
import type { BodyPlan } from '../world/step-bodies.ts';
import { wrongWithRounds } from './rounds.ts';
import { start, type Workload } from './workload.ts';

interface Work {
  readonly rounds: number;
  readonly takesMs: number;
  readonly sleepMs: number;
  /** It continues as new after each round. */
  readonly inLinks: boolean;
  readonly heard: readonly number[];
}

/** A body of it begins after the one before has ended. */
export const HOLDABLE_STEP = 'holdable work';

const go = signal<number>('go on');
const steps = { retry: { maxAttempts: 100_000, firstDelay: '100ms', maxDelay: '1s' } };

const holdable = workflow('holdable', { steps }, function* (work: Work): Coroutine<readonly number[]> {
  const { rounds, takesMs, sleepMs, inLinks } = work;
  const heard = [...work.heard];
  while (heard.length < rounds) {
    for (const gives of [1, 2, 3]) yield* step(HOLDABLE_STEP, (): BodyPlan => ({ takesMs, gives }));
    yield* sleep(sleepMs);
    heard.push(yield* go.receive());
    if (inLinks && heard.length < rounds) yield* continueAsNew({ ...work, heard });
  }
  return heard;
});

export const holdingWorkload: Workload = {
  name: 'holding',
  weight: 1,
  workflows: [holdable],
  draw(dice) {
    const input: Work = {
      rounds: dice.between(1, 4),
      takesMs: Math.round(dice.magnitude(50, 10_000)),
      sleepMs: Math.round(dice.magnitude(1, 60_000)),
      inLinks: dice.chance(0.3),
      heard: [],
    };
    // A later link begins by the clock of another worker, and not at the run's time.
    const isDelayed = dice.chance(0.2) && !input.inLinks;
    const delayMs = isDelayed ? Math.round(dice.magnitude(1_000, 60_000)) : undefined;
    const pauses = Array.from({ length: dice.between(1, 4) }, () => pauseAndResume(dice)).flat();
    return {
      workflow: holdable.name,
      input,
      startAtMs: dice.between(0, 30_000),
      callers: [
        [start(holdable.name, input, delayMs), ...(dice.chance(0.5) ? pauses : [])],
        ...(dice.chance(0.5) ? [pauseAndResume(dice)] : []),
        Array.from({ length: input.rounds }, (_, payload) => send(dice, payload)),
        ...(dice.chance(0.3) ? [[stop(dice)]] : []),
        ...(dice.chance(0.2) ? [pauseAndResumeRun(dice)] : []),
        pauseAndResume(dice),
      ],
    };
  },
  waitsFor: ({ input }) =>
    Array.from({ length: (input as Work).rounds }, (_, payload) => ({ name: 'go on', key: `go-${payload}` })),
  judge: (run, { input }) => wrongWithRounds(run, (input as Work).rounds),
};

/** Whoever pauses it resumes it, and gives up neither. */
function pauseAndResume(dice: Dice): Action[] {
  return [
    { do: 'pause-workflow', workflow: holdable.name, waitMs: Math.round(dice.magnitude(100, 60_000)), persists: true },
    {
      do: 'resume-workflow',
      workflow: holdable.name,
      waitMs: Math.round(dice.magnitude(500, 300_000)),
      persists: true,
    },
  ];
}

function pauseAndResumeRun(dice: Dice): Action[] {
  return [
    { do: 'pause', waitMs: Math.round(dice.magnitude(1, 60_000)), persists: true },
    { do: 'resume', waitMs: Math.round(dice.magnitude(1, 120_000)), persists: true },
  ];
}

function send(dice: Dice, payload: number): Action {
  const waitMs = Math.round(dice.magnitude(1, 60_000));
  return { do: 'signal', name: 'go on', payload, key: `go-${payload}`, waitMs, persists: true };
}

function stop(dice: Dice): Action {
  const kind = dice.pick(['cancel', 'terminate'] as const);
  return { do: kind, reason: 'enough', waitMs: Math.round(dice.magnitude(1, 120_000)), persists: true };
}
