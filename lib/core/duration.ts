/** Spans of time as people write them. */

/**
 * Milliseconds; or a text such as `'30s'`, `'0.5s'`, `'500ms'`, `'3 days'`, `'1h 30m'`; or parts that are added up.
 */
export type Duration =
  | number
  | string
  | { days?: number; hours?: number; minutes?: number; seconds?: number; milliseconds?: number };
