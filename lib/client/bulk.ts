/**
 * The same done to many runs: those that a filter finds, newest first, each once.
 *
 * A page of the list leads to the next by the time at which its last run was created, and that time stays. So runs that
 * start meanwhile are before the first page, runs that end meanwhile move no other, and what was interrupted may be begun
 * again: it passes over what has ended by then.
 */
import { describeValue } from '../core/describe-value.ts';
import { LullError } from '../core/errors.ts';
import {
  InboxFullError,
  InvalidArgumentError,
  NotFailedError,
  RetryRefusedError,
  RunEndedError,
  RunNotFoundError,
} from '../core/run-errors.ts';
import type { RunStatus } from '../core/run-status.ts';
import { checkWhole } from './check-whole.ts';
import { beginCall } from './call-budget.ts';
import type { ClientPorts } from './client-ports.ts';
import { notSettledError, tryToDelete } from './delete-run.ts';
import { type RunFilter, checkCursor, checkFilter, LONGEST_PAGE, readPage } from './list-runs.ts';
import { checkOptions } from './options.ts';
import { retryRun } from './retry-run.ts';
import { checkReason } from './run.ts';
import { sendControl } from './send-control.ts';

/** What can be done to many runs. */
export type BulkAction = 'cancel' | 'terminate' | 'retry' | 'delete';

/** How it is done. */
export interface BulkOptions {
  /** Only says which runs it would be: `done` is false for each of them. Default false. */
  readonly dryRun?: boolean | undefined;
  /** Why, for people. Of `cancelAll` and `terminateAll`. */
  readonly reason?: string | undefined;
}

/** Which page of it. */
export interface BulkPageOptions extends BulkOptions {
  /** Runs that are looked at, at most: 1 to 1,000. Default 100. */
  readonly limit?: number | undefined;
  /** The `cursor` of the page before. Default: the first page. */
  readonly cursor?: string | undefined;
}

/** What came of one run. */
export interface BulkResult {
  readonly id: string;
  /** False in a dry run, and where there is an `error`. */
  readonly done: boolean;
  readonly error?: LullError;
}

/** What came of some runs. */
export interface BulkPage {
  readonly results: readonly BulkResult[];
  /** Leads to the next page; absent on the last one. */
  readonly cursor?: string;
}

interface Doing {
  /** Statuses of the runs that it can be done to. */
  readonly statuses: readonly RunStatus[];
  readonly options: readonly string[];
  /** `passed-over`: it cannot be done any more, since the run has gone on meanwhile. An error is the run's own. */
  readonly carryOut: (
    ports: ClientPorts,
    runId: string,
    options: BulkOptions,
  ) => Promise<'done' | 'passed-over' | LullError>;
}

const OPEN: readonly RunStatus[] = ['pending', 'running', 'suspended', 'paused', 'blocked'];
const CLOSED: readonly RunStatus[] = ['completed', 'failed', 'cancelled', 'terminated'];

const DOINGS: Readonly<Record<BulkAction, Doing>> = {
  cancel: { statuses: OPEN, options: ['dryRun', 'reason'], carryOut: stopWith('cancel') },
  terminate: { statuses: OPEN, options: ['dryRun', 'reason'], carryOut: stopWith('terminate') },
  retry: { statuses: ['failed'], options: ['dryRun'], carryOut: retryOne },
  delete: { statuses: CLOSED, options: ['dryRun'], carryOut: deleteOne },
};

/** So many runs at once: some hundreds a second, which is far less than a table takes. */
const AT_ONCE = 10;
/** Of a list whose end is to be seen soon. */
const STREAMED_PAGE = 100;
const DEFAULT_PAGE = 100;

export async function* inBulk(
  ports: ClientPorts,
  action: BulkAction,
  filter: RunFilter,
  options: BulkOptions,
): AsyncGenerator<BulkResult, void, undefined> {
  const request = readRequest(action, filter, options, DOINGS[action].options);
  let cursor: string | undefined;
  do {
    const page = await readPage(ports, { ...request, limit: STREAMED_PAGE, cursor });
    for (const some of chunks(page.runs)) yield* await carryOutAll(ports, action, some, options);
    cursor = page.cursor;
  } while (cursor !== undefined);
}

