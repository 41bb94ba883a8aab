/** Times as the page shows them, in the zone of the reader. */
import { dayAndTime, roughly, took } from '../../lib/cli/text/times.ts';

export { took };

const DAY_MS = 86_400_000;
/** Made once: it takes longer than all the rest. */
const DAYS = new Intl.DateTimeFormat('en', { month: 'short', day: 'numeric' });

/** As in `12:04:31.250` of today, `Nov 29 12:04` of this year, `2025-11-29` before that. */
export function shortMoment(atMs: number, nowMs: number): string {
  const [day, time] = dayAndTime(atMs);
  if (day === dayAndTime(nowMs)[0]) return time;
  if (Math.abs(nowMs - atMs) > 300 * DAY_MS) return day;
  return `${DAYS.format(atMs)} ${time.slice(0, 5)}`;
}

/** All of it: `2026-11-29 12:04:31.250`. */
export function wholeMoment(atMs: number): string {
  const [day, time, ms] = dayAndTime(atMs);
  return `${day} ${time}.${ms}`;
}

/** As in `3 min`, `now`: how long ago, or how far ahead. */
export function distance(atMs: number, nowMs: number): string {
  const text = roughly(Math.abs(nowMs - atMs));
  return text === '0 s' ? 'now' : text;
}
