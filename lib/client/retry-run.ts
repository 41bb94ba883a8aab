/**
 * Tries a failed run again, from the step that failed: operation 25 of docs/protocol.md, with what comes before and after
 * it. What is refused is refused before anything is written. Children that had failed are tried again first: a caller that
 * dies in between leaves them going on, and their parent as it was.
 */
import { clampText } from '../core/clamp-text.ts';
import { NotFailedError, RetryRefusedError, RunNotFoundError } from '../core/run-errors.ts';
import { isClosed } from '../core/run-status.ts';
import { SHORTEST_RETENTION_MS } from '../core/shortest-retention.ts';
import { describeThrown } from '../core/to-error.ts';
import type { JournalEntry } from '../journal/event.ts';
import { findDamage, readableEntries } from '../journal/find-damage.ts';
import { unlessLocked } from '../ports/locked-records.ts';
import { delay } from '../ports/delay.ts';
import { isToTell, type RetryPoint, type RunItem } from '../ports/run-item.ts';
import type { Store } from '../ports/store.ts';
import { sendWake } from './best-effort.ts';
import type { ClientPorts } from './client-ports.ts';
import { planRetry, type OpenChild, type RetryPlan } from './plan-retry.ts';
import { retryUnavailable } from './retry-unavailable.ts';
import { readStoredValue } from './run-value.ts';

/** How a failed run is tried again. */
export interface RetryOptions {
  /**
   * Also if the run has done steps after the failure, as in a `catch` or a `saga`: they have happened, and the run goes on
   * as if they had not. Default false: then that is a RetryRefusedError.
   */
  readonly force?: boolean | undefined;
}

export async function retryRun(ports: ClientPorts, runId: string, { force = false }: RetryOptions): Promise<void> {
  const store = await ports.openStore();
  const wakes = await ports.openWakes();
  for (let attempt = 1; ; attempt += 1) {
    const reopenings = await prepare({ ports, store, force }, runId, new Set());
    const changed = await reopen(ports, store, reopenings);
    for (const { run } of reopenings) await sendWake(ports, wakes, run.runId);
    if (!changed) return;
    if (attempt === ATTEMPTS) throw new RetryRefusedError(runId, 'it changes all the time: try again in a moment');
  }
}

const ATTEMPTS = 3;

interface Reopening {
  readonly run: RunItem;
  readonly point: RetryPoint;
}

interface Preparing {
  readonly ports: ClientPorts;
  readonly store: Store;
  readonly force: boolean;
}

/** What is to be written, children first. Nothing is written yet. */
async function prepare(parts: Preparing, runId: string, under: ReadonlySet<string>): Promise<Reopening[]> {
  const { ports, store, force } = parts;
  const run = await readSettled(parts, runId);
  checkCanBeTried(ports, run);
  const journal = await readJournal(parts, run);
  const { result } = run;
  const error = result && (await retryUnavailable(ports.clock, () => readStoredValue(store, runId, result)));
  const plan = planRetry(journal, error);
  refuseIfWrong(runId, plan, force);
  for (const child of plan.openChildren) await checkChild(parts, runId, child);
  const nested = new Set([...under, runId]);
  const children: Reopening[][] = [];
  for (const child of plan.failedChildren) {
    if (!nested.has(child)) children.push(await prepareChild(parts, child, nested));
  }
  return [...children.flat(), { run, point: toPoint(ports, { run, journal, plan, error }) }];
}

/** Nothing for a child that goes on, or has completed, since it was tried again before. */
async function prepareChild(parts: Preparing, runId: string, under: ReadonlySet<string>): Promise<Reopening[]> {
  try {
    return await prepare(parts, runId, under);
  } catch (error) {
    if (error instanceof NotFailedError && (!isClosed(error.status) || error.status === 'completed')) return [];
    throw error;
  }
}

const SETTLING_MS = [100, 200, 400, 800];

/** A run that has just ended is about to tell others of it. */
async function readSettled({ ports, store }: Preparing, runId: string): Promise<RunItem> {
  for (const pauseMs of [...SETTLING_MS, undefined]) {
    const run = await retryUnavailable(ports.clock, () => store.readRun(runId));
    if (run === undefined) throw new RunNotFoundError(runId);
    if (!isToTell(run.afterEnd) || pauseMs === undefined) return run;
    await delay(ports.clock, pauseMs);
  }
  throw new RunNotFoundError(runId);
}

function checkCanBeTried({ clock }: ClientPorts, { runId, status, afterEnd, dueAtMs, base }: RunItem): void {
  if (status !== 'failed') throw new NotFailedError(runId, status);
  if (base !== undefined) {
    throw new RetryRefusedError(
      runId,
      'its workflow has an unbounded history, and its journal is not whole: there is nothing to replay up to the step that ' +
        'failed. Start it again',
    );
  }
  if (isToTell(afterEnd)) {
    throw new RetryRefusedError(
      runId,
      'its parent and its children are about to learn of its end: try again in a minute',
    );
  }
  // From then on a sweeper may be deleting it: a request may be under way for so long. Not before the event bus has its end.
  if (afterEnd === undefined && dueAtMs !== undefined && dueAtMs <= clock.nowMs() + SHORTEST_RETENTION_MS) {
    throw new RetryRefusedError(runId, 'it is about to be purged, since its retention is over. Start the run again');
  }
}

