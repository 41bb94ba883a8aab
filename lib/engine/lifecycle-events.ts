/**
 * Tells the event bus that a run has started, is blocked or has ended, where the engine has a bus.
 *
 * The end of a run is put at least once: the run item says that it is to be done until it is (after-end.ts). Its start, and
 * that it is blocked, are put once more only if the worker that began the run was lost: a bus that is away does not hear of
 * them. Nothing waits for the bus but the end of a turn, when its lease is released.
 *
 * Tested by: test/engine/lifecycle-events.test.ts, test/engine/lifecycle-crashes.test.ts
 */
import { createHash } from 'node:crypto';
import { decode } from '../codec/decode.ts';
import { clampText } from '../core/clamp-text.ts';
import type { Encoded } from '../core/encoded.ts';
import { LullError } from '../core/errors.ts';
import { isOwnName } from '../core/own-names.ts';
import { messageOf, readQuietly, toError } from '../core/to-error.ts';
import type { JournalRecord } from '../journal/record.ts';
import type { EventBus, LifecycleError, LifecycleEvent, LifecycleEventKind, LifecycleRun } from '../ports/event-bus.ts';
import { whyLockedValue } from '../ports/locked-records.ts';
import type { RunItem } from '../ports/run-item.ts';
import type { End } from './after-end.ts';
import { linkOf } from './link-before.ts';
import type { Engine } from './settings.ts';
import type { Turn } from './turn-state.ts';

const MESSAGE_CHARACTERS = 1_000;

/** Whether anything is put on the bus of this run. Runs of lull's own, such as those of schedules, are not put. */
export function hasEvents({ events }: Engine, { workflow }: Pick<RunItem, 'workflow'>): boolean {
  return events !== undefined && !isOwnName(workflow);
}

/** The first record of the run has just been written. */
export function emitStarted(turn: Turn): void {
  if (linkOf(turn.run) === 1) emitOfTurn(turn, 'started', turn.engine.clock.nowMs());
}

/** The worker that was lost may have begun the run, and not have told the bus. */
export function emitStartedOfLost(turn: Turn, records: readonly JournalRecord[]): void {
  if (records[0]?.epoch === turn.epoch - 1) emitStarted(turn);
}

/** Of a run that was blocked already nothing new is said. */
export function emitBlocked(turn: Turn, error: Error, sinceMs: number): void {
  if (turn.run.blocked === undefined) emitOfTurn(turn, 'blocked', sinceMs, { error: toLifecycleError(error) });
}

function emitOfTurn(turn: Turn, kind: 'started' | 'blocked', atMs: number, why: Why = {}): void {
  const { engine, run, newestRun } = turn;
  if (engine.events === undefined || !hasEvents(engine, run)) return;
  const shown = { ...(newestRun ?? run), ...turn.shows().shows };
  // A run starts once; of two times that it is blocked each has its own.
  const event = toEvent(shown, { kind, atMs, number: kind === 'started' ? 0 : atMs, why });
  turn.eventsOnTheirWay.push(putOn(engine.events, event, engine));
}

/** Whether the bus has it now, or is not to have it. */
export async function putEnd(engine: Engine, run: RunItem, end: End): Promise<boolean> {
  const { events } = engine;
  if (events === undefined || !hasEvents(engine, run)) return true;
  const { status, endedAtMs } = end;
  const number = run.retries ?? 0;
  const event = toEvent({ ...run, endedAtMs }, { kind: status, atMs: endedAtMs, number, why: whyEnded(end) });
  return putOn(events, event, engine);
}

/** A bus of the author's own that throws must not fail a turn. */
async function putOn(bus: EventBus, event: LifecycleEvent, { log }: Engine): Promise<boolean> {
  try {
    return await bus.put(event);
  } catch (error) {
    log.error('the event bus has thrown: it is taken for one that is away', { runId: event.run.runId, error });
    return false;
  }
}

type Why = Pick<LifecycleEvent, 'error' | 'reason'>;

function whyEnded({ status, result }: End): Why {
  if (status === 'completed') return {};
  const what = status === 'failed' ? 'the error of the run' : 'the reason';
  const value = whyLockedValue(result, what) ?? readQuietlyAsError(result);
  if (status === 'failed') return { error: toLifecycleError(value) };
  return { reason: clamp(typeof value === 'string' ? value : messageOf(toError(value))) };
}

/** What cannot be read must not keep the event back. */
function readQuietlyAsError(result: Encoded): unknown {
  try {
    return decode(result, { unregistered: 'plain' });
  } catch (error) {
    return error;
  }
}

interface Happening {
  readonly kind: LifecycleEventKind;
  readonly atMs: number;
  /** Tells it from others of its kind in one run. */
  readonly number: number;
  readonly why: Why;
}

function toEvent(run: RunItem, { kind, atMs, number, why }: Happening): LifecycleEvent {
  const parts = JSON.stringify([kind, run.runId, run.createdAtMs, number]);
  const id = `${kind}-${createHash('sha256').update(parts).digest('base64url').slice(0, 22)}`;
  return { id, kind, atMs, run: toLifecycleRun(run), ...why };
}

function toLifecycleRun(run: RunItem): LifecycleRun {
  const { runId, workflow, createdAtMs, endedAtMs, attributes = {}, startedBy, scheduledAtMs, retries } = run;
  return {
    ...{ runId, workflow, createdAtMs, attributes },
    ...(endedAtMs === undefined ? {} : { endedAtMs }),
    ...(startedBy?.isParent === true ? { parentRunId: startedBy.runId } : {}),
    ...(scheduledAtMs === undefined ? {} : { scheduledAtMs }),
    ...(retries === undefined ? {} : { retries }),
  };
}

/** Its class and its message alone: what else is on an error stays inside. */
function toLifecycleError(thrown: unknown): LifecycleError {
  const error = toError(thrown);
  const name = readQuietly(error, 'name');
  return {
    name: typeof name === 'string' ? clamp(name) : 'Error',
    message: clamp(messageOf(error)),
    ...(error instanceof LullError ? { code: error.code } : {}),
  };
}

function clamp(text: string): string {
  return clampText(text, MESSAGE_CHARACTERS);
}
