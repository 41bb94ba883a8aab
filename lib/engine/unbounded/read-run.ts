/**
 * Replays a run to read it, without its lease: from the start of its journal, or from its base, where it has one.
 *
 * Tested by: test/frames/runs/unbounded-readers.test.ts, test/client/query.test.ts
 */
import { LullError } from '../../core/errors.ts';
import type { JournalEntry } from '../../journal/event.ts';
import { findDamage } from '../../journal/find-damage.ts';
import { hasOtherBase, loadWholeJournal } from '../../archive/archive.ts';
import type { RunItem } from '../../ports/run-item.ts';
import { seenByCode } from '../seen-by-code.ts';
import { linkOf } from '../link-before.ts';
import { whyUnreadable } from '../load-run.ts';
import { replayFromBase, type ReplayOptions, replayRun, type ReplayRunResult } from '../replay-run.ts';
import type { Engine } from '../settings.ts';
import { isEndForReader } from './nothing-behind.ts';
import { readBase } from './read-base.ts';

export type ReadRun =
  | { readonly kind: 'no-journal' }
  | { readonly kind: 'unreadable'; readonly error: Error }
  /** `entries`: of the journal, or of what is behind the base. */
  | { readonly kind: 'replayed'; readonly replayed: ReplayRunResult; readonly entries: readonly JournalEntry[] };

export async function replayToRead(engine: Engine, run: RunItem, options: ReplayOptions = {}): Promise<ReadRun> {
  const { runId, base } = run;
  const after = base?.record ?? 0;
  const records = isEndForReader(run) ? [] : await engine.store.loadRecords(runId, after, undefined, linkOf(run), run);
  if (records.length === 0 && base === undefined) return { kind: 'no-journal' };
  const read = await readBase(engine, run, { isToRead: true });
  const damage = findDamage(records, after);
  if ((read.kind === 'unreadable' || damage !== undefined) && (await hasOtherBase(engine.store, runId, base))) {
    const now = await engine.store.readRun(runId); // a worker has named another base meanwhile
    return now === undefined ? { kind: 'no-journal' } : replayToRead(engine, now, options);
  }
  if (read.kind === 'unreadable') return read;
  if (options.tracesAwaits === true && base?.hasSecrets === true && base.archive !== undefined) {
    return replayArchived(engine, run, options);
  }
  if (damage !== undefined) return { kind: 'unreadable', error: whyUnreadable(runId, records, damage) };
  const standing = seenByCode(records);
  const { entries } = standing;
  const replayed =
    read.kind === 'read'
      ? await replayFromBase(engine, run, { ...read.snapshot, entries }, options)
      : await replayRun(engine, run, standing, options);
  return { kind: 'replayed', replayed, entries };
}

/** From the start: what sensitive steps were given, which must not be shown, is known to a replay alone. */
async function replayArchived(engine: Engine, run: RunItem, options: ReplayOptions): Promise<ReadRun> {
  const { records } = await loadWholeJournal(engine.store, run.runId);
  const standing = seenByCode(records);
  return { kind: 'replayed', replayed: await replayRun(engine, run, standing, options), entries: standing.entries };
}

/** Why its variables cannot be shown: undefined if they can. */
export function whyNoLocals({ runId, base }: RunItem): LullError | undefined {
  if (base?.hasSecrets !== true || base.archive !== undefined) return undefined;
  return new LullError(
    'HISTORY_DROPPED',
    `the variables of run "${runId}" cannot be shown: it has sensitive steps, and which values are theirs is not known, ` +
      `since its journal was dropped behind a snapshot`,
  );
}
