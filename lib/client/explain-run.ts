/**
 * A run in sentences, for people: what it waits for, since when, until when, at which line; or how it ended.
 *
 * It takes what `describe` gives, and what the HTTP API answers, in which times are texts. It reads nothing, so a page in a
 * browser can use it.
 */
import type { TaskFrame } from '../core/task-frame.ts';
import type { AwaitPoint, StepAwait, WaitingTask, WaitsFor } from '../core/waits-for.ts';
import type {
  ClosedRunDescription,
  OpenRunDescription,
  PoolWaitDescription,
  RunDescription,
  WorkflowPausedDescription,
} from './describe-run.ts';

/** The same as JSON has it: with texts for times. */
export type AsText<T> = T extends Date
  ? Date | string
  : T extends readonly (infer Item)[]
    ? readonly AsText<Item>[]
    : T extends object
      ? { readonly [Key in keyof T]: AsText<T[Key]> }
      : T;

/** From when, and for which clock on the wall. */
export interface ExplainOptions {
  /** What `in 3 days` counts from. Default: now. */
  readonly now?: Date;
  /** Of the times that are shown, as in `Europe/Berlin`. Default: UTC. */
  readonly timeZone?: string;
}

/**
 * What is to be said of a run, a sentence for each line; lines of the tree of its tasks are indented by two spaces for each
 * level. What it waits for is said where it was described with `tasks`.
 *
 * @example
 * ```ts
 * import { explainRun } from 'lull/client';
 *
 * const approved = signal<string>('approved');
 * const approval = workflow('approval', function* () {
 *   yield* timeout('7 days', approved.receive());
 * });
 *
 * const engine = createTestEngine({ workflows: [approval] });
 * const run = await engine.start(approval);
 * await engine.advance('3 days');
 * const [first] = explainRun(await run.describe({ tasks: true }), { now: engine.now() });
 * first?.startsWith('waits for signal "approved" since Tue 2030-01-01 00:00 UTC (3 days)'); // => true
 * ```
 */
export function explainRun(run: AsText<RunDescription>, options: ExplainOptions = {}): string[] {
  const clock = toClock(options);
  if (run.endedAt !== undefined) return [ended(run as AsText<ClosedRunDescription>, clock)];
  const open = run as AsText<OpenRunDescription>;
  const { status, blocked, waitsFor, dueAt, waitsForPools = [] } = open;
  const stands = ((): string[] => {
    if (open.workflowPaused !== undefined) return heldLines(open, open.workflowPaused, clock);
    if (status === 'paused') return pausedLines(open, clock);
    if (blocked !== undefined) return [...blockedLines(blocked, clock), ...dueLine('it is tried again', dueAt, clock)];
    if (status === 'pending') return dueLine('has not begun: its first turn comes', dueAt, clock, 'has not begun');
    return status === 'running' ? ['a worker is taking a turn of it'] : [];
  })();
  for (const wait of waitsForPools) stands.push(poolLine(wait, clock));
  if (waitsFor !== undefined) return [...stands, ...explainWaits(waitsFor, options)];
  if (stands.length > 0) return stands;
  return dueLine('goes on by itself', dueAt, clock, 'waits for something from outside');
}

/**
 * What a run waits for, a line for each task.
 *
 * @example
 * ```ts
 * import { explainWaits } from 'lull/client';
 *
 * const since = new Date('2030-01-01T12:00:00Z');
 * const waitsFor = { from: 'journal', because: 'no code', awaits: [{ kind: 'signal', name: 'approved', since }] } as const;
 * explainWaits(waitsFor, { now: since }).length; // => 2
 * ```
 */
export function explainWaits(waitsFor: AsText<WaitsFor>, options: ExplainOptions = {}): string[] {
  const clock = toClock(options);
  const { omitted = 0 } = waitsFor;
  const rest = omitted > 0 ? [`and ${omitted} more`] : [];
  if (waitsFor.from === 'journal') {
    const awaits = waitsFor.awaits.map((point) => `waits for ${describeAwait(point, clock)}`);
    const nothing = awaits.length === 0 ? ['waits for nothing that its journal has'] : [];
    return [...awaits, ...nothing, ...rest, `(this is from its journal alone: ${waitsFor.because})`];
  }
  const isAlone = waitsFor.tasks.length === 1 && waitsFor.tasks[0]?.tasks.length === 0;
  return [...waitsFor.tasks.flatMap((task) => taskLines(task, isAlone ? '' : `${task.name} `, '', clock)), ...rest];
}

/**
 * As in `signal "approved" since 12:00 UTC (3 hours), until Fri 2030-01-11 12:00 UTC (in 7 days)`.
 *
 * @example
 * ```ts
 * import { explainAwait } from 'lull/client';
 *
 * const since = new Date('2030-01-01T12:00:00Z');
 * const text = explainAwait({ kind: 'signal', name: 'approved', since }, { now: new Date('2030-01-01T15:00:00Z') });
 * text.startsWith('signal "approved" since'); // => true
 * ```
 */
export function explainAwait(point: AsText<AwaitPoint>, options: ExplainOptions = {}): string {
  return describeAwait(point, toClock(options));
}

