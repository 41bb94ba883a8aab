/** A run with a time limit, which waits for what nobody sends; it may be delayed, and be woken meanwhile. */
import { signal } from '../../../lib/api/signal.ts';
import { step } from '../../../lib/api/step.ts';
import { workflow } from '../../../lib/api/workflow.ts';
import type { Action } from '../world/act.ts';
import type { BodyPlan } from '../world/step-bodies.ts';
import { start, type Workload } from './workload.ts';

const steps = { retry: { maxAttempts: 100_000, firstDelay: '1s', maxDelay: '10s' } };

const TIMEOUT_MS = 7_200_000;

const deadline = workflow('deadline', { timeout: TIMEOUT_MS, retention: '1 hour', steps }, function* () {
  try {
    yield* signal<unknown>('unsent').receive();
  } finally {
    yield* step('clean up', (): BodyPlan => ({ takesMs: 100, gives: null }));
  }
});

export const deadlineWorkload: Workload = {
  name: 'deadline',
  weight: 0.6,
  workflows: [deadline],
  draw(dice) {
    const delayMs = dice.pick([undefined, Math.round(dice.magnitude(100, 3_000_000)), dice.between(60_000, 400_000)]);
    // Also in the last minute, in which its time is not up yet.
    const wakes = Array.from({ length: dice.below(8) }, () => {
      return dice.pick([dice.between(0, 100_000), TIMEOUT_MS - dice.between(0, 60_000)]);
    });
    return {
      workflow: deadline.name,
      input: null,
      startAtMs: dice.between(0, 60_000),
      callers: [
        [start(deadline.name, null, delayMs)],
        ...wakes.map((waitMs, payload): Action[] => [
          { do: 'signal', name: 'early', payload, waitMs, persists: false },
        ]),
      ],
    };
  },
  judge({ entries, created, end }) {
    const [started] = entries;
    if (started?.kind !== 'started' || created === undefined) return 'it has not begun';
    const expectedMs = (created.notBeforeMs ?? created.createdAtMs) + TIMEOUT_MS;
    if (started.deadlineAtMs !== expectedMs) return `its deadline is ${started.deadlineAtMs}, not ${expectedMs}`;
    if (!entries.some(({ kind }) => kind === 'step-completed')) return 'it did not clean up';
    const text = JSON.stringify(end?.result);
    return end?.status === 'failed' && text.includes('"TimeoutError"') ? undefined : `it is ${end?.status}: ${text}`;
  },
};
