/**
 * Drives runs in memory without an engine: the scheduler and replay, on a clock that jumps to the next timer.
 *
 * Three ways: straight through, rebuilt from its journal before each event, and restored from bytes before each event. Steps
 * run as plain synchronous calls.
 */
import type { Coroutine } from '../../lib/core/awaitable.ts';
import { callStepBody } from '../../lib/core/command.ts';
import type { Encoded } from '../../lib/core/encoded.ts';
import { Prng } from '../../lib/core/prng.ts';
import { digestArguments } from '../../lib/engine/digest-arguments.ts';
import type { JournalEntry, JournalEvent } from '../../lib/journal/event.ts';
import { replay } from '../../lib/journal/replay.ts';
import { createLiveRun } from '../../lib/scheduler/create-live-run.ts';
import type { LiveRun, LiveRunOptions, Outcome, PendingStep } from '../../lib/scheduler/live-run.ts';
import { restoreRun, storeRun } from '../../lib/scheduler/run-frames.ts';
import { InconclusiveError } from '../inconclusive.ts';
import { outgoing } from './outgoing.ts';

/** `restored`: stored and restored before each event, in code that was compiled for it. */
export type Mode = 'straight' | 'rebuilt' | 'restored';

export interface DriveOptions {
  readonly mode?: Mode;
  readonly strict?: boolean;
  readonly seed?: string;
  /** Delivered when their time has come, before timers of the same time. */
  readonly messages?: readonly JournalEvent[];
  readonly live?: Partial<LiveRunOptions>;
  /** After so many events it is left as it is. */
  readonly atMostEvents?: number;
  /** Told when the run is rebuilt, before and after: what code logs between is a repetition. */
  onRebuild?(replaying: boolean): void;
}

export interface Driven {
  readonly outcome: Outcome;
  readonly journal: JournalEntry[];
  readonly logged: { readonly level: string; readonly values: readonly unknown[] }[];
  readonly endedAtMs: number;
}

/** The run's clock starts here: a time that no real clock is near to, so that a leak shows. */
export const START_MS = Date.UTC(2030, 0, 1);

export const INFO: LiveRunOptions['info'] = {
  id: 'run-1',
  workflow: 'test',
  version: 'v1',
  startedAt: new Date(START_MS),
  attempt: 1,
};

/** Values stand in these journals as they are. */
export const encodeAsIs = (value: unknown): Encoded => value as Encoded;

export function newRun(
  body: () => Coroutine<unknown>,
  { strict = true, seed = 'seed', live = {} }: DriveOptions = {},
  logged: { level: string; values: readonly unknown[] }[] = [],
): LiveRun {
  return createLiveRun(liveOptions(body, { strict, seed, live }, logged));
}

function liveOptions(
  body: () => Coroutine<unknown>,
  { strict = true, seed = 'seed', live = {} }: DriveOptions,
  logged: { level: string; values: readonly unknown[] }[],
): LiveRunOptions {
  return {
    info: INFO,
    body,
    random: new Prng(seed),
    strict,
    ...outgoing,
    recordedDueAtMs: () => undefined,
    nextInput: encodeAsIs,
    callbacks: { token: ({ id }) => `token of #${id}`, publicUrl: undefined, recorded: () => undefined },
    decode: (encoded) => encoded,
    digestArguments,
    log: (level, values) => logged.push({ level, values }),
    ...live,
  };
}

function restored(
  run: LiveRun,
  body: () => Coroutine<unknown>,
  options: DriveOptions,
  logged: Driven['logged'],
): LiveRun {
  const stored = storeRun(run, body);
  if (stored.kind === 'refused') throw new Error(`not stored: run${stored.path} ${stored.reason}`);
  const again = restoreRun(stored.bytes, body, liveOptions(body, options, logged));
  if (again.kind === 'refused') throw new Error(`not restored: ${again.reason}`);
  return again.live;
}

/** More than any body takes that comes to rest at all. */
const MOST_EVENTS = 100_000;

/**
 * Runs a body to its end, or until nothing is left that could wake it. InconclusiveError if it does not come to rest.
 */
export function drive(body: () => Coroutine<unknown>, options: DriveOptions = {}): Driven {
  const { mode = 'straight' } = options;
  const journal: JournalEntry[] = [];
  const messages = [...(options.messages ?? [])];
  let logged: { level: string; values: readonly unknown[] }[] = [];
  let run = newRun(body, options, logged);
  let nowMs = START_MS;
  const deliver = (event: JournalEvent): void => {
    nowMs = event.atMs;
    if (mode === 'rebuilt') run = rebuild();
    if (mode === 'restored') run = restored(run, body, options, logged);
    journal.push(event, ...run.deliver(event));
  };
  const rebuild = (): LiveRun => {
    options.onRebuild?.(true);
    logged = [];
    const rebuilt = newRun(body, options, logged);
    const followed = replay(structuredClone(journal), (event, upTo) => rebuilt.deliver(event, upTo), {
      codeLocation: () => rebuilt.codeLocation(),
      hasEnded: () => rebuilt.outcome().kind !== 'going-on',
    });
    options.onRebuild?.(false);
    if (followed.kind === 'diverged') throw followed.error;
    if (followed.unrecorded.length > 0) throw new Error('the journal lacks commands');
    return rebuilt;
  };
  deliver({ kind: 'started', atMs: nowMs, version: 'v1', seed: 'it has one' }); // so that random numbers are counted
  for (let events = 1; run.outcome().kind === 'going-on'; events += 1) {
    if (events >= (options.atMostEvents ?? Infinity)) break;
    if (events > MOST_EVENTS) throw new InconclusiveError(`after ${MOST_EVENTS} events the run goes on`);
    const event = nextEvent(run, nowMs, messages);
    if (event === undefined) break;
    deliver(event);
  }
  return { outcome: run.outcome(), journal, logged, endedAtMs: nowMs };
}

/** A step's end, else what comes first of the messages and the timers. */
function nextEvent(run: LiveRun, nowMs: number, messages: JournalEvent[]): JournalEvent | undefined {
  let timer: { readonly id: number; readonly dueAtMs: number } | undefined;
  for (const pending of run.pending.values()) {
    if (pending.kind === 'step') return runStep(pending, nowMs);
    if (pending.kind === 'sleep' && (timer === undefined || pending.dueAtMs < timer.dueAtMs)) timer = pending;
  }
  const message = messages[0];
  if (message !== undefined && (timer === undefined || message.atMs <= timer.dueAtMs)) return messages.shift();
  if (timer === undefined) return undefined;
  return { kind: 'sleep-completed', id: timer.id, atMs: Math.max(nowMs, timer.dueAtMs) };
}

function runStep({ id, command }: PendingStep, atMs: number): JournalEvent {
  try {
    return { kind: 'step-completed', id, atMs, value: encodeAsIs(callStepBody(command, undefined as never)) };
  } catch (error) {
    return { kind: 'step-failed', id, atMs, error: encodeAsIs(error) };
  }
}
