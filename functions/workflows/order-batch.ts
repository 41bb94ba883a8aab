/**
 * Buys the shipping labels of a day's orders: some hundred at once, as many at a time as the carrier likes.
 *
 * Shows: fanning out with a limit, and going on when some of the many fail. The failures are in the result, by order.
 * The size of a batch is limited by its input, 256 KB (some 2,500 orders), and by the result, of about that size.
 */
import { type Coroutine, defineStep, gather, NonRetryableError, stepContext, StepFailedError, workflow } from 'lull';
import * as z from 'zod';

const Order = z.object({ id: z.string(), name: z.string(), town: z.string(), country: z.string(), grams: z.int() });
type Order = z.infer<typeof Order>;

interface Label {
  readonly tracking: string;
  readonly cents: number;
}

/** Requests that the carrier takes from us at the same time. */
const CARRIER_LIMIT = 20;

const CENTS_BY_ZONE = new Map([
  ...['DE'].map((country) => [country, 490] as const),
  ...['AT', 'BE', 'CH', 'CZ', 'DK', 'FR', 'NL', 'PL'].map((country) => [country, 990] as const),
  ...['ES', 'IT', 'SE'].map((country) => [country, 1290] as const),
]);

const findRate = defineStep('find rate', ({ country, grams }: Order) => {
  const base = CENTS_BY_ZONE.get(country);
  if (base === undefined) throw new NonRetryableError(`the carrier does not deliver to ${country}`);
  if (grams > 31_500) throw new NonRetryableError(`${grams} g are too heavy for the carrier`);
  return base + 50 * Math.ceil(grams / 1000);
});

const buyLabel = defineStep('buy label', { timeout: '30s' }, ({ id }: Order, cents: number): Label => {
  // Here stands the carrier's API. What is bought twice is paid twice, unless it is given the idempotency key.
  stepContext().log.debug(`label for ${id}: ${cents} cents, key ${stepContext().idempotencyKey}`);
  return { tracking: `LULL-${id}`, cents };
});

function* shipOrder(order: Order): Coroutine<Label> {
  const cents = yield* findRate(order);
  return yield* buyLabel(order, cents);
}

export const orderBatch = workflow(
  'order-batch',
  { input: z.object({ orders: z.array(Order) }) },
  function* ({ orders }) {
    const labels = yield* gather(orders.map(shipOrder), { limit: CARRIER_LIMIT, returnExceptions: true });
    const bought = labels.flatMap((label) => (label instanceof Error ? [] : [label]));
    const failed = orders.flatMap(({ id }, at) => {
      const label = labels[at];
      return label instanceof Error ? [{ id, why: reasonOf(label) }] : [];
    });
    return {
      shipped: bought.map(({ tracking }) => tracking),
      cents: bought.reduce((sum, { cents }) => sum + cents, 0),
      failed,
    };
  },
);

/** What a step failed with in the end, in its own words. */
function reasonOf(error: Error): string {
  return error instanceof StepFailedError && error.cause instanceof Error ? error.cause.message : error.message;
}
