/** A timer that a signal moves: the call comes at the time that was asked for last. */
import { race, signal, sleepUntil, step, workflow } from 'lull';
import { outside } from './outside.ts';

export const moveTo = signal<Date>('move-to');

export const wakeUpCall = workflow('wake-up-call', function* (at: Date) {
  for (;;) {
    const first = yield* race({ moved: moveTo.receive(), due: sleepUntil(at) });
    if (first.key === 'due') break;
    at = first.value;
  }
  yield* step('call', () => outside.does('wake up'));
  return at;
});
