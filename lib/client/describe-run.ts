/** A run as its caller sees it: where it stands, what it was given, how it ended. */
import { decode } from '../codec/decode.ts';
import type { Attributes } from '../core/attributes.ts';
import { toMilliseconds, type Duration } from '../core/duration.ts';
import { invariant } from '../core/invariant.ts';
import { isClosed, type OpenStatus, type RunStatus } from '../core/run-status.ts';
import type { Blocked, JournalUse, RunItem } from '../ports/run-item.ts';
import type { WaitsFor } from '../core/waits-for.ts';
import { pausedIn } from '../ports/paused-workflows.ts';
import { awaitEnd } from './await-result.ts';
import type { ClientPorts } from './client-ports.ts';
import { readWaitsFor } from './read-waits-for.ts';
import { retryUnavailable } from './retry-unavailable.ts';
import { readStoredValue, type RunEnd } from './run-value.ts';

/** What a list shows of a run. */
export interface RunSummary {
  readonly id: string;
  /** The workflow's name. */
  readonly workflow: string;
  readonly status: RunStatus;
  readonly createdAt: Date;
  /** Of a run that has ended. */
  readonly endedAt?: Date;
  /** What the run's code has set last with `setStatus`. */
  readonly customStatus?: unknown;
  /** Those of its start, and what its code has set with `setAttributes`. */
  readonly attributes?: Attributes;
}

/** What is known of a run beside what a list shows. */
export interface RunOrigin {
  /** Of a run that has continued as new: which link it is, from 2. The input is that of this link. */
  readonly link?: number;
  readonly input: unknown;
  /** The id of the run that started this one as its child. */
  readonly parent?: string;
  /** The time that the run is for, where a schedule has started it. */
  readonly scheduledAt?: Date;
  /**
   * Of a run with an unbounded history: how many events are behind the snapshot from which it goes on, and whether they are
   * archived or were dropped. Absent: its journal is whole.
   */
  readonly history?: { readonly events: number; readonly archived: boolean };
}

/** Why a run is blocked. It waits for code that can follow; a terminate ends it all the same. */
export interface BlockedDescription {
  /** In a sentence; at most 300 characters. The log of the worker has the whole. */
  readonly reason: string;
  readonly since: Date;
  /** Of the error: `NONDETERMINISM`, `WORKERS_LOST`, `JOURNAL_DAMAGED`, ... */
  readonly code?: string;
  /** What the journal has where the code does not follow, as in `#3 step "charge"`. */
  readonly recorded?: string;
  /** What the code does there, as in `asks for #3 step "charge card"`. */
  readonly requested?: string;
  /** Of the code that tried last. Other code tries as soon as it is deployed. */
  readonly version?: string;
}

/** The pause of a run's workflow. */
export interface WorkflowPausedDescription {
  readonly since: Date;
  /** As who paused it has said. */
  readonly reason?: string;
}

/** A run that goes on. */
export interface OpenRunDescription extends RunSummary, RunOrigin {
  readonly status: OpenStatus;
  /** When it goes on by itself, now if it is about to. Absent: it waits for something from outside, or for a resume. */
  readonly dueAt?: Date;
  /** When its time is up, where its start gave it a timeout or knew its workflow's: its code is asked to stop then. */
  readonly deadline?: Date;
  /** Since when it is paused. Steps that were under way then may be going on. */
  readonly pausedAt?: Date;
  /** It has something to do, and waits because its workflow is paused: since when, and why. */
  readonly workflowPaused?: WorkflowPausedDescription;
  /** The version of the worker that takes all its turns, where runs are pinned. */
  readonly pinnedTo?: string;
  /** Why it is blocked, and since when: its code cannot follow its journal. */
  readonly blocked?: BlockedDescription;
  /** How long its journal is, once it has come to 80% of a limit: at the limit the run is asked to stop, and fails. */
  readonly journal?: JournalUse;
  /** So many signals are unread that no more are accepted. */
  readonly unreadSignals?: number;
  /** Where it waits for places in pools, as of its last turn. Absent: nowhere. */
  readonly waitsForPools?: readonly PoolWaitDescription[];
  /** What it waits for, where that was asked for (`describe({ tasks: true })`). Absent: its first turn is to come. */
  readonly waitsFor?: WaitsFor;
}

/** A place in a pool that a run waits for. */
export interface PoolWaitDescription {
  readonly pool: string;
  /** Which step of the run, as the number in its `stepId`. Absent: the run itself, which has not begun. */
  readonly step?: number;
  readonly key?: string;
  readonly priority: number;
  /** Since when it could have begun. */
  readonly since: Date;
}

/** A run that has ended, with its `result`, its `error`, or the `reason` that its canceller or terminator gave. */
export type ClosedRunDescription = RunSummary & RunOrigin & { readonly endedAt: Date } & RunEnd;

/** What there is to say of a run: `status` tells which of the fields are there. */
export type RunDescription = OpenRunDescription | ClosedRunDescription;

/** Whether to wait for the end before a run is described. */
export interface DescribeOptions {
  /** Wait so long for the run to end before it is described as it is then. Default: not at all. */
  readonly wait?: Duration | undefined;
  /**
   * Says what an open run waits for, as `waitsFor`. It reads the journal, and replays the code where this client has it.
   * Default: false, which reads the run alone.
   */
  readonly tasks?: boolean | undefined;
  /**
   * With the tasks: the generator functions in which each waits, with their variables, where the code was compiled for frames.
   * What sensitive steps were given and gave is left out. Default: false.
   */
  readonly locals?: boolean | undefined;
}

