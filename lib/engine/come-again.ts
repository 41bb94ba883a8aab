/**
 * After a run was tried again, messages that stand no more in its journal come again, before all others, and so do the
 * results of steps. They have no items any more: the journal has them.
 *
 * Of runs that ended while this one was closed it has not learned: it looks for their ends itself. A fork learns of the ends
 * that it waits for as a run that watches.
 *
 * Tested by: test/engine/retry.test.ts, test/engine/retry-messages.test.ts,
 * test/engine/retry-ends.test.ts, test/engine/fork.test.ts, test/engine/retry-under-crashes.test.ts
 */
import { encode } from '../codec/encode.ts';
import { isClosed } from '../core/run-status.ts';
import type { JournalEntry } from '../journal/event.ts';
import type { Again, Standing } from '../journal/standing.ts';
import { WATCHERS_LIMIT } from '../ports/limits.ts';
import type { Message, RunEndedMessage } from '../ports/message.ts';
import type { RunItem } from '../ports/run-item.ts';
import { StoreUnavailableError } from '../ports/world-errors.ts';
import { endMessageId, goneMessageId, readEnd } from './after-end.ts';
import { putFirst } from './inbox.ts';
import type { Turn } from './turn-state.ts';

/** Puts them into the turn's queues. Those that are there already stay. */
export async function bringAgain(turn: Turn, { entries, again }: Standing): Promise<void> {
  const { inbox, inboxIds, journal, carried, run } = turn;
  if (again.length === 0 && run.goesOnFrom === undefined) return;
  const here = new Set(inbox.map(({ id }) => id));
  const messages = again.flatMap((event) => toMessage(event) ?? []);
  const missed = run.goesOnFrom === undefined ? [] : await missedEnds(turn, entries);
  // An end that was accepted too comes in its turn, as any other message.
  const unknown = missed.filter(({ id }) => !journal.messageIds.has(id) && !inboxIds.includes(id));
  const missing = [...messages, ...unknown].filter(({ id }) => !here.has(id));
  for (const { id } of missing) carried.add(id);
  putFirst(inbox, missing);
  for (const event of again) if (event.kind === 'step-completed') turn.stepResults.push(event);
}

function toMessage(event: Again): Message | undefined {
  switch (event.kind) {
    case 'signal-received':
      return { kind: 'signal', id: event.messageId, name: event.name, payload: event.payload };
    case 'update-received':
      return { kind: 'update', id: event.messageId, name: event.name, args: event.args };
    case 'run-ended': {
      const { messageId: id, runId, workflow, status, value } = event;
      return { kind: 'run-ended', id, runId, workflow, status, value };
    }
    case 'callback-completed':
      return { ...ofCallback(event), outcome: 'completed', payload: event.value };
    case 'callback-failed':
      return { ...ofCallback(event), outcome: 'failed', payload: event.error };
    case 'callback-heartbeat':
      return { ...ofCallback(event), outcome: 'heartbeat', payload: event.details };
    case 'step-completed':
    case 'cancel-requested':
    case 'terminate-requested':
      return undefined;
  }
}

function ofCallback({ messageId, id, name, link }: Extract<Again, { readonly name: string; readonly id: number }>) {
  return { kind: 'callback', id: messageId, callbackId: id, name, ...(link === undefined ? {} : { link }) } as const;
}

/** Requests that are on their way at once. */
const AT_ONCE = 20;

/** Of the runs whose end the code may wait for: those that have ended meanwhile. */
async function missedEnds(turn: Turn, entries: readonly JournalEntry[]): Promise<RunEndedMessage[]> {
  const awaited = [...awaitedRuns(entries)];
  const ends: RunEndedMessage[] = [];
  for (let from = 0; from < awaited.length; from += AT_ONCE) {
    const batch = awaited.slice(from, from + AT_ONCE);
    const found = await Promise.all(batch.map(([runId, name]) => missedEnd(turn, { runId, name })));
    for (const end of found) if (end !== undefined) ends.push(end);
  }
  return ends;
}

/** Started as children, or watched, by a step that has completed, and not known to have ended: with the name of the step. */
function awaitedRuns(entries: readonly JournalEntry[]): ReadonlyMap<string, string> {
  const asked = new Map<number, { readonly runId: string; readonly name: string }>();
  const awaited = new Map<string, string>();
  for (const entry of entries) {
    if (entry.kind === 'step') {
      const { operation, name } = entry;
      if (operation?.kind === 'start-child' || operation?.kind === 'watch') {
        asked.set(entry.id, { runId: operation.runId, name });
      }
    }
    if (entry.kind === 'run-ended') awaited.delete(entry.runId);
    const begun = entry.kind === 'step-completed' ? asked.get(entry.id) : undefined;
    if (begun !== undefined) awaited.set(begun.runId, begun.name);
  }
  return awaited;
}

interface Awaited {
  readonly runId: string;
  readonly name: string;
}

/** Undefined: it goes on, and this run will learn of its end. */
async function missedEnd(turn: Turn, { runId, name }: Awaited): Promise<RunEndedMessage | undefined> {
  const { engine, run } = turn;
  const isFork = run.goesOnFrom?.kind === 'fork';
  const other = isFork ? await watch(turn, runId) : await engine.store.readRun(runId);
  if (other === undefined) {
    const why = encode('it has ended, and was purged before this run went on', 'a reason');
    const ofPurged = { runId, workflow: name, status: 'terminated', value: why } as const;
    return { kind: 'run-ended', id: goneMessageId(run.runId, runId), ...ofPurged };
  }
  if (!isClosed(other.status)) return undefined;
  const { status, result: value } = await readEnd(engine, other);
  const id = endMessageId(run.runId, other);
  return { kind: 'run-ended', id, runId, workflow: other.workflow, status, value };
}

/** The other run. This one watches it, if it is open. */
async function watch({ engine: { store }, runId: watcherId }: Turn, runId: string): Promise<RunItem | undefined> {
  const watching = await store.watch(runId, watcherId, WATCHERS_LIMIT);
  switch (watching.kind) {
    case 'closed':
      return watching.run;
    case 'not-found':
      return undefined;
    case 'watching':
      return store.readRun(runId);
    case 'full':
      throw new StoreUnavailableError('watch', { cause: new Error(`${WATCHERS_LIMIT} runs watch run "${runId}"`) });
  }
}
