/** Food that is on its way: the restaurant and the driver send signals, the customer asks where it is. */
import { query, signal, step, timeout, TimeoutError, workflow } from 'lull';
import { outside } from './outside.ts';

export const pickedUp = signal<{ driver: string }>('picked-up');
export const delivered = signal('delivered');
export const whereIsIt = query<string>('where-is-it');

export const deliverFood = workflow('deliver-food', function* (dish: string) {
  let where = 'in the kitchen';
  whereIsIt.handle(() => where);
  try {
    const { driver } = yield* timeout('45m', pickedUp.receive());
    where = `with ${driver}`;
    yield* timeout('45m', delivered.receive());
    where = 'delivered';
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    yield* step('refund', () => outside.does(`refunded ${dish}`));
    where = 'lost';
  }
  return where;
});
