/** Which times of a schedule are due, and which were missed. */
import { InvalidArgumentError } from '../core/run-errors.ts';
import { type ScheduleSpec, timesOf } from './schedule-state.ts';

/**
 * The time for which a schedule waits is not missed because a worker died with its turn: another one takes over within
 * two leases. Later times are late only if the engine was down.
 */
const TAKEOVER_MS = 5 * 60_000;

/** More are looked for when these are settled. */
const MOST_AT_ONCE = 100;

/** A backfill starts no more runs. */
const BACKFILL_LIMIT = 1_000;

export interface DueTimes {
  /** In order. */
  readonly due: readonly number[];
  /** All times up to here are in `due`, or were missed. */
  readonly seenMs: number;
  readonly nextAtMs: number | undefined;
}

type Spec = Pick<ScheduleSpec, 'schedule' | 'timezone' | 'createdAtMs' | 'catchUpMs'>;

/** The times after `seenMs`, up to now, that are no later than the schedule may catch up. */
export function findDueTimes(spec: Spec, seenMs: number, nowMs: number): DueTimes {
  const times = timesOf(spec);
  const due: number[] = [];
  const first = times.nextAfter(seenMs);
  if (first === undefined || first > nowMs) return { due, seenMs, nextAtMs: first };
  if (nowMs - first <= Math.max(spec.catchUpMs, TAKEOVER_MS)) due.push(first);
  let at = times.nextAfter(Math.max(first, nowMs - spec.catchUpMs - 1));
  for (; at !== undefined && at <= nowMs && due.length < MOST_AT_ONCE; at = times.nextAfter(at)) due.push(at);
  const isMore = at !== undefined && at <= nowMs;
  return { due, seenMs: isMore ? (due.at(-1) ?? seenMs) : nowMs, nextAtMs: at };
}

/** All times from `sinceMs` on and before `untilMs`. More than a backfill may start are an InvalidArgumentError. */
export function findTimesBetween(spec: Omit<Spec, 'catchUpMs'>, sinceMs: number, untilMs: number): number[] {
  const times = timesOf(spec);
  const found: number[] = [];
  for (let at = times.nextAfter(sinceMs - 1); at !== undefined && at < untilMs; at = times.nextAfter(at)) {
    if (found.length === BACKFILL_LIMIT) {
      throw new InvalidArgumentError(
        `the schedule has more than ${BACKFILL_LIMIT} times from ${iso(sinceMs)} to ${iso(untilMs)}, and a backfill ` +
          `starts ${BACKFILL_LIMIT} runs at most: fill in a shorter time, and then the next one`,
      );
    }
    found.push(at);
  }
  return found;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
