/** A code by SMS: three tries, within five minutes. Neither the code nor the number is shown anywhere. */
import { random, signal, step, timeout, TimeoutError, workflow } from 'lull';
import { outside } from './outside.ts';

export const codeEntered = signal<string>('code-entered');

const TRIES = 3;

export const verifyPhone = workflow('verify-phone', { steps: { sensitive: true } }, function* (phone: string) {
  const code = String(Math.floor(random() * 1_000_000)).padStart(6, '0');
  yield* step('send the code', () => outside.does(`to ${phone}: ${code}`));
  try {
    return yield* timeout('5m', function* () {
      for (let left = TRIES; left > 0; left -= 1) {
        if ((yield* codeEntered.receive()) === code) return 'verified';
      }
      return 'too many tries';
    });
  } catch (error) {
    if (error instanceof TimeoutError) return 'too late';
    throw error;
  }
});
