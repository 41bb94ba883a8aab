/**
 * An order, from payment to parcel: all of it happens, or nothing is left of it.
 *
 * Shows: a schema, steps that a shop's services can tell apart by their idempotency keys, two steps at once, and a saga
 * that undoes what was done when a later step fails for good or the run is cancelled.
 */
import { createTask, defineStep, gather, saga, workflow } from 'lull';
import * as z from 'zod';
import { callShop } from './call-shop.ts';

const Order = z.object({
  id: z.string().min(1),
  customer: z.object({ name: z.string(), email: z.email() }),
  lines: z
    .array(z.object({ sku: z.string(), name: z.string(), quantity: z.int().positive(), cents: z.int().positive() }))
    .min(1),
  address: z.object({ street: z.string(), postcode: z.string(), city: z.string(), country: z.string().length(2) }),
});
type Order = z.infer<typeof Order>;

/** The shop's services are quick, so the first retry is too. */
const steps = { retry: { maxAttempts: 5, firstDelay: '200ms', maxDelay: '5s' } };

const charge = defineStep('charge', (order: Order) => callShop('charges', { order: order.id, cents: total(order) }));
const refund = defineStep('refund', ({ id }: Order) => callShop('refunds', { order: id }));
const reserve = defineStep('reserve', ({ id, lines }: Order) => callShop('reservations', { order: id, lines }));
const release = defineStep('release', ({ id }: Order) => callShop('releases', { order: id }));
const printLabel = defineStep('print-label', ({ id, address }: Order) => callShop('labels', { order: id, address }));

export const checkout = workflow('checkout', { input: Order, steps }, function* (order) {
  return yield* saga(function* (saga) {
    // Each undo is registered before what it undoes: a step that fails may have done its work all the same.
    saga.onFailure(function* () {
      yield* refund(order);
    });
    const payment = yield* charge(order);

    const reservation = createTask(reserve(order));
    saga.onFailure(function* () {
      reservation.cancel(); // when the label fails, it may still be at it
      yield* release(order);
    });
    const { stock, label } = yield* gather({ stock: reservation, label: printLabel(order) });
    return { order: order.id, cents: total(order), payment, stock, label };
  });
});

function total(order: Order): number {
  return order.lines.reduce((sum, { quantity, cents }) => sum + quantity * cents, 0);
}
