/** A subscription for a year: billed each month, at a price that signals change and a query tells. */
import { defineStep, query, race, signal, sleep, workflow } from 'lull';
import { outside } from './outside.ts';

export const setPrice = signal<number>('set-price');
export const endSubscription = signal('end-subscription');
export const billing = query<{ price: number; billed: number }>('billing');

const bill = defineStep('bill', (month: number, cents: number) => outside.does(`month ${month}: ${cents}`));

export const yearly = workflow('yearly', function* (monthlyPrice: number) {
  let price = monthlyPrice;
  let billed = 0;
  billing.handle(() => ({ price, billed }));
  for (let month = 1; month <= 12; month += 1) {
    const { key } = yield* race({ ended: endSubscription.receive(), due: sleep('30 days') });
    while (setPrice.pending() > 0) price = setPrice.receiveNowait();
    if (key === 'ended') return { billed, months: month - 1 };
    yield* bill(month, price);
    billed += price;
  }
  return { billed, months: 12 };
});
