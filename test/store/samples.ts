/** What the store's tests are made of. Each run has an id of its own, so that the tests of one table do not meet. */
import { expect } from 'vitest';
import type { Encoded } from '../../lib/core/encoded.ts';
import type { JournalRecord } from '../../lib/journal/record.ts';
import type { SignalMessage, UpdateMessage } from '../../lib/ports/message.ts';
import type { RunItem } from '../../lib/ports/run-item.ts';
import type { FinishRun, NewRun, ReleaseLease, Store } from '../../lib/ports/store.ts';
import type { PurgeResult } from '../../lib/ports/run-removal.ts';

export const START_MS = 1_763_800_000_000;
export const LEASE_MS = 30_000;
export const INBOX_LIMIT = 3;

let count = 0;

/** Not used before in this process. */
export function uniqueName(prefix: string): string {
  count += 1;
  return `${prefix}-${count}`;
}

export function newRun(given: Partial<NewRun> = {}): NewRun {
  return {
    runId: uniqueName('run'),
    workflow: 'checkout',
    createdAtMs: START_MS,
    input: { kind: 'inline', value: encoded({ order: 7 }) },
    inputDigest: 'digest-of-input',
    dueAtMs: 0,
    ...given,
  };
}

/** What only the codec makes. */
export function encoded(value: unknown): Encoded {
  return value as Encoded;
}

export function signal(id: string, payload: unknown = null): SignalMessage {
  return { kind: 'signal', id, name: 'approved', payload: encoded(payload) };
}

export function update(id: string, args: unknown = null): UpdateMessage {
  return { kind: 'update', id, digest: `digest of ${JSON.stringify(args)}`, name: 'add', args: encoded(args) };
}

export function journalRecord(number: number, given: Partial<JournalRecord> = {}): JournalRecord {
  const entries = [{ kind: 'step-completed', id: number, atMs: START_MS, value: encoded(null) }] as const;
  return { number, epoch: 1, nonce: `turn-of-${number}`, entries, ...given };
}

export function taking(owner: string, nowMs = START_MS) {
  return { lease: { owner, expiresAtMs: nowMs + LEASE_MS }, nowMs, dueByMs: nowMs };
}

export function releasing(given: Partial<ReleaseLease> = {}): ReleaseLease {
  return { epoch: 1, wakesSeen: 0, status: 'suspended', dueAtMs: undefined, inboxIds: [], ...given };
}

export function finishing(given: Partial<FinishRun> = {}): FinishRun {
  return {
    epoch: 1,
    wakesSeen: 0,
    status: 'completed',
    result: { kind: 'inline', value: encoded('done') },
    endedAtMs: START_MS + 5000,
    purgeAtMs: undefined,
    ...given,
  };
}

/** A run that is there, as it is after its creation. */
export async function createdRun(store: Store, given: Partial<NewRun> = {}): Promise<RunItem> {
  const run = newRun(given);
  expect(await store.createRun(run)).toEqual({ kind: 'created' });
  return { ...run, status: 'pending', epoch: 0, wakes: 0, inboxIds: [] };
}

/** A run in its first turn, held by `worker-1` until `START_MS + LEASE_MS`. */
export async function takenRun(store: Store, given: Partial<NewRun> = {}): Promise<RunItem> {
  const run = await createdRun(store, given);
  const take = taking('worker-1');
  expect(await store.take(run.runId, take)).toEqual({ kind: 'taken', before: run });
  return { ...run, status: 'running', epoch: 1, lease: take.lease };
}

/** A run that has completed. */
export async function closedRun(store: Store, given: Partial<NewRun> = {}, finish: Partial<FinishRun> = {}) {
  const { lease: _lease, dueAtMs: _dueAtMs, ...run } = await takenRun(store, given);
  const { status, result, endedAtMs, purgeAtMs } = finishing(finish);
  expect(await store.finish(run.runId, finishing(finish))).toEqual({ kind: 'done' });
  const due = purgeAtMs === undefined ? {} : { dueAtMs: purgeAtMs };
  return { ...run, status, result, endedAtMs, ...due } satisfies RunItem;
}

/** When a `forgettableRun` may be purged. */
export const PURGE_MS = START_MS + 3_600_000;

/** A run that has completed, and is not kept for ever. */
export function forgettableRun(store: Store, given: Partial<NewRun> = {}) {
  return closedRun(store, given, { purgeAtMs: PURGE_MS });
}

/** Each time when it is due, as often as it is put off. */
export async function purgeWhole(store: Store, runId: string): Promise<PurgeResult> {
  for (;;) {
    const { dueAtMs = 0 } = (await store.readRun(runId)) ?? {};
    const purging = await store.purge(runId, Math.max(PURGE_MS, dueAtMs));
    if (purging.kind !== 'postponed') return purging;
  }
}
