/** Many short turns: a sleep, a step, a signal, again and again, so that workers hand the run to each other. */
import { signal } from '../../../lib/api/signal.ts';
import { sleep } from '../../../lib/api/sleep.ts';
import { step } from '../../../lib/api/step.ts';
import { workflow } from '../../../lib/api/workflow.ts';
import type { Coroutine } from '../../../lib/core/awaitable.ts';
import type { Action } from '../world/act.ts';
import type { BodyPlan } from '../world/step-bodies.ts';
import { start, type Workload } from './workload.ts';

interface Relay {
  readonly rounds: number;
  readonly sleepMs: number;
  readonly takesMs: number;
  /** In each third round, what must not be done twice is begun after the rest. */
  readonly hasOnce?: boolean;
}

const baton = signal<number>('baton');
const steps = { retry: { maxAttempts: 100_000, firstDelay: '100ms', maxDelay: '5s' } };

const relay = workflow('relay', { steps }, function* ({ rounds, sleepMs, takesMs, hasOnce = false }: Relay) {
  const passed: unknown[] = [];
  let beforeMs = 0;
  for (let round = 0; round < rounds; round += 1) {
    yield* sleep(sleepMs);
    if (hasOnce && round % 3 === 2) yield* once(round, takesMs);
    passed.push(yield* step(`run ${round}`, (): BodyPlan => ({ takesMs, gives: round, fails: round % 3 })));
    passed.push(yield* baton.receive());
    if (Date.now() < beforeMs) throw new Error(`the time was ${beforeMs}, and now is ${Date.now()}`);
    beforeMs = Date.now();
  }
  return passed;
});

/** Whether its worker was lost is no part of the result. */
function* once(round: number, takesMs: number): Coroutine<void> {
  try {
    yield* step(`once ${round}`, { atMostOnce: true }, (): BodyPlan => ({ takesMs, gives: round }));
  } catch {
    // it may have been done, or not
  }
}

export const relayWorkload: Workload = {
  name: 'relay',
  weight: 2,
  workflows: [relay],
  isDetermined: true,
  waitsFor({ input }) {
    return Array.from({ length: (input as Relay).rounds }, (_, round) => ({ name: 'baton', key: String(round) }));
  },
  draw(dice) {
    const input: Relay = {
      rounds: dice.between(3, 15),
      sleepMs: dice.pick([0, Math.round(dice.magnitude(500, 30_000))]),
      takesMs: Math.round(dice.magnitude(1, 3_000)),
      hasOnce: dice.chance(0.5),
    };
    const pauseMs = dice.magnitude(100, 30_000);
    const batons = Array.from({ length: input.rounds }, (_, round): Action => {
      const waitMs = Math.round(pauseMs * dice.next());
      return { do: 'signal', name: 'baton', payload: round, key: String(round), waitMs, persists: true };
    });
    return {
      workflow: relay.name,
      input,
      startAtMs: dice.between(0, 30_000),
      callers: [[start(relay.name, input), ...batons]],
    };
  },
};
