/**
 * What is left to do when a run has ended (operation 19): to report its end to its parent and to the runs that watch it,
 * to ask its open children to stop, and to put its end on the event bus, if there is one. The run item says that it is to be
 * done, in the same write that ends the run, and stays due until it is done. So a worker that dies in between loses nothing:
 * the sweeper wakes the run, and the next worker does all of it again. Each message has an id that follows from what it
 * says, so that a repeat changes nothing (at most its payload is left in the receiver's items, until the purge).
 *
 * A bus that is away is asked again at growing intervals, for a day. Other runs do not wait for that.
 *
 * Tested by: test/engine/children.test.ts, test/engine/lifecycle-events.test.ts, test/engine/lifecycle-crashes.test.ts
 */
import { createHash } from 'node:crypto';
import type { Encoded } from '../core/encoded.ts';
import { invariant } from '../core/invariant.ts';
import type { ClosedStatus } from '../core/run-status.ts';
import { readableEntries } from '../journal/find-damage.ts';
import { standingEntries } from '../journal/standing.ts';
import { unlessLocked, whyLockedValue } from '../ports/locked-records.ts';
import type { AfterEnd, RunItem } from '../ports/run-item.ts';
import type { EngineMessage } from '../ports/run-operations.ts';
import { countChildren, type OpenChildren } from './open-children.ts';
import { hasEvents, putEnd } from './lifecycle-events.ts';
import { linkOf } from './link-before.ts';
import type { Engine } from './settings.ts';
import type { Snapshot } from './snapshot.ts';
import type { Turn } from './turn-state.ts';
import { readSnapshot } from './unbounded/read-base.ts';

/** Messages that are sent at once. */
const AT_ONCE = 20;
/** A run whose inbox is full learns of it a little later. */
const FULL_PAUSE_MS = 2_000;

/** A bus that has not taken an end is asked again after as long again, within these bounds; at last the end is given up. */
const SHORTEST_EMIT_PAUSE_MS = 60_000;
const LONGEST_EMIT_PAUSE_MS = 3_600_000;
const EMIT_TIMEOUT_MS = 86_400_000;

export interface End {
  readonly status: ClosedStatus;
  readonly result: Encoded;
  readonly endedAtMs: number;
  readonly purgeAtMs: number | undefined;
}

/** Undefined: nothing. */
export function toDoAfterEnd({ engine, run, newestRun, journal }: Turn): AfterEnd | undefined {
  if (journal.openChildren.size > 0) return 'tell-and-stop-children';
  if (toldOf(newestRun ?? run).length > 0) return 'tell';
  return hasEvents(engine, run) ? 'emit' : undefined;
}

/** Right after the write that ended the run. What fails is left to the sweeper: the run has ended all the same. */
export async function afterEndOfTurn(turn: Turn, end: End): Promise<void> {
  const { engine, run, newestRun, journal } = turn;
  await carryOut(engine, { ...(newestRun ?? run), ...turn.shows().shows }, { end, children: journal.openChildren });
}

/** Of a run that was found closed. Does nothing if nothing is left to do. */
export async function afterEndOfClosed(engine: Engine, run: RunItem): Promise<void> {
  if (run.afterEnd === undefined) return;
  try {
    const children: OpenChildren = new Map();
    if (run.afterEnd === 'tell-and-stop-children') {
      const { runId, base } = run;
      const records = await engine.store.loadRecords(runId, base?.record ?? 0, undefined, linkOf(run), run);
      for (const [child, close] of await childrenBehind(engine, run)) children.set(child, close);
      countChildren(children, standingEntries(readableEntries(unlessLocked(run.runId, records))).entries);
    }
    await carryOut(engine, run, { end: await readEnd(engine, run), children });
  } catch (error) {
    logFailure(engine, run, error);
  }
}

/** Those of which the run's base knows. */
async function childrenBehind(engine: Engine, { runId, base }: RunItem): Promise<Snapshot['openChildren']> {
  if (base === undefined) return [];
  const read = await readSnapshot(engine, runId, base.key);
  if (read instanceof Error) throw read;
  if (typeof read !== 'string') return read.snapshot.openChildren;
  engine.log.error('the children of a run that has ended are not known: its snapshot cannot be read', {
    runId,
    reason: read,
  });
  return [];
}

