/** An order, from payment to parcel. Whatever fails, what was done before is undone. */
import { defineStep, gather, saga, workflow } from 'lull';
import { z } from 'zod';
import { callShop } from './call-shop.ts';

const orderSchema = z.object({
  id: z.string().min(1),
  customer: z.object({ name: z.string(), email: z.email() }),
  lines: z
    .array(z.object({ sku: z.string(), name: z.string(), quantity: z.int().positive(), cents: z.int().positive() }))
    .min(1),
  address: z.object({ street: z.string(), postcode: z.string(), city: z.string(), country: z.string().length(2) }),
});

type Order = z.output<typeof orderSchema>;

const steps = { retry: { maxAttempts: 5, firstDelay: '200ms', maxDelay: '5s' } };

const charge = defineStep('charge', (order: Order) => callShop('charges', { order: order.id, cents: total(order) }));
const refund = defineStep('refund', (payment: string) => callShop('refunds', { payment }));
const reserve = defineStep('reserve', ({ id, lines }: Order) => callShop('reservations', { order: id, lines }));
const release = defineStep('release', (stock: string) => callShop('releases', { stock }));
const printLabel = defineStep('print-label', ({ id, address }: Order) => callShop('labels', { order: id, address }));

export const checkout = workflow('checkout', { input: orderSchema, steps }, function* (order) {
  return yield* saga(function* (saga) {
    const payment = yield* charge(order);
    saga.onFailure(function* () {
      yield* refund(payment);
    });

    // Both at once: neither waits for the other.
    const { stock, label } = yield* gather({
      label: printLabel(order),
      stock: (function* () {
        const stock = yield* reserve(order);
        saga.onFailure(function* () {
          yield* release(stock);
        });
        return stock;
      })(),
    });
    return { order: order.id, cents: total(order), payment, stock, label };
  });
});

function total(order: Order): number {
  return order.lines.reduce((sum, { quantity, cents }) => sum + quantity * cents, 0);
}
