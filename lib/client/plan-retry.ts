/**
 * Where a failed run goes on when it is tried again: right before the failure that it ended with.
 *
 * That failure is found by the run's error and what caused it: a step that failed for good, a child that failed, the run's
 * timeout, the limit of its journal. Else it is the last event, if a step had failed by that; else the code threw by
 * itself, and all that it was given stands: other code may go on from there.
 *
 * What the run has done after that, such as undoing its steps, has happened. Whether it may be tried again all the same is
 * for the caller to say, but not where steps were undone: the run would take for done what was taken back.
 */
import { decode } from '../codec/decode.ts';
import { StepFailedError, TimeoutError } from '../core/errors.ts';
import { least } from '../core/least.ts';
import type { Encoded } from '../core/encoded.ts';
import { ChildFailedError } from '../core/run-errors.ts';
import { isCommandEntry, isOfWorkers, type JournalEntry, type StepRequested } from '../journal/event.ts';
import { stepIdOf } from '../core/step-id.ts';
import { standingEntries } from '../journal/standing.ts';

export interface RetryPlan {
  /** So many entries of the journal go on to count. */
  readonly keeps: number;
  /** Children whose failure is not to count. */
  readonly failedChildren: readonly string[];
  /** Children that the run goes on to wait for, as what stands has it. */
  readonly openChildren: readonly OpenChild[];
  /** Steps, as in `refund#4`, that the run has begun since: they would be forgotten. */
  readonly doneSince: readonly string[];
  /** Steps that the engine has undone, or has tried to. */
  readonly undone: readonly string[];
}

export interface OpenChild {
  readonly runId: string;
  /** As in `ship#2`: where it was started. */
  readonly startedBy: string;
  /** Its start is in the journal. If not, its worker was lost, and the child may be there all the same. */
  readonly isStarted: boolean;
  /** It was left alone when its parent ended. */
  readonly isAbandoned: boolean;
  /** How it ended since; undefined if the parent was not told. */
  readonly endedAs: string | undefined;
}

export function planRetry(journal: readonly JournalEntry[], error: unknown): RetryPlan {
  const standing = standingEntries(journal).entries;
  const at = firstFailure(standing, error) ?? endOfSeen(standing);
  const kept = standing.slice(0, at);
  const gone = standing.slice(at);
  const last = kept.at(-1);
  const children = startedChildren(kept);
  const ends = new Map(gone.flatMap((entry) => (entry.kind === 'run-ended' ? [[entry.runId, entry.status]] : [])));
  const isFailed = ({ runId }: OpenChild): boolean => ends.get(runId) === 'failed';
  const open = children.map((child): OpenChild => ({ ...child, endedAs: ends.get(child.runId) }));
  return {
    keeps: last === undefined ? 0 : journal.lastIndexOf(last) + 1,
    failedChildren: open.filter(isFailed).map(({ runId }) => runId),
    openChildren: open.filter((child) => !isFailed(child)),
    doneSince: begunSince(gone),
    undone: undoneSteps(standing, at),
  };
}

/** The place of what the run failed by; undefined if its code threw by itself. */
function firstFailure(standing: readonly JournalEntry[], error: unknown): number | undefined {
  const asked = standing.findLastIndex((entry) => isWhyItWasStopped(entry, error));
  if (asked !== -1) return asked;
  const causes = causesOf(error);
  const found = new Set<number>();
  for (const cause of causes) {
    const index = standing.findLastIndex((entry, place) => !found.has(place) && isFailureOf(entry, cause));
    if (index !== -1) found.add(index);
  }
  const first = least(found);
  if (first !== undefined) return first;
  const last = standing.findLastIndex(isSeen);
  return standing[last]?.kind === 'step-failed' ? last : undefined;
}

/** The run's time was up, or its journal too long: its code was asked to stop for that. */
function isWhyItWasStopped(entry: JournalEntry, error: unknown): boolean {
  if (entry.kind === 'code-stopped') return true; // after it come undos alone
  if (entry.kind === 'deadline-passed') return error instanceof TimeoutError && error.message === entry.reason;
  return entry.kind === 'limit-reached' && (error as { code?: unknown } | undefined)?.code === 'JOURNAL_TOO_LONG';
}

