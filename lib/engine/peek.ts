/** Looks at what a run waits for, without a turn and without a trace: for who has to explain a run. */
import type { Pending } from '../scheduler/live-run.ts';
import { followJournal } from './follow-journal.ts';
import type { Engine } from './settings.ts';

export type Peek =
  | {
      readonly kind: 'seen';
      readonly pending: readonly Pending[];
      readonly codeLocation: string;
    }
  | { readonly kind: 'cannot-be-seen'; readonly error: Error };

/** As of the last record that is written. */
export async function peek(engine: Engine, runId: string): Promise<Peek> {
  const run = await engine.store.readRun(runId);
  if (run === undefined) return { kind: 'cannot-be-seen', error: new Error(`there is no run "${runId}"`) };
  const records = await engine.store.loadRecords(runId, 0);
  if (records.length === 0) return { kind: 'seen', pending: [], codeLocation: 'before its first await' };
  const following = await followJournal(
    engine,
    run,
    records.flatMap(({ entries }) => entries),
  );
  if (following.kind === 'cannot-follow') return { kind: 'cannot-be-seen', error: following.error };
  const { live } = following.memory;
  return { kind: 'seen', pending: [...live.pending.values()], codeLocation: live.codeLocation() };
}
