/**
 * Charges a customer each month until the term is over, the customer cancels, or a payment stays out.
 *
 * Shows: a loop that takes years, a race between a signal and a date, and two kinds of trying again: the step's own
 * retries for a bank that does not answer (seconds), and `retry` around several awaits for a card without cover (days).
 *
 * A run keeps all that happened to it, so a loop needs an end: each month adds a few entries to the journal, which is
 * read and replayed when the run wakes on a new worker. Hence the term, at most 60 months. A customer who stays gets
 * another run.
 */
import { type Coroutine, defineStep, now, race, retry, signal, sleepUntil } from 'lull';
import { registerError, StepFailedError, stepContext, workflow } from 'lull';
import * as z from 'zod';
import { sendMail } from './send-mail.ts';

const Subscription = z.object({
  customer: z.email(),
  card: z.string().min(4),
  cents: z.int().positive(),
  months: z.int().min(1).max(60),
});
type Subscription = z.infer<typeof Subscription>;

export const cancelSubscription = signal('cancel-subscription', { schema: z.object({ reason: z.string() }) });

/** The bank's answer is no. It will not be yes a second later, so the step does not try again; the customer may pay. */
export class CardDeclined extends Error {}
registerError(CardDeclined);

const isWorthAnotherTry = (error: unknown): boolean => !(error instanceof CardDeclined);

const charge = defineStep('charge', { retry: { retryIf: isWorthAnotherTry } }, (card: string, cents: number) => {
  // Here stands the call of your payment provider, given the idempotency key: attempts of one step share it.
  if (card.endsWith('0002')) throw new CardDeclined(`the card ending in ${card.slice(-4)} has no cover`);
  return { cents, reference: stepContext().idempotencyKey };
});

export const subscription = workflow('subscription', { input: Subscription }, function* (order) {
  const startedAt = now();
  for (let month = 1; month <= order.months; month += 1) {
    const isPaid = yield* collect(order, month);
    if (!isPaid) return { ended: 'unpaid', monthsPaid: month - 1 };
    const next = yield* race({
      month: sleepUntil(monthsAfter(startedAt, month)),
      cancelled: cancelSubscription.receive(),
    });
    if (next.key === 'cancelled') return { ended: 'cancelled', monthsPaid: month, reason: next.value.reason };
  }
  return { ended: 'served', monthsPaid: order.months };
});

/** Charges a month: again after 3, 6 and 12 days with a letter each time. Says whether it was paid in the end. */
function* collect({ customer, card, cents }: Subscription, month: number): Coroutine<boolean> {
  try {
    yield* retry({ maxAttempts: 4, firstDelay: '3 days', maxDelay: '12 days', jitter: 0 }, function* (attempt) {
      if (attempt > 1) yield* sendMail(customer, `Month ${month} is not paid: we try your card again now.`);
      yield* charge(card, cents);
    });
    return true;
  } catch (error) {
    if (!(error instanceof StepFailedError)) throw error;
    yield* sendMail(customer, `Month ${month} stays unpaid: your subscription has ended.`);
    return false;
  }
}

/** The same day of a later month; of a month that is too short for it, the last day. */
function monthsAfter(start: Date, months: number): Date {
  const date = new Date(start);
  date.setUTCMonth(start.getUTCMonth() + months);
  if (date.getUTCDate() !== start.getUTCDate()) date.setUTCDate(0);
  return date;
}