async function carryOut(
  engine: Engine,
  run: RunItem,
  { end, children }: { readonly end: End; readonly children: OpenChildren },
): Promise<void> {
  const { runId, workflow } = run;
  const { status, result: value } = end;
  const ends = (run.afterEnd === 'emit' ? [] : toldOf(run)).map((to): Outgoing => {
    const id = endMessageId(to, run);
    return { to, message: { kind: 'run-ended', id, runId, workflow, status, value } };
  });
  const stops = [...children].flatMap(([to, close]): Outgoing[] => {
    if (close === 'abandon') return [];
    const id = messageId('stop', [to, ...thisEnd(run)]);
    return [{ to, message: { kind: close, id, reason: `its parent, run "${runId}", has ended: it is ${status}` } }];
  });
  try {
    const locked = ends.length === 0 ? undefined : whyLockedValue(value, 'how the run ended');
    const isFull = await sendAll(engine, locked === undefined ? [...ends, ...stops] : stops);
    // Encrypted for this run, it could never be read as a message to another one.
    if (locked !== undefined) throw locked;
    if (isFull) await engine.wakes.send(runId, FULL_PAUSE_MS);
    else await settle(engine, run, end);
  } catch (error) {
    logFailure(engine, run, error);
  }
}

/** Other runs have learned of the end: the bus is next. */
async function settle(engine: Engine, run: RunItem, end: End): Promise<void> {
  const { endedAtMs, purgeAtMs } = end;
  const { runId } = run;
  const isPut = await putEnd(engine, run, end);
  const nowMs = engine.clock.nowMs();
  const sinceMs = nowMs - endedAtMs;
  if (!isPut && sinceMs <= EMIT_TIMEOUT_MS) {
    const pauseMs = Math.min(Math.max(sinceMs, SHORTEST_EMIT_PAUSE_MS), LONGEST_EMIT_PAUSE_MS);
    await engine.store.settleEnd(runId, { endedAtMs, purgeAtMs, emitAtMs: nowMs + pauseMs });
    return;
  }
  if (!isPut) engine.log.error('the end of a run was never taken by the event bus: it is given up', { runId });
  await engine.store.settleEnd(runId, { endedAtMs, purgeAtMs });
}

interface Outgoing {
  readonly to: string;
  readonly message: EngineMessage;
}

/** True if one of them found no room. */
async function sendAll({ operations }: Engine, outgoing: readonly Outgoing[]): Promise<boolean> {
  let isFull = false;
  for (let from = 0; from < outgoing.length; from += AT_ONCE) {
    const batch = outgoing.slice(from, from + AT_ONCE);
    const results = await Promise.all(batch.map(({ to, message }) => operations.send(to, message)));
    isFull ||= results.includes('full');
  }
  return isFull;
}

/** The parent, and the watchers. */
function toldOf({ startedBy, watchers = [] }: RunItem): readonly string[] {
  return startedBy?.isParent === true ? [...new Set([startedBy.runId, ...watchers])] : watchers;
}

/** Of a run that has ended. */
export async function readEnd(engine: Engine, run: RunItem): Promise<End> {
  const { runId, status, result, endedAtMs } = run;
  invariant(result !== undefined && endedAtMs !== undefined, `run "${runId}" is ${status} and has no result`);
  const value = result.kind === 'inline' ? result.value : await engine.store.readValue(runId, result.key);
  invariant(value !== undefined, `the result of run "${runId}" is not in the table`);
  // Stored with the end: a deployment that has the workflow no more does not know it.
  const purgeAtMs = run.purgeAtMs ?? toPurgeAtMs(engine, run.workflow, endedAtMs);
  return { status: status as ClosedStatus, result: value, endedAtMs, purgeAtMs };
}

/** When a run that ended then is to be purged; undefined for never. */
export function toPurgeAtMs({ registry }: Engine, workflow: string, endedAtMs: number): number | undefined {
  const retentionMs = registry.find(workflow)?.retentionMs;
  return retentionMs === undefined ? undefined : endedAtMs + retentionMs;
}

/** Of the message that tells a run of this end of another one. A run that was tried again has several. */
export function endMessageId(to: string, run: RunItem): string {
  return messageId('end', [to, ...thisEnd(run)]);
}

function thisEnd({ runId, createdAtMs, retries }: RunItem): (string | number)[] {
  return retries === undefined ? [runId, createdAtMs] : [runId, createdAtMs, retries];
}

/** The same, where the other run is not there any more. */
export function goneMessageId(to: string, runId: string): string {
  return messageId('end', [to, runId]);
}

/** 26 characters at most: see MESSAGE_ID_LIMIT_BYTES. */
function messageId(kind: 'end' | 'stop', parts: readonly (string | number)[]): string {
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 21);
  return `${kind}-${digest}`;
}

function logFailure({ log }: Engine, { runId }: RunItem, error: unknown): void {
  log.warn('a run has ended, and other runs were not told of it yet; the sweeper sees to it', { runId, error });
}