async function readJournal({ ports, store }: Preparing, { runId, link }: RunItem): Promise<readonly JournalEntry[]> {
  const records = await retryUnavailable(ports.clock, () => store.loadRecords(runId, 0, undefined, link));
  const damage = records.length === 0 ? 'it is empty' : findDamage(unlessLocked(runId, records));
  if (damage === undefined) return readableEntries(records);
  throw new RetryRefusedError(
    runId,
    `its journal is not whole: ${damage}. Put back what was there, or start the run again`,
  );
}

function refuseIfWrong(runId: string, { undone, doneSince, keeps }: RetryPlan, force: boolean): void {
  const [first] = undone;
  if (first !== undefined) {
    throw new RetryRefusedError(
      runId,
      `it has undone ${listed(undone)} when it failed. Fork it before "${first}", or start it again: that does ` +
        `what was undone anew`,
    );
  }
  if (keeps === 0) throw new RetryRefusedError(runId, 'it failed before its code began. Start the run again');
  const [done] = doneSince;
  if (done === undefined || force) return;
  throw new RetryRefusedError(
    runId,
    `after the failure it has done ${listed(doneSince)}. If going on is right all the same, retry with force: the run ` +
      `goes on as if that had not been done. Else fork it before an earlier step, or start it again`,
  );
}

const SHOWN = 5;

function listed(stepIds: readonly string[]): string {
  const shown = stepIds.slice(0, SHOWN).map((id) => `"${id}"`);
  const more = stepIds.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more steps` : shown.join(', ');
}

/** A child that was stopped with the run would fail it again. */
async function checkChild({ ports, store }: Preparing, runId: string, child: OpenChild): Promise<void> {
  if (child.isAbandoned || child.endedAs === 'completed') return;
  const there = child.endedAs ?? (await retryUnavailable(ports.clock, () => store.readRun(child.runId)))?.status;
  if (there === 'completed' || (there === undefined && !child.isStarted)) return;
  const became = there === undefined ? 'gone' : isClosed(there as RunItem['status']) ? there : 'being stopped';
  throw new RetryRefusedError(
    runId,
    `its child "${child.runId}", which it waits for, is ${became} since the run has ended. Fork the run before ` +
      `"${child.startedBy}", or start it again`,
  );
}

const REASON_CHARACTERS = 300;

interface Planned {
  readonly run: RunItem;
  readonly journal: readonly JournalEntry[];
  readonly plan: RetryPlan;
  readonly error: unknown;
}

function toPoint({ clock }: ClientPorts, { run, journal, plan, error }: Planned): RetryPoint {
  const { keeps, failedChildren } = plan;
  const deadlineAtMs = newDeadline(run, journal, clock.nowMs());
  return {
    kind: 'retry',
    number: journal.filter(({ kind }) => kind === 'retried').length + 1,
    keeps,
    reason: clampText(describeThrown(error), REASON_CHARACTERS),
    ...(deadlineAtMs === undefined ? {} : { deadlineAtMs }),
    ...(failedChildren.length === 0 ? {} : { children: failedChildren }),
  };
}

/** A run that has a timeout has all of it again. */
export function newDeadline(
  { createdAtMs, notBeforeMs = createdAtMs }: Pick<RunItem, 'createdAtMs' | 'notBeforeMs'>,
  [started]: readonly JournalEntry[],
  nowMs: number,
): number | undefined {
  if (started?.kind !== 'started' || started.deadlineAtMs === undefined) return undefined;
  return nowMs + Math.max(0, started.deadlineAtMs - notBeforeMs);
}

/** In order. True if one was not as it was seen. */
async function reopen(ports: ClientPorts, store: Store, reopenings: readonly Reopening[]): Promise<boolean> {
  for (const { run, point } of reopenings) {
    const { runId, epoch, dueAtMs: purgeAtMs, retries = 0 } = run;
    const retry = { epoch, purgeAtMs, retries: retries + 1, goesOnFrom: point };
    const retried = await retryUnavailable(ports.clock, async ({ isRepeat }) => {
      const answer = await store.retryRun(runId, retry);
      // Since the first request, which got no answer, the run may have gone on, and failed again.
      return isRepeat && answer.kind === 'changed' && answer.run.epoch > epoch ? ({ kind: 'done' } as const) : answer;
    });
    if (retried.kind === 'not-found') throw new RunNotFoundError(runId);
    if (retried.kind === 'changed') return true;
  }
  return false;
}
