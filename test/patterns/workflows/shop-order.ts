/** An order with reminders until it is paid, which can be cancelled until it is shipped. */
import { type Coroutine, createTask, defineStep, race, signal, sleep, workflow } from 'lull';
import { outside } from './outside.ts';

export const paid = signal<{ cents: number }>('paid');
export const cancelOrder = signal('cancel-order');

const mail = defineStep('mail', (text: string) => outside.does(`mail: ${text}`));
const pack = defineStep('pack', () => outside.does('packed'));
const refund = defineStep('refund', (cents: number) => outside.does(`refunded ${cents}`));
const ship = defineStep('ship', () => outside.does('shipped'));

function* remind(): Coroutine<never> {
  for (let day = 1; ; day += 1) {
    yield* sleep('1 day');
    yield* mail(`please pay (day ${day})`);
  }
}

export const shopOrder = workflow('shop-order', function* () {
  const cancelled = createTask(cancelOrder.receive());
  const reminders = createTask(remind());
  const payment = yield* race({ paid: paid.receive(), cancelled, late: sleep('4 days') });
  reminders.cancel();
  if (payment.key !== 'paid') {
    yield* mail('your order is cancelled');
    return payment.key;
  }
  const packing = yield* race({ cancelled: cancelOrder.receive(), packed: packSlowly() });
  if (packing.key === 'cancelled') {
    yield* refund(payment.value.cents);
    return 'cancelled';
  }
  yield* ship(); // from here on it is too late to cancel
  return 'shipped';
});

function* packSlowly(): Coroutine<void> {
  yield* sleep('1 day');
  yield* pack();
}
