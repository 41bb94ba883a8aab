/** The list of runs, kept as it is in the engine. */
import { computed, effect, signal } from '@preact/signals';
import { isOpen, type RunPage, type RunRow } from './answers.ts';
import { ask, Refused } from './ask.ts';
import { about, shownFilter, watched } from './page-state.ts';
import type { RunFilter } from './place.ts';
import { poll, type Poller } from './poll.ts';
import { differs, NO_ROWS, rowsWith, withNewest, withOlder, withRange, type RunRows } from './run-rows.ts';

const NEWEST_RUNS = 100;
const OLDER_RUNS = 500;
/** As many as a list is read by itself, where that costs nothing. */
const MOST_BY_ITSELF = 20_000;

export const list = signal<RunRows>(NO_ROWS);
export const isListRead = signal(false);
export const isReadingOlder = signal(false);
/** Why the engine refuses the filter. */
export const listProblem = signal<string | undefined>(undefined);
/** The rows that are seen. */
export const seenRows = signal<readonly [first: number, last: number]>([0, 0]);
export const shownRows = computed(() => rowsWith(list.value.rows, shownFilter.value.text));

const asked = computed(() => JSON.stringify(askedFilter(shownFilter.value)));
let poller: Poller | undefined;
let generation = 0;

/** What the engine filters. */
function askedFilter({ text: _text, ...filter }: RunFilter): Record<string, string | undefined> {
  return filter;
}

export function watchRuns(): void {
  effect(() => {
    const filter = JSON.parse(asked.value) as Record<string, string>;
    const { isLocal } = about.value;
    poller?.stop();
    generation += 1;
    list.value = NO_ROWS;
    isListRead.value = false;
    isReadingOlder.value = false;
    listProblem.value = undefined;
    poller = poll((signal) => look(filter, { isLocal, signal }), { isLocal });
  });
}

/** Something is new. */
export function lookAtRuns(): void {
  poller?.now();
}

async function look(
  filter: Record<string, string>,
  { isLocal, signal }: { isLocal: boolean; signal: AbortSignal },
): Promise<{ hasMoved: boolean }> {
  const mine = generation;
  const before = list.peek().rows;
  const read = (query: Record<string, string | number>): Promise<RunPage> =>
    watched(ask<RunPage>('/runs', { query: { ...filter, ...query }, signal }));
  try {
    const newest = await read({ limit: NEWEST_RUNS });
    if (mine !== generation) return { hasMoved: false };
    update(withNewest(list.peek(), newest));
    isListRead.value = true;
    await lookAtSeenRows(read, mine);
  } catch (error) {
    if (error instanceof Refused && error.status < 500) listProblem.value = error.message;
    throw error;
  }
  if (isLocal && list.peek().rows.length < MOST_BY_ITSELF) void readOlder();
  return { hasMoved: differs(before, list.peek().rows) };
}

/** Older rows that are seen and may change. */
async function lookAtSeenRows(
  read: (query: Record<string, string | number>) => Promise<RunPage>,
  mine: number,
): Promise<void> {
  const [first, last] = seenRows.peek();
  const seen = shownRows.peek().slice(Math.max(first, 0), last + 1);
  const behind = seen.filter((row) => list.peek().rows.indexOf(row) >= NEWEST_RUNS);
  const [newest, oldest] = [behind[0], behind.at(-1)];
  if (newest === undefined || oldest === undefined || !behind.some(({ status }) => isOpen(status))) return;
  const range = { since: oldest.createdAt, until: new Date(Date.parse(newest.createdAt) + 1).toISOString() };
  const page = await read({ ...range, limit: 1_000 });
  if (mine === generation) update(withRange(list.peek(), page, range));
}

/** Rows that are as before stay the same objects, so that nothing is drawn anew for them. */
function update(next: RunRows): void {
  const before = new Map(list.peek().rows.map((row) => [row.id, row]));
  const rows = next.rows.map((row): RunRow => {
    const old = before.get(row.id);
    if (old === undefined || old === row) return row;
    return JSON.stringify(old) === JSON.stringify(row) ? old : row;
  });
  const isSame = rows.length === before.size && rows.every((row, index) => row === list.peek().rows[index]);
  if (isSame && next.cursor === list.peek().cursor) return;
  list.value = { rows, cursor: next.cursor };
}

/** The next page behind those that were read. */
export async function readOlder(): Promise<void> {
  const { cursor } = list.peek();
  if (cursor === undefined || isReadingOlder.peek()) return;
  const mine = generation;
  isReadingOlder.value = true;
  try {
    const filter = askedFilter(shownFilter.peek());
    const page = await watched(ask<RunPage>('/runs', { query: { ...filter, cursor, limit: OLDER_RUNS } }));
    if (mine === generation) list.value = withOlder(list.peek(), page);
  } catch {
    return; // the next look says why
  } finally {
    if (mine === generation) isReadingOlder.value = false;
  }
  const { rows, cursor: more } = list.peek();
  if (mine === generation && more !== undefined && about.peek().isLocal && rows.length < MOST_BY_ITSELF)
    void readOlder();
}