interface WallClock {
  readonly nowMs: number;
  readonly timeZone: string | undefined;
}

function toClock({ now = new Date(), timeZone }: ExplainOptions): WallClock {
  return { nowMs: now.getTime(), timeZone };
}

function ended(run: AsText<ClosedRunDescription>, clock: WallClock): string {
  const took = spanText(toMs(run.endedAt) - toMs(run.createdAt));
  const head = `${run.status} ${timeText(run.endedAt, clock)}, after ${took}`;
  if (run.status === 'failed') return `${head}: ${run.error.name}: ${run.error.message}`;
  if (run.status === 'completed') return head;
  return run.reason === '' ? head : `${head}: ${run.reason}`;
}

function pausedLines({ pausedAt, blocked }: AsText<OpenRunDescription>, clock: WallClock): string[] {
  const since = pausedAt === undefined ? '' : ` ${sinceText(pausedAt, clock)}`;
  const line = `${since === '' ? 'is paused' : `has been paused${since}`}: it takes no turns until it is resumed`;
  return blocked === undefined ? [line] : [line, ...blockedLines(blocked, clock)];
}

function heldLines(
  { workflow, blocked }: AsText<OpenRunDescription>,
  { since, reason }: AsText<WorkflowPausedDescription>,
  clock: WallClock,
): string[] {
  const why = reason === undefined || reason === '' ? '' : `: ${reason}`;
  return [
    `waits because its workflow "${workflow}" has been paused ${sinceText(since, clock)}${why}`,
    `resume the workflow, and the run goes on within a minute or so`,
    ...(blocked === undefined ? [] : blockedLines(blocked, clock)),
  ];
}

function blockedLines(blocked: AsText<NonNullable<OpenRunDescription['blocked']>>, clock: WallClock): string[] {
  const { since, reason, recorded, requested } = blocked;
  const head = `has been blocked ${sinceText(since, clock)}`;
  if (recorded === undefined || requested === undefined) return [`${head}: ${reason}`];
  return [
    `${head}: its code cannot follow its journal`,
    `  recorded:  ${recorded}`,
    `  requested: the code ${requested}`,
    'deploy code that can follow, and it goes on; or terminate it',
  ];
}

function poolLine({ pool, step, key, since }: AsText<PoolWaitDescription>, clock: WallClock): string {
  const what = step === undefined ? '' : ` for step #${step}`;
  return `waits for a place in pool "${pool}"${key === undefined ? '' : `, key "${key}",`}${what} ${sinceText(since, clock)}`;
}

function dueLine(what: string, dueAt: Date | string | undefined, clock: WallClock, otherwise?: string): string[] {
  if (dueAt === undefined) return otherwise === undefined ? [] : [otherwise];
  return [toMs(dueAt) <= clock.nowMs ? `${what} now` : `${what} at ${untilText(dueAt, clock)}`];
}

function taskLines(task: AsText<WaitingTask>, name: string, indent: string, clock: WallClock): string[] {
  const at = task.at === undefined ? '' : `, at ${withoutColumn(task.at)}`;
  const below = task.tasks.flatMap((child) => taskLines(child, `${child.name} `, `${indent}  `, clock));
  const frames = (task.frames ?? []).flatMap((frame) => frameLines(frame, `${indent}  `));
  return [`${indent}${name}${awaitsText(task, clock)}${at}`, ...frames, ...below];
}

/** As in `in checkout, at src/checkout.ts:12`, and a line for each variable. */
function frameLines({ function: name, at, variables }: AsText<TaskFrame>, indent: string): string[] {
  const place = at === undefined ? ', which has not begun' : `, at ${withoutColumn(at)}`;
  const lines = variables.map((variable) => `${indent}  ${variable.name} = ${variable.value ?? '(sensitive)'}`);
  return [`${indent}in ${name === '' ? 'a function' : name}${place}`, ...lines];
}

function awaitsText({ awaits, calls }: AsText<WaitingTask>, clock: WallClock): string {
  const [first, ...rest] = awaits;
  if (first === undefined) return 'is about to go on';
  if (rest.length === 0) return `waits for ${describeAwait(first, clock)}`;
  const call = calls.at(-1);
  const what = awaits.map(nameOf);
  const shown = what.length > NAMES_SHOWN ? [...what.slice(0, NAMES_SHOWN), `${what.length - NAMES_SHOWN} more`] : what;
  return `waits for ${call === undefined ? '' : `${call} of `}${listText(shown)}${timesText(first, clock)}`;
}

const NAMES_SHOWN = 5;

function listText(items: readonly string[]): string {
  return items.length === 1 ? items.join() : `${items.slice(0, -1).join(', ')} and ${items.at(-1) ?? ''}`;
}

function describeAwait(point: AsText<AwaitPoint>, clock: WallClock): string {
  if (point.kind === 'step') return stepText(point, clock);
  if (point.kind === 'sleep') return `${timerText(point.name)} until ${untilText(point.until, clock)}`;
  const beat = point.kind === 'callback' ? heartbeatText(point.heartbeat, clock) : '';
  return `${nameOf(point)}${timesText(point, clock)}${beat}`;
}

