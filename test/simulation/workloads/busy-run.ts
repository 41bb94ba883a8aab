/**
 * A run that is always in a step: a chain of short and long ones. It is sent notes meanwhile, several with one key and
 * different payloads among them, and is cancelled and terminated.
 */
import { signal } from '../../../lib/api/signal.ts';
import { step } from '../../../lib/api/step.ts';
import { workflow } from '../../../lib/api/workflow.ts';
import type { RunLedger } from '../oracle/run-ledger.ts';
import type { Action } from '../world/act.ts';
import type { Dice } from '../world/dice.ts';
import type { BodyPlan } from '../world/step-bodies.ts';
import { start, type Workload } from './workload.ts';

/** A step that begins after a request to stop was heard is not of this name. */
export const BUSY_STEP = 'busy work';

const note = signal<string>('busy note');
const steps = { retry: { maxAttempts: 100_000, firstDelay: '100ms', maxDelay: '1s' } };

const busy = workflow('busy', { steps }, function* (takesMs: readonly number[]) {
  const notes: string[] = [];
  try {
    for (const ms of takesMs) {
      yield* step(BUSY_STEP, (): BodyPlan => ({ takesMs: ms, gives: ms }));
      while (note.pending() > 0) notes.push(yield* note.receive());
    }
  } finally {
    for (const which of [1, 2]) yield* step('clean up', (): BodyPlan => ({ takesMs: 500, gives: which }));
  }
  return notes;
});

export const busyRunWorkload: Workload = {
  name: 'busy run',
  weight: 1,
  workflows: [busy],
  draw(dice) {
    // A body that takes longer than the shortest invocation would be interrupted for ever.
    const longestMs = dice.pick([300, 3_000, 12_000, 12_000]);
    const input = Array.from({ length: dice.between(3, 25) }, () => Math.round(dice.magnitude(20, longestMs)));
    const lastsMs = input.reduce((sum, ms) => sum + ms, 0);
    const during = (): number => Math.round(dice.next() * lastsMs);
    const notes = Array.from({ length: dice.below(4) }, (_, index): Action => {
      return {
        do: 'signal',
        name: 'busy note',
        payload: `note ${index}`,
        key: 'same',
        waitMs: during(),
        persists: true,
      };
    });
    return {
      workflow: busy.name,
      input,
      startAtMs: dice.between(0, 30_000),
      callers: [
        [start(busy.name, input)],
        ...notes.map((action) => [action]),
        ...Array.from({ length: dice.below(4) }, (_, index) => [stop(dice, `stop ${index}`, during())]),
      ],
    };
  },
  judge({ end, entries, item, commands }) {
    if (end === undefined) return `the run is left ${item?.status}`;
    const notes = entries.filter(({ kind }) => kind === 'signal-received');
    if (notes.length > 1) return `${notes.length} notes of one key are in the journal`;
    if (end.status === 'failed') return 'it failed, and nothing in it does';
    const cleanedUp = entries.filter(
      (entry) => entry.kind === 'step-completed' && commands.get(entry.id)?.name === 'clean up',
    );
    const cleansUpFrom = entries.findIndex((entry) => entry.kind === 'step' && entry.name === 'clean up');
    // The first request to cancel interrupts what goes on, be it the clean-up of a run that was at its end.
    const isInterrupted = cleansUpFrom >= 0 && firstCancel(entries) > cleansUpFrom;
    const isWhole = cleanedUp.length === 2 || isInterrupted || !entries.some(({ kind }) => kind === 'started');
    return end.status === 'terminated' || isWhole ? undefined : `it is ${end.status}, and not cleaned up`;
  },
};

function firstCancel(entries: RunLedger['entries']): number {
  return entries.findIndex(({ kind }) => kind === 'cancel-requested');
}

function stop(dice: Dice, reason: string, waitMs: number): Action {
  return { do: dice.pick(['cancel', 'terminate'] as const), reason, waitMs, persists: dice.chance(0.7) };
}
