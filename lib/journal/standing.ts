/**
 * What of a journal stands. A run that has failed may be tried again: `retried` says how many entries of the journal still
 * count, and those between them and itself do not stand any more. They stay in the journal, and nothing else sees them.
 *
 * What came from outside meanwhile is not lost (I6): it comes again, in its order, after the `retried`. The same goes for
 * the results of steps that were asked for before: their bodies have run (I5). Requests to cancel or to terminate do not
 * come again: the run has ended, and the caller that tries it again knows that.
 */
import type { CommandId, JournalEntry, JournalEvent, StepCompleted, StepRequested } from './event.ts';
import { isRecordedCommand } from './event.ts';

/** A message as the journal has it. */
type FromOutside = Extract<JournalEvent, { readonly messageId: string }>;

/** What comes again after a `retried`: a message, or the result of a step. */
export type Again = FromOutside | StepCompleted;

export interface Standing {
  /** With the `retried` and `forked` entries that stand: what a replay is fed with. */
  readonly entries: readonly JournalEntry[];
  /** What is still to come again, in its order. */
  readonly again: readonly Again[];
  readonly tries: Tries;
  /** Of a fork: the steps that the other run has completed. */
  readonly doneByOther: ReadonlySet<CommandId>;
}

/** Which of the tries of a run has asked for what. The first try is 0; each `retried` begins another one. */
export interface Tries {
  /** The number of the last one. */
  readonly last: number;
  /** By position, of commands that stand. One that is not there is asked for by the last try. */
  readonly ofStanding: ReadonlyMap<CommandId, number>;
  /** Steps by position, those that do not stand among them. Empty where there was one try. */
  readonly steps: ReadonlyMap<CommandId, readonly TriedStep[]>;
}

export interface TriedStep {
  readonly step: StepRequested;
  /** The first try that asked for this very step at its position. */
  readonly firstTry: number;
}

const NONE: ReadonlySet<CommandId> = new Set();
const ONE_TRY: Tries = { last: 0, ofStanding: new Map(), steps: new Map() };

interface Placed {
  readonly entry: JournalEntry;
  /** Of all entries of the journal, from 0. */
  readonly index: number;
  readonly ofTry: number;
}

/** Of all entries of one journal. In a journal without `retried` and `forked` all of them stand. */
export function standingEntries(journal: readonly JournalEntry[]): Standing {
  if (!journal.some(isTurningBack)) return { entries: journal, again: [], tries: ONE_TRY, doneByOther: NONE };
  let standing: Placed[] = [];
  let again: Again[] = [];
  let last = 0;
  let doneByOther = NONE;
  const steps = new Map<CommandId, TriedStep[]>();
  for (const [index, entry] of journal.entries()) {
    if (isTurningBack(entry)) {
      if (entry.kind === 'forked') doneByOther = completedSteps(standing);
      const cut = standing.findIndex((placed) => placed.index >= entry.keeps);
      const gone = cut === -1 ? [] : standing.slice(cut);
      standing = cut === -1 ? standing : standing.slice(0, cut);
      again = comesAgain(entry, { before: again, gone, standing });
      if (entry.kind === 'retried') last = entry.number;
    } else {
      again = again.filter((there) => !isSame(there, entry));
      if (entry.kind === 'step') noteStep(steps, entry, last);
    }
    standing.push({ entry, index, ofTry: last });
  }
  const commands = standing.flatMap(({ entry, ofTry }) =>
    isRecordedCommand(entry) ? [[entry.id, ofTry] as const] : [],
  );
  const tries = last === 0 ? ONE_TRY : { last, ofStanding: new Map(commands), steps };
  return { entries: standing.map(({ entry }) => entry), again, tries, doneByOther };
}

function completedSteps(placed: readonly Placed[]): Set<CommandId> {
  return new Set(placed.flatMap(({ entry }) => (entry.kind === 'step-completed' ? [entry.id] : [])));
}

export type TurningBack = Extract<JournalEntry, { readonly keeps: number }>;

/** Says whether entries before it do not stand any more. */
export function isTurningBack(entry: JournalEntry): entry is TurningBack {
  return entry.kind === 'retried' || entry.kind === 'forked';
}

interface AtTurn {
  readonly before: readonly Again[];
  readonly gone: readonly Placed[];
  readonly standing: readonly Placed[];
}

function comesAgain(turningBack: TurningBack, { before, gone, standing }: AtTurn): Again[] {
  const open = openSteps(standing);
  const triedAgain = new Set(turningBack.kind === 'retried' ? turningBack.children : []);
  const events = [...before, ...gone.map(({ entry }) => entry)];
  return events.flatMap((entry): Again[] => {
    if (entry.kind === 'step-completed') return open.has(entry.id) ? [entry] : [];
    if (!('messageId' in entry) || entry.kind === 'cancel-requested' || entry.kind === 'terminate-requested') return [];
    if (entry.kind === 'run-ended' && triedAgain.has(entry.runId)) return [];
    const { unread: _unread, ...message } = entry;
    return [message];
  });
}

/** Steps that were asked for, and of which no end stands. */
function openSteps(standing: readonly Placed[]): Set<CommandId> {
  const open = new Set<CommandId>();
  for (const { entry } of standing) {
    if (entry.kind === 'step') open.add(entry.id);
    if (entry.kind === 'step-completed' || entry.kind === 'step-failed') open.delete(entry.id);
  }
  return open;
}

function isSame(there: Again, entry: JournalEntry): boolean {
  if (there.kind === 'step-completed') return entry.kind === there.kind && entry.id === there.id;
  return 'messageId' in entry && entry.messageId === there.messageId;
}

function noteStep(steps: Map<CommandId, TriedStep[]>, step: StepRequested, ofTry: number): void {
  const tried = steps.get(step.id) ?? [];
  tried.push({ step, firstTry: firstTryOf(tried, step) ?? ofTry });
  steps.set(step.id, tried);
}

/** What tells a step from another one at the same position. */
export type StepIdentity = Pick<StepRequested, 'name' | 'key' | 'args' | 'operation'>;

/** The first try that asked for this very step at its position; undefined if none has. */
export function firstTryOf(tried: readonly TriedStep[], step: StepIdentity): number | undefined {
  return tried.findLast((other) => isSameStep(other.step, step))?.firstTry;
}

function isSameStep(a: StepIdentity, b: StepIdentity): boolean {
  return a.name === b.name && a.key === b.key && a.args === b.args && a.operation?.kind === b.operation?.kind;
}
