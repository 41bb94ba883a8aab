/** The list of runs that was read so far, newest first, and what becomes of it when a page of it is read anew. */
import type { RunPage, RunRow } from './answers.ts';

export interface RunRows {
  readonly rows: readonly RunRow[];
  /** Leads to older ones. Undefined: all were read. */
  readonly cursor: string | undefined;
}

export const NO_ROWS: RunRows = { rows: [], cursor: undefined };

/** The newest page: what is as new as its oldest run and not on it is gone from this list. */
export function withNewest({ rows, cursor }: RunRows, page: RunPage): RunRows {
  const oldest = page.runs.at(-1);
  if (page.cursor === undefined || oldest === undefined) return { rows: page.runs, cursor: undefined };
  const kept = rows.filter(({ createdAt }) => createdAt < oldest.createdAt);
  // Of the runs of the same millisecond, some may be on the next page.
  const ids = new Set(page.runs.map(({ id }) => id));
  const same = rows.filter(({ id, createdAt }) => createdAt === oldest.createdAt && !ids.has(id));
  return kept.length === 0
    ? { rows: [...page.runs, ...same], cursor: page.cursor }
    : { rows: [...page.runs, ...same, ...kept], cursor };
}

/** The page behind the last one. */
export function withOlder({ rows }: RunRows, page: RunPage): RunRows {
  const ids = new Set(rows.map(({ id }) => id));
  return { rows: [...rows, ...page.runs.filter(({ id }) => !ids.has(id))], cursor: page.cursor };
}

/** Runs that were read by their time: what was created in it and is not among them is gone from this list. */
export function withRange(
  { rows, cursor }: RunRows,
  page: RunPage,
  { since, until }: { readonly since: string; readonly until: string },
): RunRows {
  if (page.cursor !== undefined) return { rows, cursor };
  const isInside = ({ createdAt }: RunRow): boolean => createdAt >= since && createdAt < until;
  const first = rows.findIndex(isInside);
  if (first === -1) return { rows, cursor };
  const others = rows.filter((row) => !isInside(row));
  return { rows: [...others.slice(0, first), ...page.runs, ...others.slice(first)], cursor };
}

/** Whether a list says something else than another. */
export function differs(left: readonly RunRow[], right: readonly RunRow[]): boolean {
  return left.length !== right.length || left.some((row, index) => !isSameRow(row, right[index]));
}

function isSameRow(left: RunRow, right: RunRow | undefined): boolean {
  return left === right || JSON.stringify(left) === JSON.stringify(right);
}

/** How many there are of each status. */
export function countByStatus(rows: readonly RunRow[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { status } of rows) counts.set(status, (counts.get(status) ?? 0) + 1);
  return counts;
}

/** Those whose id, workflow, attributes or custom status have the text in them. */
export function rowsWith(rows: readonly RunRow[], text: string | undefined): readonly RunRow[] {
  if (text === undefined || text === '') return rows;
  const wanted = text.toLowerCase();
  return rows.filter(({ id }) => id.toLowerCase().includes(wanted));
}
