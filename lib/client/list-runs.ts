/** Lists of runs, newest first, from the index: a run may show up a moment late. */
import { attributesProblem, type Attributes } from '../core/attributes.ts';
import { describeValue } from '../core/describe-value.ts';
import { checkPlainName } from '../core/check-name.ts';
import type { RunStatus } from '../core/run-status.ts';
import type { RunQuery } from '../ports/run-query.ts';
import { checkWhole } from './check-whole.ts';
import type { ClientPorts } from './client-ports.ts';
import { toSummary, type RunSummary } from './describe-run.ts';
import { InvalidArgumentError } from '../core/run-errors.ts';
import { checkChoice, checkOptions, toEpochMs } from './options.ts';
import { retryUnavailable } from './retry-unavailable.ts';

/** Which runs to list. */
export interface RunFilter {
  /** The workflow's name. Default: all that the client knows (its option `workflows`). */
  readonly workflow?: string | undefined;
  readonly status?: RunStatus | readonly RunStatus[] | undefined;
  /** Created at this time or later: a Date, or a text as `sleepUntil` takes it (`'2026-11-22T14:00:00Z'`). */
  readonly since?: Date | string | undefined;
  /** Created before this time. */
  readonly until?: Date | string | undefined;
  /**
   * Runs that show all of these attributes, with these very values: `{ customer: 'c1' }`. The item of each run in the span
   * of time is read for it, so give a workflow and a span.
   */
  readonly attributes?: Attributes | undefined;
}

/** Which runs to list, and how many. */
export interface ListOptions extends RunFilter {
  /** At most so many. Default: all. */
  readonly limit?: number | undefined;
}

/** Which page of a list. */
export interface PageOptions extends RunFilter {
  /** At most so many on the page: 1 to 1,000. Default 100. */
  readonly limit?: number | undefined;
  /** The `cursor` of the page before. Default: the first page. */
  readonly cursor?: string | undefined;
}

/** Some runs of a list. */
export interface RunPage {
  readonly runs: readonly RunSummary[];
  /** Leads to the next page; absent on the last one. */
  readonly cursor?: string;
}

const STATUSES: readonly RunStatus[] = [
  'pending',
  'running',
  'suspended',
  'paused',
  'blocked',
  'completed',
  'failed',
  'cancelled',
  'terminated',
];
const FILTERS = ['workflow', 'status', 'since', 'until', 'attributes'];
export const LIST_OPTIONS = [...FILTERS, 'limit'];
export const LONGEST_PAGE = 1_000;
const DEFAULT_PAGE = 100;

/** Refuses what is no filter; its values are checked where it is used. */
export function checkFilter(call: string, filter: unknown): asserts filter is RunFilter {
  checkOptions(call, filter, FILTERS);
}

export async function* listRuns(ports: ClientPorts, options: ListOptions): AsyncGenerator<RunSummary, void, undefined> {
  checkOptions('list', options, LIST_OPTIONS);
  const { limit = Infinity, ...filter } = options;
  if (limit !== Infinity) checkWhole('limit', limit, { from: 0 });
  let left = limit;
  let cursor: string | undefined;
  while (left > 0) {
    const page = await readPage(ports, { ...filter, limit: Math.min(left, LONGEST_PAGE), cursor });
    yield* page.runs;
    left -= page.runs.length;
    cursor = page.cursor;
    if (cursor === undefined) return;
  }
}

export async function countRuns(ports: ClientPorts, options: RunFilter): Promise<number> {
  checkOptions('count', options, FILTERS);
  let count = 0;
  let cursor: string | undefined;
  do {
    const page = await readPage(ports, { ...options, limit: LONGEST_PAGE, cursor }, true);
    count += page.runs.length;
    cursor = page.cursor;
  } while (cursor !== undefined);
  return count;
}

export async function listPage(ports: ClientPorts, options: PageOptions): Promise<RunPage> {
  checkOptions('listPage', options, [...LIST_OPTIONS, 'cursor']);
  const { limit = DEFAULT_PAGE } = options;
  checkWhole('limit', limit, { from: 1, to: LONGEST_PAGE });
  checkCursor(options.cursor);
  return readPage(ports, { ...options, limit });
}

export async function readPage(
  ports: ClientPorts,
  options: PageOptions & { limit: number },
  isForCount = false,
): Promise<RunPage> {
  const query: RunQuery = { ...toQuery(ports, options), ...(isForCount ? { withoutShows: true } : {}) };
  const store = await ports.openStore();
  const { runs, cursor } = await retryUnavailable(ports.clock, () => store.listRuns(query));
  return { runs: runs.map(toSummary), ...(cursor === undefined ? {} : { cursor }) };
}

function toQuery(ports: ClientPorts, options: PageOptions & { limit: number }): RunQuery {
  const { workflow, status, since, until, attributes, limit, cursor } = options;
  const statuses = status === undefined || Array.isArray(status) ? status : [status];
  for (const one of statuses ?? []) checkChoice('status', one, STATUSES);
  const sinceMs = toEpochMs('since', since);
  const untilMs = toEpochMs('until', until);
  const problem = attributes === undefined ? undefined : attributesProblem(attributes, false);
  if (problem !== undefined) throw new InvalidArgumentError(`attributes ${problem}`);
  return {
    workflows: workflow === undefined ? allWorkflows(ports) : [nameOf(workflow)],
    limit,
    ...(statuses === undefined ? {} : { statuses }),
    ...(sinceMs === undefined ? {} : { sinceMs }),
    ...(untilMs === undefined ? {} : { untilMs }),
    ...(attributes === undefined ? {} : { attributes }),
    ...(cursor === undefined ? {} : { cursor }),
  };
}

/** The index has a partition set per workflow, and none for all. */
function allWorkflows(ports: ClientPorts): readonly string[] {
  if (ports.registry !== undefined) return ports.registry.names();
  throw new InvalidArgumentError(
    `which workflow's runs? Say { workflow: 'name' }, or tell the client which workflows there are: ` +
      'new Client({ workflows })',
  );
}

function nameOf(workflow: unknown): string {
  checkPlainName(workflow, 'a workflow');
  return workflow;
}

/** It goes into a query as it is. Stores make them of a time and what tells runs of one time apart, such as an id. */
export function checkCursor(cursor: unknown): void {
  if (cursor === undefined || (typeof cursor === 'string' && /^\d{15}#[\w.:-]{0,128}$/.test(cursor))) return;
  throw new InvalidArgumentError(
    `cursor cannot be ${describeValue(cursor)}: give the one of the page before, as it is`,
  );
}
