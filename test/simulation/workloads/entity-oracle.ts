/**
 * What an entity has done, held against its calls: each that it took in is carried out once, in the order of acceptance,
 * one after the other across all links; one that throws changes nothing; each caller has its answer; reads show a state
 * that there was, with all calls that were answered before.
 */
import { isRecordedCommand, type JournalEntry } from '../../../lib/journal/event.ts';
import type { RunEnd, RunLedger } from '../oracle/run-ledger.ts';
import type { Told } from '../world/callers.ts';
import { isOfOtherCode } from '../world/other-calls.ts';
import type { TallyCall } from './entities.ts';

/** How a run ended that has made calls. */
export interface CallingEnd {
  readonly runId: string;
  readonly calls: readonly TallyCall[];
  readonly end: RunEnd | undefined;
}

interface Tried {
  /** The run of the entity that the handler `passOn` calls. */
  readonly other: RunLedger;
  readonly told: readonly Told[];
  readonly ends: readonly CallingEnd[];
}

/** What is expected of an entity's calls, in their order. */
interface Fold {
  /** The id of each call that has not thrown, and the code that did it. */
  readonly done: readonly string[];
  /** By the ids of calls; undefined: it throws. */
  readonly answers: ReadonlyMap<string, string | undefined>;
  /** Other code has begun some link of it. */
  readonly isMisled: boolean;
}

/** Undefined if nothing is wrong. */
export function wrongWithEntity(run: RunLedger, { other, told, ends }: Tried): string | undefined {
  const there = fold(other, new Map());
  const here = fold(run, there.answers);
  const passedOn = callsOf(run).flatMap(({ handler, id }) => (handler === 'passOn' ? [id] : []));
  const stray = [...there.answers.keys()].find((id) => !passedOn.includes(id));
  if (stray !== undefined) return `"${stray}" was carried out by the other entity, and not passed on to it`;
  return (
    wrongWithJournal(other, there) ??
    wrongWithJournal(run, here) ??
    first(told, (one) => (one.action.do === 'read' ? wrongWithRead(one, told, here) : wrongWithTold(one, here))) ??
    first(ends, (one) => wrongWithEnd(one, here))
  );
}

/** In the order of the journal: an update that comes in is one that is begun. */
function callsOf(run: RunLedger): TallyCall[] {
  return run.everyEntry().flatMap((entry) => {
    return entry.kind === 'update-received' ? [(entry.args as unknown as readonly [TallyCall])[0]] : [];
  });
}

/** Which code has done a call is what was recorded of it first. */
function fold(run: RunLedger, passedOn: Fold['answers']): Fold {
  const outcomes = outcomesOf(run);
  const done: string[] = [];
  const answers = new Map<string, string | undefined>();
  for (const [index, { handler, id }] of callsOf(run).entries()) {
    if (handler === 'refuse' || handler === 'refuseLate') answers.set(id, undefined);
    else {
      const code = outcomes[index]?.state?.done.at(-1)?.split('/')[1];
      const answer = `${id}/${code} is #${done.push(`${id}/${code}`)}`;
      answers.set(id, handler === 'passOn' ? `${answer}, and ${passedOn.get(id)}` : answer);
    }
  }
  const isMisled = run.everyEntry().some((entry) => isRecordedCommand(entry) && isOfOtherCode(entry));
  return { done, answers, isMisled };
}

function wrongWithJournal(run: RunLedger, { answers, done }: Fold): string | undefined {
  if (run.created === undefined) return undefined;
  if (run.end !== undefined) return `the entity has ended: ${run.end.status}`;
  const updates = run.everyEntry().flatMap((entry) => (entry.kind === 'update-received' ? [entry.messageId] : []));
  const accepted = run.accepted.filter((id) => run.messages.get(id)?.kind === 'update');
  if (updates.join() !== accepted.join()) return `accepted: ${accepted.join(', ')}; begun: ${updates.join(', ')}`;
  if (answers.size !== updates.length) return `${answers.size} calls were carried out ${updates.length} times`;
  const outcomes = outcomesOf(run);
  if (outcomes.length !== updates.length) return `${updates.length} calls have ${outcomes.length} outcomes`;
  let completed = 0;
  for (const [index, [id, answer]] of [...answers].entries()) {
    if (answer !== undefined) completed += 1;
    const expected = answer === undefined ? undefined : done.slice(0, completed).join();
    const { state, answer: recorded } = outcomes[index] ?? {};
    if (recorded !== answer) return `"${id}" has given ${JSON.stringify(recorded)}, and not ${answer}`;
    if (state?.done.join() !== expected) return `"${id}" has left ${state?.done.join()}, and not ${expected}`;
    const stored = run.answers.get(updates[index] ?? '');
    const status = answer === undefined ? 'failed' : 'completed';
    if (stored?.status !== status) return `"${id}" is answered ${stored?.status}, and it has ${status}`;
    const value = run.valueOf(stored.value);
    if (answer !== undefined && value !== answer) return `"${id}" is answered ${JSON.stringify(value)}, not ${answer}`;
  }
  const { state } = run.input as { readonly state?: { readonly done: readonly string[] } };
  if (run.link > 1 && state?.done.join() !== stateBefore(run, outcomes))
    return `a link began with ${state?.done.join()}`;
  return undefined;
}