/** Ends after so many runs, and, where `endsByMs` is given (of `performance.now()`), at that time. */
export async function bulkPage(
  ports: ClientPorts,
  action: BulkAction,
  filter: RunFilter,
  options: BulkPageOptions,
  endsByMs = Infinity,
): Promise<BulkPage> {
  const request = readRequest(action, filter, options, [...DOINGS[action].options, 'limit', 'cursor']);
  const { limit = DEFAULT_PAGE } = options;
  checkWhole('limit', limit, { from: 1, to: LONGEST_PAGE });
  checkCursor(options.cursor);
  const results: BulkResult[] = [];
  let { cursor } = options;
  let looked = 0;
  do {
    // All of a page of the list is carried out: so its cursor is never behind what was done, and never ahead.
    const page = await readPage(ports, { ...request, limit: Math.min(STREAMED_PAGE, limit - looked), cursor });
    for (const some of chunks(page.runs)) {
      for (const result of await carryOutAll(ports, action, some, options)) results.push(result);
    }
    looked += page.runs.length;
    cursor = page.cursor;
  } while (cursor !== undefined && looked < limit && performance.now() < endsByMs);
  return { results, ...(cursor === undefined ? {} : { cursor }) };
}

function readRequest(
  action: BulkAction,
  filter: RunFilter,
  options: BulkOptions,
  known: readonly string[],
): RunFilter & { readonly status: readonly RunStatus[] } {
  const call = `${action}All`;
  checkFilter(call, filter);
  if (isEmpty(filter)) {
    throw new InvalidArgumentError(
      `${call} needs a filter, or it would be for every run: say which, as in { workflow: 'checkout' }`,
    );
  }
  checkOptions(call, options, known);
  const { dryRun, reason } = options;
  if (dryRun !== undefined && typeof dryRun !== 'boolean') {
    throw new InvalidArgumentError(`dryRun cannot be ${describeValue(dryRun)}: give true or false`);
  }
  if (reason !== undefined) checkReason(reason);
  return { ...filter, status: statusesOf(call, filter, DOINGS[action].statuses) };
}

function isEmpty({ attributes, status, ...others }: RunFilter): boolean {
  const isSaid = Object.values(others).some((value) => value !== undefined);
  const statuses = status === undefined ? [] : [status].flat();
  return !isSaid && statuses.length === 0 && Object.keys(attributes ?? {}).length === 0;
}

function statusesOf(call: string, { status }: RunFilter, possible: readonly RunStatus[]): readonly RunStatus[] {
  if (status === undefined) return possible;
  const asked = [status].flat();
  const wrong = asked.find((one) => !possible.includes(one));
  if (wrong === undefined) return asked;
  throw new InvalidArgumentError(
    `${call} cannot be for runs that are ${wrong}: status can be ${possible.join(', ')}, or left out`,
  );
}

async function carryOutAll(
  ports: ClientPorts,
  action: BulkAction,
  runs: readonly { readonly id: string }[],
  options: BulkOptions,
): Promise<BulkResult[]> {
  if (options.dryRun === true) return runs.map(({ id }) => ({ id, done: false }));
  const { carryOut } = DOINGS[action];
  const results = await Promise.all(
    runs.map(async ({ id }): Promise<BulkResult[]> => {
      const outcome = await carryOut(beginCall(ports), id, options);
      if (outcome === 'passed-over') return [];
      return [outcome === 'done' ? { id, done: true } : { id, done: false, error: outcome }];
    }),
  );
  return results.flat();
}

function stopWith(kind: 'cancel' | 'terminate'): Doing['carryOut'] {
  return async (ports, runId, { reason = '' }) => {
    try {
      await sendControl(ports, runId, { kind, reason, idempotencyKey: undefined });
      return 'done';
    } catch (error) {
      if (error instanceof RunEndedError || error instanceof RunNotFoundError) return 'passed-over';
      if (error instanceof InboxFullError) return error;
      throw error;
    }
  };
}

async function retryOne(ports: ClientPorts, runId: string): Promise<'done' | 'passed-over' | LullError> {
  try {
    await retryRun(ports, runId, { force: false });
    return 'done';
  } catch (error) {
    if (error instanceof NotFailedError || error instanceof RunNotFoundError) return 'passed-over';
    if (error instanceof RetryRefusedError) return error;
    throw error;
  }
}

async function deleteOne(ports: ClientPorts, runId: string): Promise<'done' | 'passed-over' | LullError> {
  const { kind } = await tryToDelete(ports, runId);
  if (kind === 'not-settled') return notSettledError(runId);
  return kind === 'deleted' ? 'done' : 'passed-over';
}

function chunks<T>(all: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(all.length / AT_ONCE) }, (_, index) =>
    all.slice(index * AT_ONCE, (index + 1) * AT_ONCE),
  );
}
