/**
 * Replay: feeds the recorded events to a run once more, and compares what the code asks for with what is recorded.
 *
 * Its job: to find out whether the code can follow its journal (I4, I8), command by command (`findDifference`).
 * Not its job: to decide what happens to a run whose code cannot; to store what was not recorded yet.
 *
 * In a journal each event is followed by the commands that it led to. Only the last event may lack some of them, when
 * a worker died between two records of one delivery; a fence or a terminate, which no code sees, may stand between.
 */
import { describeThrown } from '../core/to-error.ts';
import { NondeterminismError, UndecodableValueError, type UndecodableValueErrorCode } from '../core/errors.ts';
import type { CommandEntry, CommandId, JournalEntry, JournalEvent } from './event.ts';
import { isCommandEntry, isOfWorkers, isPlainTerminate } from './event.ts';
import { type ComparisonContext, describeCommandEntry, findDifference } from './find-difference.ts';

/** What delivers an event and gives what it led to: a LiveRun's `deliver`. */
export type Deliver = (event: JournalEvent, recordedUpTo: CommandId) => readonly CommandEntry[];

/** What messages tell beside the two sides. */
export interface ReplayContext {
  /** Where the code stands: `in task "Task-1", after step "charge"`. */
  codeLocation?(): string;
  /** Says whether the workflow has ended. */
  hasEnded?(): boolean;
  /** The arguments of a step that the code asks for. */
  argumentsOf?(id: CommandId): readonly unknown[] | undefined;
}

export type Replay =
  /** `unrecorded`: what the code asks for beyond the journal's end, to be recorded before anything else. */
  | { readonly kind: 'followed'; readonly unrecorded: readonly CommandEntry[] }
  | { readonly kind: 'diverged'; readonly error: NondeterminismError | UndecodableValueError };

/** Feeds a journal from its first entry to its last, or to where the code does not follow. */
export function replay(entries: Iterable<JournalEntry>, deliver: Deliver, context: ReplayContext = {}): Replay {
  const replaying = beginReplay(deliver, context);
  for (const entry of entries) {
    const diverged = replaying.feed(entry);
    if (diverged !== undefined) return diverged;
  }
  return replaying.end();
}

/** A replay that goes on entry by entry, so that its driver can do something else in between. */
export interface Replaying {
  /** Undefined as long as the code follows; after that nothing is to be fed any more. */
  feed(entry: JournalEntry): Replay | undefined;
  /** The journal is at its end. */
  end(): Replay;
}

/** Where a replay begins that does not begin at the start: behind the head of a journal. */
export interface ReplayedHead {
  /** The last command of the head. */
  readonly recordedUpTo: CommandId;
  /** Of its `started`. */
  readonly hasSeed: boolean;
}

export function beginReplay(deliver: Deliver, context: ReplayContext = {}, head?: ReplayedHead): Replaying {
  /** What the code asked for and the replay has not met in the journal yet: `asked[met]` is the next. */
  let asked: readonly CommandEntry[] = [];
  let met = 0;
  let recordedUpTo: CommandId = head?.recordedUpTo ?? 0;
  let comparison: ComparisonContext = { ...context, countsDraws: head?.hasSeed ?? false };
  return {
    feed(entry) {
      if (entry.kind === 'patched') return undefined; // the code knew of it before the first event
      const next = asked[met];
      if (isCommandEntry(entry)) {
        if (next === undefined) return diverged(describeCommandEntry(entry), next, context);
        const difference = findDifference(entry, next, comparison);
        if (difference !== undefined) return cannotFollow(difference.journal, difference.code, context);
        met += 1;
        if (entry.kind !== 'write') recordedUpTo = entry.id;
        return undefined;
      }
      if (entry.kind === 'started') comparison = { ...context, countsDraws: entry.seed !== undefined };
      const seenByCode = !isOfWorkers(entry) && !isPlainTerminate(entry) && entry.kind !== 'continued';
      if (next !== undefined && seenByCode) return diverged(describeEvent(entry), next, context);
      try {
        const more = deliver(entry, recordedUpTo);
        if (more.length === 0) return undefined;
        asked = met === asked.length ? more : [...asked.slice(met), ...more];
        met = 0;
        return undefined;
      } catch (error) {
        return failed(entry, error, context);
      }
    },
    end: () => ({ kind: 'followed', unrecorded: asked.slice(met) }),
  };
}

function diverged(journalSays: string, asked: CommandEntry | undefined, context: ReplayContext): Replay {
  return cannotFollow(journalSays, codeSays(asked, context), context);
}

/** An event that the code could not take: mostly one for a command that it did not ask for. */
function failed(event: JournalEvent, cause: unknown, context: ReplayContext): Replay {
  if (cause instanceof UndecodableValueError) {
    // The code is not to blame, and no other code would help.
    const message = `the value of ${describeEvent(event)}: ${cause.message}`;
    return {
      kind: 'diverged',
      error: new UndecodableValueError(cause.code as UndecodableValueErrorCode, message, { cause }),
    };
  }
  return cannotFollow(describeEvent(event), `cannot take it: ${describeThrown(cause)}`, context, cause);
}

function codeSays(asked: CommandEntry | undefined, context: ReplayContext): string {
  if (asked !== undefined) return `asks for ${describeCommandEntry(asked)}`;
  return context.hasEnded?.() === true ? 'has ended by then' : 'asks for nothing more';
}

function cannotFollow(journalSays: string, codeDoes: string, context: ReplayContext, cause?: unknown): Replay {
  const where = context.codeLocation === undefined ? '' : ` The code stands ${context.codeLocation()}.`;
  const error = new NondeterminismError(
    `the workflow's code cannot follow its journal. The journal says: ${journalSays}. The code ${codeDoes}.${where} ` +
      `Nothing was changed. Deploy code that can follow, and the run goes on; or terminate the run.`,
    { recorded: journalSays, requested: codeDoes, ...(cause === undefined ? {} : { cause }) },
  );
  return { kind: 'diverged', error };
}

/** As in `step-completed of #3`, `signal-received "approved"`. */
function describeEvent(event: JournalEvent): string {
  if ('id' in event) return `${event.kind} of #${event.id}`; // of a step, a timer or a callback
  return event.kind === 'signal-received' || event.kind === 'update-received'
    ? `${event.kind} "${event.name}"`
    : event.kind;
}
