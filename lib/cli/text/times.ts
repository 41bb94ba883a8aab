/** Times as people read them: how long ago, and when exactly. Absolute times are in the zone of this machine. */

/** `3 min ago`, `in 2 days`, `now`. */
export function relative(atMs: number, nowMs: number): string {
  const ms = atMs - nowMs;
  const length = roughly(Math.abs(ms));
  if (length === '0 s') return 'now';
  return ms < 0 ? `${length} ago` : `in ${length}`;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** In the largest unit of which there are two, or one: `90 s`, `45 min`, `3 h`, `12 days`. */
export function roughly(ms: number): string {
  if (ms < 100 * 1_000) return `${Math.round(ms / 1_000)} s`;
  if (ms < 100 * MINUTE) return `${Math.round(ms / MINUTE)} min`;
  if (ms < 48 * HOUR) return `${Math.round(ms / HOUR)} h`;
  return `${Math.round(ms / DAY)} days`;
}

/** How long something took: `40 ms`, `1.9 s`, `2 min 5 s`. */
export function took(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)} s`;
  if (ms < 2 * MINUTE) return `${Math.round(ms / 1_000)} s`;
  const [size, large, small, unit, smaller] =
    ms < HOUR
      ? ([MINUTE, ms, 1_000, 'min', 's'] as const)
      : ms < DAY
        ? ([HOUR, ms, MINUTE, 'h', 'min'] as const)
        : ([DAY, ms, HOUR, 'days', 'h'] as const);
  const whole = Math.floor(large / size);
  const rest = Math.floor((large - whole * size) / small);
  const name = unit === 'days' && whole === 1 ? 'day' : unit;
  return rest === 0 ? `${whole} ${name}` : `${whole} ${name} ${rest} ${smaller}`;
}

/** `04:30:23` of today, `2026-11-29 04:30:23` of another day. */
export function absolute(atMs: number, nowMs: number): string {
  const [day, time] = dayAndTime(atMs);
  return day === dayAndTime(nowMs)[0] ? time : `${day} ${time}`;
}

/** With its day, and with milliseconds: of an event in a history. */
export function dayAndTime(atMs: number): readonly [day: string, time: string, ms: string] {
  const at = new Date(atMs);
  const two = (value: number): string => String(value).padStart(2, '0');
  return [
    `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`,
    `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`,
    String(at.getMilliseconds()).padStart(3, '0'),
  ];
}

/** Both: `3 min ago (04:30:23)`. */
export function when(atMs: number, nowMs: number): string {
  return `${relative(atMs, nowMs)} (${absolute(atMs, nowMs)})`;
}
