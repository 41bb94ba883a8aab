/**
 * A run whose workflow code ends its worker: each time until other code is deployed, the first few times, or only when
 * other runs go on beside it. It ends as if it had not, beside its neighbours.
 */
import { gather } from '../../../lib/api/gather.ts';
import { sleep } from '../../../lib/api/sleep.ts';
import { step } from '../../../lib/api/step.ts';
import { workflow } from '../../../lib/api/workflow.ts';
import type { AnyWorkflow } from '../../../lib/core/workflow.ts';
import type { When } from '../world/code-deaths.ts';
import { endWorker } from '../world/code-turn.ts';
import type { Action } from '../world/act.ts';
import type { BodyPlan } from '../world/step-bodies.ts';
import type { Incident } from '../world/weather.ts';
import { start, type Workload } from './workload.ts';

const PLACES = ['beginning', 'step', 'part', 'sleep', 'end'] as const;
type Place = (typeof PLACES)[number];

interface Deadly {
  readonly ends: Readonly<Partial<Record<Place, When>>>;
  /** Code that knows so many patches ends no worker each time any more. */
  readonly mendedBy: number;
  readonly takesMs: number;
  readonly sleepMs: number;
}

const NEVER_MENDED = 1_000;
const LATEST_DEPLOY_MS = 10 * 60_000;
const steps = { retry: { maxAttempts: 100_000, firstDelay: '100ms', maxDelay: '5s' } };

/** As it is in code that knows so many patches. */
function deadly(known: number): AnyWorkflow {
  return workflow('deadly', { steps }, function* ({ ends, mendedBy, takesMs, sleepMs }: Deadly) {
    const pass = (place: Place): void => {
      const when = ends[place];
      if (when !== undefined && !(when === 'always' && known >= mendedBy)) endWorker(place, when);
    };
    const act = (name: string) => step(name, (): BodyPlan => ({ takesMs, gives: name }));
    pass('beginning');
    const first = yield* act('first');
    pass('step');
    const part = function* () {
      yield* act('part');
      pass('part');
      yield* act('after it');
    };
    const once = { atMostOnce: true };
    const others = [1, 2].map((which) =>
      step(`at most once ${which}`, once, (): BodyPlan => ({ takesMs, gives: which })),
    );
    yield* gather([part(), ...others], { returnExceptions: true });
    yield* sleep(sleepMs);
    pass('sleep');
    const last = yield* act('last');
    pass('end');
    return [first, last];
  });
}

export const deadlyCodeWorkload: Workload = {
  name: 'deadly code',
  weight: 2,
  workflows: [deadly(Infinity)],
  workflowsKnowing: (known) => [deadly(known)],
  isDetermined: true,
  draw(dice) {
    const input: Deadly = {
      ends: Object.fromEntries(
        Array.from({ length: dice.between(1, 3) }, () => {
          return [dice.pick(PLACES), dice.pick(['always', 1, 1, 2, 'in company'] as const)];
        }),
      ),
      mendedBy: dice.pick([1, 1, 2, NEVER_MENDED]),
      takesMs: Math.round(dice.magnitude(1, 2_000)),
      sleepMs: Math.round(dice.magnitude(100, 120_000)),
    };
    const hurries = Array.from({ length: dice.below(6) }, (_, index): readonly Action[] => {
      const waitMs = Math.round(dice.magnitude(1_000, LATEST_DEPLOY_MS));
      return [{ do: 'signal', name: 'hurry', payload: index, key: `hurry ${index}`, waitMs, persists: true }];
    });
    return {
      workflow: 'deadly',
      input,
      startAtMs: dice.between(0, 30_000),
      callers: [[start('deadly', input)], ...hurries],
    };
  },
  befalls(dice, untilMs) {
    return Array.from({ length: dice.below(4) }, (): Incident => {
      return { kind: 'deploy', atMs: Math.round(dice.next() * Math.min(untilMs, LATEST_DEPLOY_MS)) };
    });
  },
};
