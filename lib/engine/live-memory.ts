/**
 * A run in a worker's memory: its coroutines, and what they wait for in the order in which it is due.
 *
 * Tested by: test/invariants/i4-replay-is-equal.test.ts, test/engine/turns.test.ts
 */
import type { Encoded } from '../core/encoded.ts';
import type { CommandEntry, CommandId, JournalEvent, Started } from '../journal/event.ts';
import type { LiveRun, PendingStep } from '../scheduler/live-run.ts';
import { withGuard, type GuardedRun } from './guard.ts';
import { asOwner } from './owned-code.ts';
import { nextPlaceAtMs, PlaceWaits } from './pools/place-waits.ts';
import type { RunSecrets } from './run-secrets.ts';
import type { StrayErrors } from './stray-errors.ts';
import { StepsToBegin } from './steps-to-begin.ts';
import { TimerHeap } from './timer-heap.ts';

export interface LiveMemory {
  readonly live: LiveRun;
  readonly guarded: GuardedRun;
  readonly strays: StrayErrors;
  readonly secrets: RunSecrets;
  /** When the time of the run is up, whether its code was asked to stop for it or not; undefined for never. */
  readonly deadlineAtMs: number | undefined;
  /** The pool in which it has a place until its end; undefined for none. */
  readonly pool: string | undefined;
  /** The first entry of its journal. */
  readonly started: Started;
  /** The author's function. */
  readonly code: object;
  readonly timers: TimerHeap;
  readonly stepsToBegin: StepsToBegin;
  /** Results that the code has worked out itself: they are delivered before anything else. */
  readonly known: { readonly id: CommandId; readonly value: Encoded }[];
  /** Steps that would begin, and wait for a place in their pool. */
  readonly placeWaits: PlaceWaits;
}

/** Takes up what is pending after a replay. */
export function rememberPending(
  live: LiveRun,
  guarded: GuardedRun,
  beside: Pick<LiveMemory, 'strays' | 'secrets' | 'deadlineAtMs' | 'pool' | 'started' | 'code'>,
): LiveMemory {
  const waiting = {
    timers: new TimerHeap(),
    stepsToBegin: new StepsToBegin(live),
    known: [],
    placeWaits: new PlaceWaits(live),
  };
  const memory: LiveMemory = { live, guarded, ...beside, ...waiting };
  for (const pending of live.pending.values()) {
    if (pending.kind === 'sleep') memory.timers.add(pending);
    if (pending.kind === 'step') rememberStep(memory, pending);
  }
  return memory;
}

function rememberStep({ known, stepsToBegin }: LiveMemory, step: PendingStep): void {
  const { id, command } = step;
  if (command.known === undefined) stepsToBegin.add(step);
  else known.push({ id, value: command.known });
}

/**
 * Delivers one event with the guard up (I4). Gives what the code asked for, which is to be recorded behind the event: nothing
 * if the run lacks call sites.
 */
export function deliver(memory: LiveMemory, event: JournalEvent): readonly CommandEntry[] {
  const { live } = memory;
  const asked = asOwner(memory.strays, () => withGuard(memory.guarded, () => live.deliver(event)));
  for (const entry of asked) {
    if (entry.kind === 'patched' || entry.kind === 'write') continue;
    const { id } = entry;
    const pending = live.pending.get(id); // none: withdrawn again already
    if (pending?.kind === 'step') rememberStep(memory, pending);
    if (pending?.kind === 'sleep') memory.timers.add(pending);
  }
  if (event.kind === 'step-retrying' || event.kind === 'step-interrupted') {
    const pending = live.pending.get(event.id);
    if (pending?.kind === 'step') memory.stepsToBegin.add(pending);
  }
  return asked;
}

/** The timer that is due first; those that were withdrawn are forgotten on the way. */
export function firstTimer({
  live,
  timers,
}: LiveMemory): { readonly id: CommandId; readonly dueAtMs: number } | undefined {
  for (;;) {
    const timer = timers.first();
    if (timer === undefined || live.pending.has(timer.id)) return timer;
    timers.removeFirst();
  }
}

/** When the run has something to do by itself: undefined is never. */
export function nextDueAtMs(memory: LiveMemory): number | undefined {
  const placeAtMs = nextPlaceAtMs(memory.placeWaits);
  const atMs = Math.min(memory.stepsToBegin.nextAtMs() ?? Infinity, nextTimeAtMs(memory) ?? Infinity, placeAtMs);
  return atMs === Infinity ? undefined : atMs;
}

/** When its first timer is due, or its time is up. */
export function nextTimeAtMs(memory: LiveMemory): number | undefined {
  const deadlineAtMs = memory.live.deadlineAtMs() ?? Infinity;
  const atMs = Math.min(firstTimer(memory)?.dueAtMs ?? Infinity, deadlineAtMs);
  return atMs === Infinity ? undefined : atMs;
}
