/** One-click buying with a window in which it can be undone. */
import { race, signal, sleep, step, workflow } from 'lull';
import { outside } from './outside.ts';

export const undoPurchase = signal('undo-purchase');

export const buyNow = workflow('buy-now', function* (item: string) {
  const first = yield* race({ undone: undoPurchase.receive(), over: sleep('30s') });
  if (first.key === 'undone') return 'not bought';
  yield* step('charge', () => outside.does(`bought ${item}`));
  return 'bought';
});
