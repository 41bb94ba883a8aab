/**
 * How many have begun within a stretch of time: exactly where the limit is small, else a little too careful, so that what
 * is kept stays short. A time is rounded up to a part of the stretch, so that a start counts a little longer than it has to.
 * No more than `limit` ever begin in any stretch of `perMs`.
 *
 * Tested by: test/engine/pools/starts.test.ts
 */
import type { RateRule } from '../../core/pool-rule.ts';
import type { Starts } from '../../ports/pool.ts';

/** Up to so many starts are kept one by one; else they are put together in so many parts of the time. */
const PARTS = 32;

/** Those that count still. Times that are still to come are of a clock that was ahead: they count from now on. */
export function currentStarts(starts: Starts, { perMs, limit }: RateRule, nowMs: number): Starts {
  const latestMs = roundUp(nowMs, { perMs, limit });
  const counted: [number, number][] = [];
  for (const [given, count] of starts) {
    const atMs = Math.min(given, latestMs);
    if (atMs + perMs <= nowMs) continue;
    const last = counted.at(-1);
    if (last?.[0] === atMs) last[1] += count;
    else counted.push([atMs, count]);
  }
  return counted;
}

export function withStart(starts: Starts, rule: RateRule, nowMs: number): Starts {
  return currentStarts([...starts, [roundUp(nowMs, rule), 1]], rule, nowMs);
}

/** Without one that began then, if it counts still. */
export function withoutStart(starts: Starts, rule: RateRule, startedAtMs: number): Starts {
  const atMs = roundUp(startedAtMs, rule);
  return starts.flatMap(([at, count]) =>
    at === atMs ? (count > 1 ? [[at, count - 1] as const] : []) : [[at, count] as const],
  );
}

/** When the next one may begin: `nowMs` if at once. */
export function nextStartAtMs(starts: Starts, rule: RateRule, nowMs: number): number {
  const current = currentStarts(starts, rule, nowMs);
  let tooMany = current.reduce((sum, [, count]) => sum + count, 0) - rule.limit + 1;
  for (const [atMs, count] of current) {
    if (tooMany <= 0) break;
    tooMany -= count;
    if (tooMany <= 0) return atMs + rule.perMs;
  }
  return nowMs;
}

function roundUp(atMs: number, { perMs, limit }: RateRule): number {
  if (limit <= PARTS) return atMs;
  const partMs = Math.max(1, Math.floor(perMs / PARTS));
  return Math.ceil(atMs / partMs) * partMs;
}
