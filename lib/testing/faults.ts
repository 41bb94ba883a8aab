/** What may go wrong between the engine and its table and queue, drawn from a seed: the same seed, the same faults. */
import { type Duration, toMilliseconds } from '../core/duration.ts';
import { describeValue } from '../core/describe-value.ts';
import { WorkflowCodeError } from '../core/errors.ts';
import type { WakeQueue } from '../ports/wake-queue.ts';
import { StoreUnavailableError } from '../ports/world-errors.ts';
import type { Around } from './around-store.ts';

/** Each number is a probability, 0 (never, the default) to 1. */
export interface Faults {
  readonly store?: {
    /** The call is not carried out, and raises a StoreUnavailableError. */
    readonly failBefore?: number;
    /** The call is carried out, and raises a StoreUnavailableError all the same: its answer was lost. */
    readonly failAfter?: number;
  };
  readonly wakes?: {
    readonly lose?: number;
    readonly repeat?: number;
    /** Comes later than it should, by up to `longestDelay`. */
    readonly delay?: number;
    /** Default: 1 minute. */
    readonly longestDelay?: Duration;
  };
}

type Random = () => number;

export function aroundWithFaults({ store = {} }: Faults, random: Random): Around {
  const { failBefore = 0, failAfter = 0 } = store;
  checkProbabilities('faults.store', { failBefore, failAfter });
  return async ({ operation }, go) => {
    const [before, after] = [random(), random()];
    if (before < failBefore) throw new StoreUnavailableError(operation);
    const answer = await go();
    if (after < failAfter) throw new StoreUnavailableError(operation);
    return answer;
  };
}

export function wakesWithFaults(queue: WakeQueue, { wakes = {} }: Faults, random: Random): WakeQueue {
  const { lose = 0, repeat = 0, delay = 0, longestDelay = '1m' } = wakes;
  checkProbabilities('faults.wakes', { lose, repeat, delay });
  const longestDelayMs = toMilliseconds(longestDelay, 'faults.wakes.longestDelay');
  return {
    async send(runId, delayMs = 0) {
      const [lost, repeated] = [random() < lose, random() < repeat];
      const late = (): number => (random() < delay ? Math.ceil(random() * longestDelayMs) : 0);
      if (!lost) await queue.send(runId, delayMs + late());
      if (repeated) await queue.send(runId, delayMs + late());
    },
  };
}

function checkProbabilities(where: string, probabilities: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(probabilities)) {
    if (value >= 0 && value <= 1) continue;
    throw new WorkflowCodeError(
      'INVALID_ARGUMENT',
      `${where}.${name} is ${describeValue(value)}: give a probability, from 0 (never) to 1 (always)`,
    );
  }
}

/** Every wake comes twice. */
export function wakesTwice(queue: WakeQueue): WakeQueue {
  return {
    async send(runId, delayMs) {
      await queue.send(runId, delayMs);
      await queue.send(runId, delayMs);
    },
  };
}
