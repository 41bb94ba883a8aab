/** Early return: the caller starts a payment and has its answer when it is authorized; the rest goes on without it. */
import { Future, sleep, step, update, workflow } from 'lull';
import { outside } from './outside.ts';

export const authorized = update<void, string>('authorized');

export const payment = workflow('payment', function* (cents: number) {
  const authorization = new Future<string>();
  authorized.handle({
    *run() {
      return yield* authorization;
    },
  });
  try {
    authorization.setResult(yield* step('authorize', { retry: false }, () => authorize(cents)));
  } catch (error) {
    authorization.setException(error as Error);
    throw error;
  }
  yield* sleep('3 days');
  yield* step('settle', () => outside.does(`settled ${cents}`));
  return 'settled';
});

function authorize(cents: number): string {
  if (cents > 100_000) throw new Error('too much');
  return outside.does(`authorized ${cents}`);
}