export async function describeRun(
  ports: ClientPorts,
  runId: string,
  { wait = 0, locals = false, tasks = locals }: DescribeOptions,
): Promise<RunDescription> {
  const timeoutMs = toMilliseconds(wait, 'the wait of describe()');
  const { run, end } = await awaitEnd(ports, runId, { timeoutMs, unregistered: 'plain' });
  const store = await ports.openStore();
  const input = await retryUnavailable(ports.clock, () => readStoredValue(store, runId, run.input));
  const waitsFor = tasks && end === undefined ? await readWaitsFor(ports, run, { locals }) : undefined;
  const workflowPaused = run.isHeld ? await readPauseOf(ports, run.workflow) : undefined;
  return toDescription(run, { input, end, waitsFor, workflowPaused, nowMs: ports.clock.nowMs() });
}

/** Undefined: it was resumed, and the run is about to go on. */
async function readPauseOf(ports: ClientPorts, workflow: string): Promise<WorkflowPausedDescription | undefined> {
  const store = await ports.openStore();
  const list = await retryUnavailable(ports.clock, () => store.readWorkflowList());
  const { pausedAtMs, reason } = pausedIn(list).get(workflow) ?? {};
  if (pausedAtMs === undefined) return undefined;
  return { since: new Date(pausedAtMs), ...(reason === undefined ? {} : { reason }) };
}

/** Of what was read of a run. */
export function toSummary(
  run: Pick<RunItem, 'runId' | 'workflow' | 'status' | 'createdAtMs' | 'endedAtMs' | 'customStatus' | 'attributes'>,
): RunSummary {
  const { runId, workflow, status, createdAtMs, endedAtMs, attributes = {} } = run;
  const customStatus = run.customStatus === undefined ? undefined : decode(run.customStatus, { unregistered: 'plain' });
  return {
    id: runId,
    workflow,
    status,
    createdAt: new Date(createdAtMs),
    ...(endedAtMs === undefined ? {} : { endedAt: new Date(endedAtMs) }),
    ...(customStatus === undefined ? {} : { customStatus }),
    ...(Object.keys(attributes).length === 0 ? {} : { attributes }),
  };
}

interface ReadOfRun {
  readonly input: unknown;
  readonly end: RunEnd | undefined;
  readonly waitsFor: WaitsFor | undefined;
  readonly workflowPaused: WorkflowPausedDescription | undefined;
  readonly nowMs: number;
}

function toDescription(run: RunItem, read: ReadOfRun): RunDescription {
  const {
    status,
    dueAtMs,
    deadlineAtMs,
    pausedAtMs,
    pinnedTo,
    blocked,
    journal,
    unreadSignals,
    createdAtMs,
    endedAtMs = createdAtMs,
  } = run;
  const { input, end, waitsFor, workflowPaused, nowMs } = read;
  const waitsForResume = pausedAtMs !== undefined || workflowPaused !== undefined;
  const { link, startedBy, scheduledAtMs, base } = run;
  const origin: RunOrigin = {
    input,
    ...(link === undefined ? {} : { link }),
    ...(startedBy?.isParent === true ? { parent: startedBy.runId } : {}),
    ...(scheduledAtMs === undefined ? {} : { scheduledAt: new Date(scheduledAtMs) }),
    ...(base && { history: { events: base.events, archived: base.archive !== undefined } }),
  };
  if (end !== undefined) return { ...toSummary(run), endedAt: new Date(endedAtMs), ...origin, ...end };
  invariant(!isClosed(status), `run "${run.runId}" is ${status} and has no end`);
  return {
    ...toSummary(run),
    status,
    ...origin,
    ...(dueAtMs === undefined || waitsForResume ? {} : { dueAt: new Date(Math.max(dueAtMs, nowMs)) }),
    ...(deadlineAtMs === undefined ? {} : { deadline: new Date(deadlineAtMs) }),
    ...(pausedAtMs === undefined ? {} : { pausedAt: new Date(pausedAtMs) }),
    ...toPoolWaits(run),
    ...(workflowPaused === undefined ? {} : { workflowPaused }),
    ...(pinnedTo === undefined ? {} : { pinnedTo }),
    ...(blocked ? { blocked: toBlocked(blocked) } : {}),
    ...(journal ? { journal } : {}),
    ...(unreadSignals === undefined ? {} : { unreadSignals }),
    ...(waitsFor === undefined ? {} : { waitsFor }),
  };
}

function toBlocked({ reason, sinceMs, code, sides, version }: Blocked): BlockedDescription {
  return {
    reason,
    since: new Date(sinceMs),
    ...(code === undefined ? {} : { code }),
    ...sides,
    ...(version === undefined ? {} : { version }),
  };
}

function toPoolWaits({ placeWaits }: RunItem): Pick<OpenRunDescription, 'waitsForPools'> {
  if (placeWaits === undefined) return {};
  const waitsForPools = placeWaits.map(({ pool, waiter: { step, key, priority, sinceMs } }) => ({
    pool,
    ...(step === 0 ? {} : { step }),
    ...(key === undefined ? {} : { key }),
    priority,
    since: new Date(sinceMs),
  }));
  return { waitsForPools };
}
