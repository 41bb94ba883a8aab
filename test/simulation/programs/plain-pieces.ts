/** Steps, waits, signals, failures: what stands alone. */
import { sleep } from '../../../lib/api/sleep.ts';
import { signal } from '../../../lib/api/signal.ts';
import { step } from '../../../lib/api/step.ts';
import { timeout } from '../../../lib/api/timeout.ts';
import { isCancelled, PayloadTooLargeError, type StepFailedError, TimeoutError } from '../../../lib/core/errors.ts';
import type { Dice } from '../world/dice.ts';
import type { BodyPlan } from '../world/step-bodies.ts';
import { boom, FoundWrong, type Piece } from './program.ts';

/** So many attempts that no weather uses them up. */
const PATIENT = {
  retry: { maxAttempts: 100_000, firstDelay: '100ms', maxDelay: '5s' },
  timeout: '1m',
} as const;

const VALUE_LIMIT_BYTES = 350_000;

export const plainPieces: Readonly<Record<string, Piece>> = {
  step: {
    weight: 8,
    isDetermined: true,
    draw: ({ dice, name }) => ({ name: name('step'), plan: drawBody(dice) }),
    *run({ name = '', plan }) {
      const beats = plan?.beatsEveryMs === undefined ? {} : { heartbeatTimeout: '15s' };
      return yield* step(name, { ...PATIENT, ...beats }, () => plan);
    },
  },
  readOnlyStep: {
    weight: 3,
    isDetermined: true,
    draw: ({ dice, name }) => ({ name: name('read'), plan: drawBody(dice) }),
    *run({ name = '', plan }) {
      const beats = plan?.beatsEveryMs === undefined ? {} : { heartbeatTimeout: '15s' };
      return yield* step(name, { ...PATIENT, ...beats, readOnly: true }, () => plan);
    },
  },
  failingStep: {
    weight: 0.6,
    isDetermined: true,
    draw: ({ dice, name }) => ({ name: name('failing'), plan: { ...drawBody(dice), failsForGood: 'no' } }),
    *run({ name = '', plan }) {
      try {
        yield* step(name, PATIENT, () => plan);
      } catch (error) {
        throw isCancelled(error) ? error : boom(); // who keeps a cancel to himself may wait for ever, as in asyncio
      }
    },
  },
  /** It has a few attempts only, and uses them up. */
  exhaustedStep: {
    weight: 0.5,
    isDetermined: true,
    draw: ({ dice, name }) => ({
      name: name('exhausted'),
      plan: { ...drawBody(dice), fails: 1e9 },
      count: dice.between(1, 3),
    }),
    *run({ name = '', plan, count = 1 }) {
      try {
        yield* step(name, { ...PATIENT, retry: { ...PATIENT.retry, maxAttempts: count } }, () => plan);
      } catch (error) {
        throw isCancelled(error) ? error : boom(); // who keeps a cancel to himself may wait for ever, as in asyncio
      }
    },
  },
  /** Gives more than can be stored. */
  hugeStep: {
    weight: 0.3,
    isDetermined: true,
    draw: ({ dice, name }) => ({
      name: name('huge'),
      plan: { takesMs: 5, gives: null, givesBytes: dice.pick([340_000, 380_000, 500_000]) },
    }),
    *run({ name = '', plan }) {
      try {
        const text = (yield* step(name, PATIENT, () => plan)) as unknown as string;
        if (text.length > VALUE_LIMIT_BYTES) throw new FoundWrong(`a value of ${text.length} bytes was stored`);
        return text.length;
      } catch (error) {
        if (error instanceof FoundWrong || isCancelled(error)) throw error;
        return (error as StepFailedError).cause instanceof PayloadTooLargeError ? 'too large' : 'lost';
      }
    },
  },
  sleep: {
    weight: 4,
    isDetermined: true,
    draw: ({ dice }) => ({ ms: drawDelayMs(dice) }),
    *run({ ms = 0 }) {
      return yield* sleep(ms, 'slept');
    },
  },
  pause: {
    weight: 1,
    isDetermined: true,
    draw: () => ({}),
    *run() {
      yield* sleep(0);
    },
  },
  receive: {
    weight: 2,
    isDetermined: true,
    draw: ({ name, dice }) => ({ name: name('signal'), count: dice.pick([1, 1, 2, 3]) }),
    *run({ name = '', count = 1 }) {
      const received: unknown[] = [];
      while (received.length < count) received.push(yield* signal<unknown>(name).receive());
      return received;
    },
  },
  /** Nobody sends what it waits for. */
  giveUp: {
    weight: 1,
    isDetermined: true,
    draw: ({ dice, name }) => ({ name: name('unsent'), ms: drawDelayMs(dice) }),
    *run({ name = '', ms = 0 }) {
      try {
        return yield* timeout(ms, signal<unknown>(name).receive());
      } catch (error) {
        if (error instanceof TimeoutError) return 'given up';
        throw error;
      }
    },
  },
  fail: {
    weight: 0.4,
    isDetermined: true,
    draw: () => ({}),
    *run() {
      throw boom();
    },
  },
};

export function drawDelayMs(dice: Dice): number {
  return Math.round(dice.magnitude(1, dice.pick([100, 60_000, 10 * 86_400_000])));
}

function drawBody(dice: Dice): BodyPlan {
  return {
    takesMs: Math.round(dice.magnitude(1, dice.pick([50, 2_000, 8_000]))),
    gives: drawValue(dice),
    ...(dice.chance(0.2) ? { fails: dice.between(1, 3) } : {}),
    ...(dice.chance(0.05) ? { kills: dice.between(1, 2) } : {}),
    ...(dice.chance(0.1) ? { beatsEveryMs: dice.between(500, 10_000) } : {}),
  };
}

/** Values of odd shapes and sizes, as JSON has them: the program itself is stored. */
function drawValue(dice: Dice): unknown {
  const draw: readonly (() => unknown)[] = [
    () => dice.below(1_000),
    () => dice.below(1_000),
    () => null,
    () => ({ $: 'odd', nested: { $: [], '': -0.5 } }),
    () => '\u0000\ud83d\ude00 \\" '.repeat(dice.between(1, 40)),
    () => 'x'.repeat(Math.round(dice.magnitude(1, 20_000))),
    () => Array.from({ length: dice.below(30) }, (_, index) => [index, String(index)]),
  ];
  return dice.pick(draw)();
}
