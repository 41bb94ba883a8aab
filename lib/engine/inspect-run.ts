/**
 * Finds out what a run waits for, by a replay that writes nothing: for tests, and for people who diagnose a run.
 *
 * Tested by: test/testing/create-test-engine.test.ts
 */
import type { Pending } from '../scheduler/live-run.ts';
import { linkOf } from './link-before.ts';
import { replayRun } from './replay-run.ts';
import type { Engine } from './settings.ts';

export type RunInspection =
  | {
      readonly kind: 'inspected';
      readonly pending: readonly Pending[];
      readonly codeLocation: string;
    }
  | { readonly kind: 'unreadable'; readonly error: Error };

/** As of the last record that is written. */
export async function inspectRun(engine: Engine, runId: string): Promise<RunInspection> {
  const run = await engine.store.readRun(runId);
  if (run === undefined) return { kind: 'unreadable', error: new Error(`there is no run "${runId}"`) };
  const records = await engine.store.loadRecords(runId, 0, undefined, linkOf(run));
  if (records.length === 0) return { kind: 'inspected', pending: [], codeLocation: 'before its first await' };
  const following = await replayRun(
    engine,
    run,
    records.flatMap(({ entries }) => entries),
  );
  if (following.kind === 'cannot-replay') return { kind: 'unreadable', error: following.error };
  const { live } = following.memory;
  return { kind: 'inspected', pending: [...live.pending.values()], codeLocation: live.codeLocation() };
}
