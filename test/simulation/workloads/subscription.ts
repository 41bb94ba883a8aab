/** A loop over months: a charge that may fail for days, then a race between the next month and the customer's end. */
import { race } from '../../../lib/api/race.ts';
import { retry } from '../../../lib/api/retry.ts';
import { now } from '../../../lib/api/now.ts';
import { signal } from '../../../lib/api/signal.ts';
import { sleepUntil } from '../../../lib/api/sleep.ts';
import { step } from '../../../lib/api/step.ts';
import { workflow } from '../../../lib/api/workflow.ts';
import { type BodyPlan, Declined } from '../world/step-bodies.ts';
import { start, type Workload } from './workload.ts';

const MONTH_MS = 30 * 86_400_000;

interface Subscription {
  readonly months: number;
  /** The month in which the card has no cover twice. */
  readonly badMonth: number;
}

const end = signal<string>('end');
const steps = {
  retry: {
    ...{ maxAttempts: 100_000, firstDelay: '1s', maxDelay: '1m' },
    retryIf: (error: unknown) => !(error instanceof Declined),
  },
};

const subscription = workflow('subscription', { steps }, function* ({ months, badMonth }: Subscription) {
  const startedAtMs = now().getTime();
  for (let month = 1; month <= months; month += 1) {
    yield* retry({ maxAttempts: 3, firstDelay: '3 days', jitter: 0 }, function* (attempt) {
      const fails = month === badMonth && attempt < 3 ? { declines: 'no cover' } : {};
      yield* step(`charge ${month}`, (): BodyPlan => ({ takesMs: 300, gives: month, ...fails }));
    });
    const next = yield* race({ month: sleepUntil(new Date(startedAtMs + month * MONTH_MS)), end: end.receive() });
    if (next.key === 'end') return { paid: month, end: next.value };
  }
  return { paid: months, end: null };
});

export const subscriptionWorkload: Workload = {
  name: 'subscription',
  weight: 0.5,
  workflows: [subscription],
  draw(dice) {
    const input: Subscription = { months: dice.between(2, 8), badMonth: dice.between(0, 4) };
    const waitMs = Math.round(dice.next() * 8 * MONTH_MS);
    return {
      workflow: subscription.name,
      input,
      startAtMs: dice.between(0, 60_000),
      callers: [
        [
          start(subscription.name, input),
          ...(dice.chance(0.5)
            ? [{ do: 'signal', name: 'end', payload: 'moved', waitMs, key: 'end', persists: true } as const]
            : []),
        ],
      ],
    };
  },
  judge(run, plan) {
    if (run.end?.status !== 'completed')
      return `the subscription is left ${run.item?.status}: ${JSON.stringify(run.end)}`;
    const { paid, end: how } = run.end.result as unknown as { paid: number; end: string | null };
    const charges = run.entries.filter((entry) => entry.kind === 'step-completed').length;
    const others = run.entries.filter((entry) => entry.kind === 'step' && entry.name === 'other').length;
    if (charges - others !== paid) return `${paid} months are said to be paid, and ${charges} charges are recorded`;
    if (how === null && paid !== (plan.input as Subscription).months) return `it ended by itself after ${paid} months`;
    return undefined;
  },
};
