/** Lets a worker of today replay a journal that is put into a table as it was. */
import type { Encoded } from '../../lib/core/encoded.ts';
import type { Replayed } from '../../lib/engine/replay-again.ts';
import type { JournalEntry } from '../../lib/journal/event.ts';
import { START_MS, SmallCloud, type Workflows } from '../engine/small-cloud.ts';

export interface GoldenRun {
  readonly runId: string;
  readonly workflow: string;
  /** As it is stored. Default: null. */
  readonly input?: Encoded;
  readonly entries: readonly JournalEntry[];
}

export async function replayGolden(workflows: Workflows, golden: GoldenRun): Promise<Replayed> {
  const { runId, workflow, input = null, entries } = golden;
  const cloud = new SmallCloud(workflows);
  await cloud.table.createRun({
    runId,
    workflow,
    createdAtMs: START_MS,
    input: { kind: 'inline', value: input },
    inputDigest: 'none',
    dueAtMs: 0,
  });
  const nowMs = START_MS;
  const lease = { owner: 'golden', expiresAtMs: nowMs + 30_000 };
  await cloud.table.take(runId, { lease, nowMs, dueByMs: nowMs });
  await cloud.table.putRecord(runId, { number: 1, epoch: 1, nonce: 'golden', entries });
  return (await cloud.worker().replayAgain?.(runId)) ?? { kind: 'unknown' };
}