/** As the calls of the links before have left it. */
function stateBefore(run: RunLedger, outcomes: readonly Outcome[]): string {
  const here = run.entries.filter((entry) => entry.kind === 'update-received').length;
  const states = outcomes.slice(0, outcomes.length - here).flatMap(({ state }) => (state === undefined ? [] : [state]));
  return (states.at(-1)?.done ?? []).join();
}

interface Outcome {
  readonly state?: { readonly done: readonly string[] };
  readonly answer?: string;
}

const HANDLERS = ['add', 'slowly', 'refuse', 'refuseLate', 'passOn'];

/** What was recorded of each call. */
function outcomesOf(run: RunLedger): Outcome[] {
  const links = Array.from({ length: run.link }, (_, index) => run.recordsOf(index + 1));
  return links.flatMap((records) => {
    const entries = records.flatMap((record): readonly JournalEntry[] => record.entries);
    const asked = new Set(entries.flatMap((entry) => (isOutcome(entry) ? [entry.id] : [])));
    return entries.flatMap((entry) => {
      return entry.kind === 'step-completed' && asked.has(entry.id) ? [entry.value as unknown as Outcome] : [];
    });
  });
}

function isOutcome(entry: JournalEntry): entry is Extract<JournalEntry, { kind: 'step' }> {
  return entry.kind === 'step' && entry.operation === undefined && HANDLERS.includes(entry.name);
}

function wrongWithTold({ action, answers: told }: Told, { answers }: Fold): string | undefined {
  if (action.do !== 'call') return undefined;
  return first(told, (answer) => {
    const given = 'value' in answer ? answer.value : answer.code;
    const expected = answers.has(action.id) ? (answers.get(action.id) ?? 'UPDATE_FAILED') : 'nothing';
    return given === expected ? undefined : `"${action.id}" was told ${JSON.stringify(given)}, and not ${expected}`;
  });
}

function wrongWithRead(read: Told, told: readonly Told[], { done, isMisled }: Fold): string | undefined {
  const isBefore = ({ endedAtMs }: Told): boolean => endedAtMs <= read.beganAtMs;
  // Code that cannot follow the journal answers from where it stands.
  const before = isMisled ? [] : told.filter(isBefore).flatMap(completedBy);
  return first(read.answers, (answer) => {
    if (!('value' in answer)) return `a read was told ${answer.code}`;
    return wrongWithSeen(answer.value as readonly string[], before, done);
  });
}

/** The id of a call that has returned. */
function completedBy({ action, answers }: Told): string[] {
  return action.do === 'call' && answers.some((answer) => 'value' in answer) ? [action.id] : [];
}

function wrongWithSeen(seen: readonly string[], before: readonly string[], done: readonly string[]) {
  if (seen.some((id, index) => done[index] !== id)) return `a read saw ${seen.join()}, and it is ${done.join()}`;
  const missing = before.find((id) => !seen.some((one) => one.startsWith(`${id}/`)));
  return missing === undefined ? undefined : `a read saw ${seen.join()}, and "${missing}" had its answer before`;
}

function wrongWithEnd({ runId, calls, end }: CallingEnd, { done, answers, isMisled }: Fold): string | undefined {
  if (end?.status !== 'completed') return `${runId} is left ${end?.status ?? 'open'}: ${JSON.stringify(end?.result)}`;
  const result = end.result as unknown as {
    readonly answers: readonly string[];
    readonly seen: readonly string[] | null;
  };
  const expected = calls.map(({ id }) => (answers.has(id) ? (answers.get(id) ?? `no ${id}`) : 'nothing'));
  if (result.answers.join() !== expected.join())
    return `${runId} was told ${result.answers.join(', ')}, and not ${expected.join(', ')}`;
  const completed = calls.flatMap(({ id }) => (answers.get(id) === undefined ? [] : [id]));
  if (result.seen === null) return undefined;
  return wrongWithSeen(result.seen, isMisled ? [] : completed, done);
}

function first<T>(list: readonly T[], wrong: (one: T) => string | undefined): string | undefined {
  for (const one of list) {
    const found = wrong(one);
    if (found !== undefined) return found;
  }
  return undefined;
}