function isFailureOf(entry: JournalEntry, cause: unknown): boolean {
  if (entry.kind === 'run-ended') {
    return cause instanceof ChildFailedError && cause.runId === entry.runId && entry.status === 'failed';
  }
  if (entry.kind !== 'step-failed' || !(cause instanceof StepFailedError)) return false;
  const failed = decodeError(entry.error);
  if (!(failed instanceof StepFailedError)) return false;
  return failed.step === cause.step && failed.attempts === cause.attempts && failed.message === cause.message;
}

function decodeError(error: Encoded): unknown {
  return decode(error, { unregistered: 'plain' });
}

const MOST_CAUSES = 10_000;

/** The error, and all that it names as its reasons. */
function causesOf(error: unknown): readonly unknown[] {
  const causes = [error];
  for (const cause of causes) {
    if (typeof cause !== 'object' || cause === null || causes.length > MOST_CAUSES) continue;
    const { cause: next, errors = [] } = cause as { readonly cause?: unknown; readonly errors?: unknown };
    for (const more of [next, ...(Array.isArray(errors) ? (errors as unknown[]) : [])]) {
      if (more !== undefined && !causes.includes(more)) causes.push(more);
    }
  }
  return causes;
}

/** Behind the last entry that the code has seen, or has asked for. */
function endOfSeen(standing: readonly JournalEntry[]): number {
  return standing.findLastIndex((entry) => !isOfWorkers(entry) && !('unread' in entry)) + 1;
}

/** An event that was delivered to the code. */
function isSeen(entry: JournalEntry): boolean {
  return !isOfWorkers(entry) && !('unread' in entry) && !isCommandEntry(entry) && entry.kind !== 'stream-written';
}

type StartedChild = Omit<OpenChild, 'endedAs'>;

/** Those that the run has begun to start, and of which no end stands. */
function startedChildren(kept: readonly JournalEntry[]): StartedChild[] {
  const runIds = new Map<number, string>();
  const children = new Map<string, StartedChild>();
  for (const entry of kept) {
    if (entry.kind === 'step' && entry.operation?.kind === 'start-child') {
      const { runId, onParentClose } = entry.operation;
      runIds.set(entry.id, runId);
      children.set(runId, {
        runId,
        startedBy: stepIdOf(entry),
        isStarted: false,
        isAbandoned: onParentClose === 'abandon',
      });
    }
    if (entry.kind === 'step-completed' || entry.kind === 'step-failed') {
      const child = children.get(runIds.get(entry.id) ?? '');
      if (child !== undefined && entry.kind === 'step-failed') children.delete(child.runId);
      else if (child !== undefined) children.set(child.runId, { ...child, isStarted: true });
    }
    if (entry.kind === 'run-ended') children.delete(entry.runId);
    if (entry.kind === 'forked') children.clear(); // not its own: they are not stopped with it
  }
  return [...children.values()];
}

/** What the last event has led to was never begun: the code had ended. */
function begunSince(gone: readonly JournalEntry[]): string[] {
  const end = gone.findLastIndex(isSeen);
  return gone.slice(0, Math.max(end, 0)).flatMap((entry) => (isEffect(entry) ? stepIdOf(entry) : []));
}

/** An answer to an update stays; what only reads changes nothing. */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set(['answer', 'watch', 'query']);

function isEffect(entry: JournalEntry): entry is StepRequested {
  return entry.kind === 'step' && !WITHOUT_EFFECT.has(entry.operation?.kind ?? '');
}

/** The engine undoes steps last, each by a step of the name `undo NAME`. */
function undoneSteps(standing: readonly JournalEntry[], at: number): string[] {
  const completed = new Set<number>();
  const names = new Map<string, string>();
  for (const entry of standing) {
    if (entry.kind === 'step-completed') completed.add(entry.id);
    if (entry.kind === 'step') names.set(`undo ${entry.name}`, stepIdOf(entry));
  }
  const isUndo = (entry: JournalEntry): boolean => entry.kind === 'step' && names.has(entry.name);
  const lastAsked = standing.findLast((entry) => entry.kind === 'step');
  const wasUndone = standing.slice(at).some(isUndo) || (lastAsked !== undefined && isUndo(lastAsked));
  if (!wasUndone) return [];
  return standing.flatMap((entry) => (entry.kind === 'step' ? (names.get(entry.name) ?? []) : []));
}
