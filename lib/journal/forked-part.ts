/**
 * What a fork takes over from the journal of another run: what stands up to a command, and what has come since for
 * commands before it (results of steps, answers to callbacks, ends of other runs). What only workers see stays behind, and
 * so do failed attempts of steps: the fork has all attempts of its own.
 */
import { stepIdOf } from '../core/step-id.ts';
import { isOfWorkers, isRecordedCommand, type CommandId, type JournalEntry, type Started } from './event.ts';
import { standingEntries } from './standing.ts';

export interface ForkedPart {
  /** Without what only later links have. */
  readonly started: Started;
  /** Behind `started`, up to the command. */
  readonly entries: readonly JournalEntry[];
  /** In its order. */
  readonly later: readonly JournalEntry[];
}

export interface ForkedAt {
  /** So many entries of the other journal count. */
  readonly entries: number;
  readonly link?: number;
  /** The command, and its step, as in `charge#3`. */
  readonly at: CommandId;
  readonly before: string;
}

/** Undefined if there is no such command: the journal is not the one that was forked. */
export function forkedPart(
  journal: readonly JournalEntry[],
  { entries, link = 1, at, before }: ForkedAt,
): ForkedPart | undefined {
  if (journal.length < entries) return undefined;
  const standing = standingEntries(journal.slice(0, entries));
  const [started] = standing.entries;
  const index = standing.entries.findIndex((entry) => isRecordedCommand(entry) && entry.id === at);
  const command = standing.entries[index];
  if (
    started?.kind !== 'started' ||
    command === undefined ||
    !isRecordedCommand(command) ||
    stepIdOf(command) !== before
  )
    return undefined;
  const { carries: _carries, children: _children, ...rest } = started;
  const until = standing.entries.slice(1, index).filter(isTakenOver);
  const since = [...standing.entries.slice(index), ...standing.again];
  return {
    started: rest,
    entries: until.flatMap((entry) => ofFirstLink(entry, link)),
    later: cameForCommands(until, since).flatMap((entry) => ofFirstLink(entry, link)),
  };
}

function isTakenOver(entry: JournalEntry): boolean {
  return !isOfWorkers(entry) && !ATTEMPTS.has(entry.kind);
}

const ATTEMPTS: ReadonlySet<JournalEntry['kind']> = new Set(['step-retrying', 'step-heartbeat', 'step-interrupted']);

/** A fork has one link. What came for a callback of an earlier link has no callback here. */
function ofFirstLink(entry: JournalEntry, link: number): JournalEntry[] {
  const isOfCallback =
    entry.kind === 'callback-completed' || entry.kind === 'callback-failed' || entry.kind === 'callback-heartbeat';
  if (!isOfCallback) return [entry];
  const { link: own = 1, ...rest } = entry;
  return own === link ? [rest] : [];
}

function cameForCommands(until: readonly JournalEntry[], since: readonly JournalEntry[]): JournalEntry[] {
  const { steps, callbacks, runs } = openIn(until);
  return since.flatMap((entry): JournalEntry[] => {
    if (entry.kind === 'step-completed') return steps.delete(entry.id) ? [entry] : [];
    if (entry.kind === 'run-ended') return runs.delete(entry.runId) ? [withoutUnread(entry)] : [];
    if (entry.kind !== 'callback-completed' && entry.kind !== 'callback-failed') return [];
    return callbacks.delete(entry.id) ? [withoutUnread(entry)] : [];
  });
}

function withoutUnread<E extends JournalEntry & { readonly unread?: true }>(entry: E): JournalEntry {
  const { unread: _unread, ...rest } = entry;
  return rest as unknown as JournalEntry;
}

interface Open {
  readonly steps: Set<CommandId>;
  readonly callbacks: Set<CommandId>;
  /** Ids of runs that the code has started, or watches. */
  readonly runs: Set<string>;
}

function openIn(entries: readonly JournalEntry[]): Open {
  const open: Open = { steps: new Set(), callbacks: new Set(), runs: new Set() };
  for (const entry of entries) {
    if (entry.kind === 'callback') open.callbacks.add(entry.id);
    if (entry.kind === 'callback-completed' || entry.kind === 'callback-failed') open.callbacks.delete(entry.id);
    if (entry.kind === 'step-completed' || entry.kind === 'step-failed') open.steps.delete(entry.id);
    if (entry.kind === 'run-ended') open.runs.delete(entry.runId);
    if (entry.kind !== 'step') continue;
    open.steps.add(entry.id);
    const { operation } = entry;
    if (operation?.kind === 'start-child' || operation?.kind === 'watch') open.runs.add(operation.runId);
  }
  return open;
}

/** Callbacks that were made and not answered: nothing that comes for them reaches a fork. */
export function openCallbacks({ entries, later }: ForkedPart): CommandId[] {
  return [...openIn([...entries, ...later]).callbacks];
}
