/** A run that is paused and resumed from outside while it works, waits and is sent signals; it may be stopped as well. */
import { signal } from '../../../lib/api/signal.ts';
import { sleep } from '../../../lib/api/sleep.ts';
import { step } from '../../../lib/api/step.ts';
import { workflow } from '../../../lib/api/workflow.ts';
import type { Action } from '../world/act.ts';
import type { Dice } from '../world/dice.ts';
import type { BodyPlan } from '../world/step-bodies.ts';
import { wrongWithRounds } from './rounds.ts';
import { start, type Workload } from './workload.ts';

interface Work {
  readonly rounds: number;
  readonly takesMs: number;
  readonly sleepMs: number;
}

/** A body of it begins after the one before has ended. */
export const PAUSABLE_STEP = 'pausable work';

const go = signal<number>('go');
const steps = { retry: { maxAttempts: 100_000, firstDelay: '100ms', maxDelay: '1s' } };

const pausable = workflow('pausable', { steps }, function* ({ rounds, takesMs, sleepMs }: Work) {
  const heard: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    yield* step(PAUSABLE_STEP, (): BodyPlan => ({ takesMs, gives: round }));
    yield* step(PAUSABLE_STEP, (): BodyPlan => ({ takesMs, gives: round }));
    yield* sleep(sleepMs);
    heard.push(yield* go.receive());
  }
  return heard;
});

export const pausingWorkload: Workload = {
  name: 'pausing',
  weight: 1,
  workflows: [pausable],
  draw(dice) {
    const input: Work = {
      rounds: dice.between(1, 4),
      takesMs: Math.round(dice.magnitude(1, 8_000)), // well within what a worker is given
      sleepMs: Math.round(dice.magnitude(1, 60_000)),
    };
    const delayMs = dice.chance(0.2) ? Math.round(dice.magnitude(1_000, 60_000)) : undefined;
    const pauses = Array.from({ length: dice.between(1, 4) }, () => pauseAndResume(dice)).flat();
    return {
      workflow: pausable.name,
      input,
      startAtMs: dice.between(0, 30_000),
      callers: [
        [start(pausable.name, input, delayMs), ...(dice.chance(0.5) ? pauses : [])],
        ...(dice.chance(0.5) ? [pauseAndResume(dice)] : []),
        Array.from({ length: input.rounds }, (_, payload) => send(dice, payload)),
        ...(dice.chance(0.2) ? [[stop(dice)]] : []),
        pauseAndResume(dice),
      ],
    };
  },
  waitsFor: ({ input }) =>
    Array.from({ length: (input as Work).rounds }, (_, payload) => ({ name: 'go', key: `go-${payload}` })),
  judge: (run, { input }) => wrongWithRounds(run, (input as Work).rounds),
};

/** Whoever pauses it resumes it, and gives up neither. */
function pauseAndResume(dice: Dice): Action[] {
  return [
    { do: 'pause', waitMs: Math.round(dice.magnitude(1, 60_000)), persists: true },
    { do: 'resume', waitMs: Math.round(dice.magnitude(1, 120_000)), persists: true },
  ];
}

function send(dice: Dice, payload: number): Action {
  const waitMs = Math.round(dice.magnitude(1, 60_000));
  return { do: 'signal', name: 'go', payload, key: `go-${payload}`, waitMs, persists: true };
}

function stop(dice: Dice): Action {
  const kind = dice.pick(['cancel', 'terminate'] as const);
  return { do: kind, reason: 'enough', waitMs: Math.round(dice.magnitude(1, 120_000)), persists: true };
}