/** A sleep is there to wait; other timers have names that say which call set them. */
function timerText(name: string): string {
  return name.startsWith('sleep') ? 'a sleep' : `a timer (${name})`;
}

function nameOf(point: AsText<AwaitPoint>): string {
  switch (point.kind) {
    case 'step':
      return operationText(point) ?? `step "${point.name}"`;
    case 'sleep':
      return timerText(point.name);
    case 'signal':
    case 'callback':
      return `${point.kind} "${point.name}"`;
    case 'run':
      return `the end of run "${point.runId}"`;
    case 'task':
      return `task "${point.name}"`;
    case 'call':
      return point.call;
  }
}

function operationText({ operation, name }: AsText<StepAwait>): string | undefined {
  if (operation === undefined) return undefined;
  const of =
    operation.functionName === undefined ? `of run "${operation.runId ?? ''}"` : `of "${operation.functionName}"`;
  return `${operation.kind} "${name}" ${of}`;
}

function stepText(point: AsText<StepAwait>, clock: WallClock): string {
  const { attempt, retryAt, lastError, heartbeat } = point;
  const failed = lastError === undefined ? '' : `; the one before failed with ${lastError}`;
  const comes = retryAt !== undefined && toMs(retryAt) > clock.nowMs ? ` comes at ${untilText(retryAt, clock)}` : '';
  return `${nameOf(point)}${timesText(point, clock)}: attempt ${attempt}${comes}${failed}${heartbeatText(heartbeat, clock)}`;
}

function heartbeatText(heartbeat: AsText<StepAwait['heartbeat']>, clock: WallClock): string {
  return heartbeat === undefined
    ? ''
    : `; its last heartbeat was ${timeText(heartbeat.at, clock)}, ${agoText(heartbeat.at, clock)}`;
}

function timesText({ since, until }: { since?: Date | string; until?: Date | string }, clock: WallClock): string {
  const end = until === undefined ? '' : `, until ${untilText(until, clock)}`;
  return `${since === undefined ? '' : ` ${sinceText(since, clock)}`}${end}`;
}

function sinceText(since: Date | string, clock: WallClock): string {
  return `since ${timeText(since, clock)} (${spanText(clock.nowMs - toMs(since))})`;
}

function untilText(until: Date | string, clock: WallClock): string {
  const leftMs = toMs(until) - clock.nowMs;
  return `${timeText(until, clock)} (${leftMs <= 0 ? 'now' : `in ${spanText(leftMs)}`})`;
}

function agoText(at: Date | string, clock: WallClock): string {
  return `${spanText(clock.nowMs - toMs(at))} ago`;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** As in `40 seconds`, `3 days`: rounded down, in the largest unit of which there are two. */
function spanText(ms: number): string {
  const [unitMs, unit] = unitOf(ms);
  const count = Math.floor(ms / unitMs);
  return count < 1 ? 'less than a second' : `${count} ${unit}${count === 1 ? '' : 's'}`;
}

function unitOf(ms: number): [number, string] {
  if (ms >= 2 * DAY_MS) return [DAY_MS, 'day'];
  if (ms >= 2 * HOUR_MS) return [HOUR_MS, 'hour'];
  if (ms >= 2 * MINUTE_MS) return [MINUTE_MS, 'minute'];
  return [SECOND_MS, 'second'];
}

/** With the day, unless it is today's, and with seconds, if it is today's. */
function timeText(time: Date | string, { nowMs, timeZone }: WallClock): string {
  const date = new Date(time);
  const parts = partsOf(date, timeZone);
  const zone = timeZone === undefined ? ' UTC' : '';
  const isToday = partsOf(new Date(nowMs), timeZone).day === parts.day;
  return isToday ? `${parts.time}:${parts.seconds}${zone}` : `${parts.weekday} ${parts.day} ${parts.time}${zone}`;
}

function partsOf(date: Date, timeZone = 'UTC') {
  const of = Object.fromEntries(
    formatFor(timeZone)
      .formatToParts(date)
      .map(({ type, value }) => [type, value]),
  ) as Record<Intl.DateTimeFormatPartTypes, string>;
  return {
    weekday: of.weekday,
    day: `${of.year}-${of.month}-${of.day}`,
    time: `${of.hour}:${of.minute}`,
    seconds: of.second,
  };
}

/** One for each zone: making one takes longer than a hundred sentences. */
const FORMATS = new Map<string, Intl.DateTimeFormat>();

function formatFor(timeZone: string): Intl.DateTimeFormat {
  const made = FORMATS.get(timeZone);
  if (made !== undefined) return made;
  const format = new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone, weekday: 'short', year: 'numeric', month: '2-digit', day: '2-digit' },
    ...{ hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
  });
  FORMATS.set(timeZone, format);
  return format;
}

function toMs(time: Date | string): number {
  return new Date(time).getTime();
}

/** An editor wants the column; a sentence is shorter without. */
function withoutColumn(place: string): string {
  return place.replace(/:\d{1,7}$/, '');
}
