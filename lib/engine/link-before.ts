/**
 * What a link of a run takes over from the one before it, whose journal ends with `continued`: the signals that no code
 * has received, and the children that are open.
 *
 * Message ids of links before count too: a request that the network carries out late may bring back a message that an
 * earlier link has received. No request is later than the shortest retention, as the purge relies on.
 *
 * Tested by: test/engine/continue-as-new.test.ts, test/engine/continue-as-new-messages.test.ts
 */
import { LullError } from '../core/errors.ts';
import type { OnParentClose } from '../core/operation.ts';
import { SHORTEST_RETENTION_MS } from '../core/shortest-retention.ts';
import type { StreamUse, StreamUses } from '../core/stream-uses.ts';
import type { Continued, JournalEntry, SignalReceived } from '../journal/event.ts';
import { findDamage, readableEntries } from '../journal/find-damage.ts';
import { messageIdsIn, unlessLocked } from '../ports/locked-records.ts';
import { countStreams, toUses } from '../journal/stream-uses.ts';
import type { SignalMessage } from '../ports/message.ts';
import type { RunItem } from '../ports/run-item.ts';
import type { Store } from '../ports/store.ts';
import { poolIn } from './pools/pool-of-run.ts';
import { countChildren, type OpenChildren } from './open-children.ts';
import type { Turn } from './turn-state.ts';

export interface LinkBefore {
  readonly carried: readonly SignalMessage[];
  readonly children: Readonly<Record<string, OnParentClose>>;
  readonly streams: StreamUses | undefined;
  /** In which the run has its place. */
  readonly pool: string | undefined;
}

/** Of clocks that differ, and of a link that ended right before. */
const LATEST_REPEAT_MS = 2 * SHORTEST_RETENTION_MS;

export function linkOf({ link = 1 }: Pick<RunItem, 'link'>): number {
  return link;
}

/** Undefined for the first link. Throws a LullError if the journal before is not whole, or cannot be decrypted now. */
export async function readLinkBefore(store: Store, run: RunItem): Promise<LinkBefore | undefined> {
  const link = linkOf(run);
  if (link === 1) return undefined;
  const records = await store.loadRecords(run.runId, 0, undefined, link - 1);
  const damage = findDamage(records);
  const entries = readableEntries(records);
  const end = entries.find(isContinued);
  if (damage !== undefined || end === undefined) {
    unlessLocked(run.runId, records);
    const problem = damage ?? 'it does not end with "continued"';
    throw new LullError(
      'JOURNAL_DAMAGED',
      `the journal of link ${link - 1} of run "${run.runId}" is not as lull writes it: ${problem}. Put back what was there, ` +
        'and the run continues; or terminate it',
    );
  }
  const children: OpenChildren = new Map();
  countChildren(children, entries);
  const uses = new Map<string, StreamUse>();
  countStreams(uses, entries);
  const carried = await toCarried(store, run, end, entries);
  return { carried, children: Object.fromEntries(children), pool: poolIn(entries), streams: toUses(uses) };
}

export function isContinued(entry: JournalEntry): entry is Continued {
  return entry.kind === 'continued';
}

/** In the order of their delivery. A signal that the link before took over, and did not deliver, is in an earlier journal. */
async function toCarried(
  store: Store,
  run: RunItem,
  { carries }: Continued,
  entries: readonly JournalEntry[],
): Promise<SignalMessage[]> {
  const signals = signalsIn(entries);
  for (let link = linkOf(run) - 2; link >= 1 && carries.some((id) => !signals.has(id)); link -= 1) {
    const earlier = readableEntries(unlessLocked(run.runId, await store.loadRecords(run.runId, 0, undefined, link)));
    for (const [id, entry] of signalsIn(earlier)) if (!signals.has(id)) signals.set(id, entry);
  }
  return carries.flatMap((id) => {
    const signal = signals.get(id);
    return signal === undefined ? [] : [{ kind: 'signal', id, name: signal.name, payload: signal.payload }];
  });
}

function signalsIn(entries: readonly JournalEntry[]): Map<string, SignalReceived> {
  return new Map(entries.flatMap((entry) => (entry.kind === 'signal-received' ? [[entry.messageId, entry]] : [])));
}

/** Those of the ids that an earlier link has received, as far back as a repeat can come from. */
export async function receivedByEarlierLinks(turn: Turn, ids: readonly string[]): Promise<string[]> {
  const { engine, run, runId, journal } = turn;
  const sinceMs = engine.clock.nowMs() - LATEST_REPEAT_MS;
  const left = new Set(ids);
  if (journal.beganAtMs !== undefined && journal.beganAtMs < sinceMs) return [];
  const found: string[] = [];
  for (let link = linkOf(run) - 1; link >= 1 && left.size > 0; link -= 1) {
    const records = await engine.store.loadRecords(runId, 0, undefined, link);
    for (const id of messageIdsIn(records)) if (left.delete(id)) found.push(id);
    const [started] = readableEntries(records);
    if (started?.kind === 'started' && started.atMs < sinceMs) break;
  }
  return found;
}
