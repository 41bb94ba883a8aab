/** One page of a list of runs: newest first; of one millisecond in the order of their ids. */
import { hasAttributes } from '../core/attributes.ts';
import { pickShows, type RunItem, type RunRow } from '../ports/run-item.ts';
import type { RunPage, RunQuery } from '../ports/run-query.ts';

export function toPageOfRuns(runs: Iterable<RunItem>, query: RunQuery): RunPage {
  const { cursor, limit } = query;
  const after = [...runs]
    .filter((run) => isAskedFor(run, query))
    .map((run) => ({ run, position: toPosition(run) }))
    .sort((a, b) => (a.position < b.position ? 1 : -1))
    .filter(({ position }) => cursor === undefined || position < cursor);
  const page = after.slice(0, limit);
  const last = page.at(-1);
  return {
    runs: page.map(({ run }) => toRow(run, query)),
    ...(last && after.length > page.length ? { cursor: last.position } : {}),
  };
}

function isAskedFor(run: RunItem, query: RunQuery): boolean {
  const { workflows, statuses, attributes, sinceMs = 0, untilMs = Infinity } = query;
  if (!workflows.includes(run.workflow) || !hasAttributes(run.attributes, attributes)) return false;
  if (statuses && !statuses.includes(run.status)) return false;
  return run.createdAtMs >= sinceMs && run.createdAtMs < untilMs;
}

function toPosition({ createdAtMs, runId }: RunItem): string {
  return `${String(createdAtMs).padStart(15, '0')}#${runId}`;
}

function toRow(run: RunItem, { withoutShows }: RunQuery): RunRow {
  const { runId, workflow, status, createdAtMs, endedAtMs } = run;
  const row = { runId, workflow, status, createdAtMs, ...(endedAtMs === undefined ? {} : { endedAtMs }) };
  return withoutShows ? row : { ...row, ...pickShows(run) };
}

/** How many ids a page of the due has at most: more than one page is what a reader has to expect. */
const DUE_PAGE_LENGTH = 100;

export function* inPages(runIds: readonly string[]): Generator<readonly string[]> {
  for (let start = 0; start < runIds.length; start += DUE_PAGE_LENGTH) {
    yield runIds.slice(start, start + DUE_PAGE_LENGTH);
  }
}
