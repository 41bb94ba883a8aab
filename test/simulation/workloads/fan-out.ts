/** Many steps at once: more than a worker takes, more than a record holds. */
import { gather } from '../../../lib/api/gather.ts';
import { step } from '../../../lib/api/step.ts';
import { workflow } from '../../../lib/api/workflow.ts';
import type { BodyPlan } from '../world/step-bodies.ts';
import { start, type Workload } from './workload.ts';

interface Fan {
  readonly width: number;
  readonly limit: number;
  readonly takesMs: number;
}

const steps = { retry: { maxAttempts: 100_000, firstDelay: '100ms', maxDelay: '5s' } };

const fanOut = workflow('fan-out', { steps }, function* ({ width, limit, takesMs }: Fan) {
  const one = (index: number) =>
    step(`part ${index}`, (): BodyPlan => ({ takesMs: takesMs * (1 + (index % 7)), gives: index }));
  const numbers = yield* gather(
    Array.from({ length: width }, (_, index) => one(index)),
    { limit },
  );
  return numbers;
});

export const fanOutWorkload: Workload = {
  name: 'fan-out',
  weight: 0.7,
  workflows: [fanOut],
  isDetermined: true,
  draw(dice) {
    const fan: Fan = {
      width: Math.round(dice.magnitude(2, 80)),
      limit: dice.pick([2, 10, 1_000]),
      takesMs: Math.round(dice.magnitude(1, 500)),
    };
    return {
      workflow: fanOut.name,
      input: fan,
      startAtMs: dice.between(0, 60_000),
      callers: [[start(fanOut.name, fan)]],
    };
  },
  *smaller(plan) {
    const fan = plan.input as Fan;
    for (const width of [Math.floor(fan.width / 2), fan.width - 1]) {
      if (width < 1) continue;
      const input = { ...fan, width };
      yield { ...plan, input, callers: [[start(fanOut.name, input)]] };
    }
  },
};
