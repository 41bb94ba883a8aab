/**
 * Starting a run: operation 1 of docs/protocol.md, with what comes before and after it.
 *
 * The input is stored before the run that refers to it; the run is created by one conditional write; then a wake is
 * sent. Dying in between leaves an unreferenced value, or a run that the sweeper wakes: never half a run.
 */
import { type Attributes, attributesProblem } from '../core/attributes.ts';
import { toMilliseconds, type Duration } from '../core/duration.ts';
import type { Encoded } from '../core/encoded.ts';
import type { WorkflowDefinition } from '../core/workflow.ts';
import { LONGEST_WAKE_DELAY_MS } from '../ports/limits.ts';
import type { ContentLimits } from '../ports/content-limits.ts';
import type { FirstTurnResult, FirstTurns } from '../ports/first-turns.ts';
import type { RunItem, StartedBy, StoredValue } from '../ports/run-item.ts';
import type { CreateRunResult, NewRun, Store } from '../ports/store.ts';
import type { CallPorts } from './call-ports.ts';
import { digestInput, encodeInput, isFormerDigest } from './encode-input.ts';
import { IdempotencyKeyReusedError, InvalidArgumentError, RunIdTakenError } from '../core/run-errors.ts';
import { checkNewRunId, runIdFromKey } from './identifiers.ts';
import { checkChoice, checkOptions } from './options.ts';
import { retryUnavailable } from './retry-unavailable.ts';
import { validateInput } from './validate-input.ts';
import { sendWake, deleteQuietly } from './best-effort.ts';

/** How a run is started. */
export interface StartOptions {
  /**
   * The run's id: 1 to 128 characters out of `A-Z a-z 0-9 . _ : -`, and not `.` or `..`. Without it, one is made up.
   * Starting the same workflow with the same input under an id that is taken gives the run that is there.
   */
  readonly id?: string | undefined;
  /** Instead of an id: calls with the same key and workflow start one run, however often they are repeated. */
  readonly idempotencyKey?: string | undefined;
  /**
   * What to do when the `id` is taken: `'fail'` always is a RunIdTakenError; `'use-existing'` gives the run that is
   * there, whatever its input. Without it, only a run with another input is an error. An id of another workflow's run
   * always is a RunIdTakenError.
   */
  readonly onConflict?: 'fail' | 'use-existing' | undefined;
  /** The run begins this much later. Default: at once. */
  readonly delay?: Duration | undefined;
  /**
   * How long the run may take, from its begin: then its code is cancelled, may clean up, and the run fails with a
   * TimeoutError. The workflow's own `timeout` holds if it is smaller. Default: that one, else none.
   */
  readonly timeout?: Duration | undefined;
  /**
   * Shown by `describe` and lists: texts, finite numbers, true and false, 1,000 bytes as JSON. The run's code may change
   * them. Default: none.
   */
  readonly attributes?: Attributes | undefined;
}

export interface StartRequest {
  /** The workflow's name. */
  readonly workflow: string;
  /** Its schema, its own timeout and its pool, where they are known here. */
  readonly definition?: WorkflowDefinition | undefined;
  readonly input: unknown;
  readonly options: StartOptions;
  /** It is to end by then, whatever its own timeout: what is left of its parent's. */
  readonly deadlineAtMs?: number | undefined;
  /** The run whose code asks for it. */
  readonly startedBy?: StartedBy;
  /** The time that it is for, where a schedule starts it. */
  readonly scheduledAtMs?: number | undefined;
}

/** An input up to this size is in the run item itself. */
export const INLINE_LIMIT_BYTES = 200;

export const START_OPTIONS = ['id', 'idempotencyKey', 'onConflict', 'delay', 'timeout', 'attributes'];

/** Starts the run, or finds the one that was started before; gives its id. */
export async function startRun(ports: CallPorts, request: StartRequest): Promise<string> {
  const { workflow, options } = request;
  const what = `the input of workflow "${workflow}"`;
  const { run, value, delayMs } = await toNewRun(ports, request);
  const store = await ports.openStore();
  const { runId, inputDigest, createdAtMs } = run;
  const wakes = await ports.openWakes();
  const create = async (toCreate: NewRun): Promise<NewRunCreation> => {
    const creation = await createNewRun(ports, store, toCreate, value);
    const mayBeTaken = options.id !== undefined || options.idempotencyKey !== undefined;
    if (creation.kind === 'created' && mayBeTaken) await keepInput(ports, store, run, value);
    return creation;
  };
  const first = await takeFirstTurn(ports, { run, value, create });
  if (first.kind === 'created') return runId; // and the turn has seen to what comes next
  const creation = first.kind === 'exists' ? first : await create(run);
  if (creation.kind === 'created') {
    if (run.needsWake !== true) await sendWake(ports, wakes, runId, delayMs);
    return runId;
  }

  const isFormer = isFormerDigest(creation.run.inputDigest, what, request.input);
  const existing = isFormer ? { ...creation.run, inputDigest } : creation.run;
  const { input } = run;
  if (input.kind === 'item' && keyOf(existing.input) !== input.key) {
    await forgetInput(ports, store, run);
  } else if (isSameStart(existing, run)) {
    // The network has sent this very creation twice, and answered the second. (An IdSource may give the same ids again.)
    await keepInput(ports, store, run, value);
  }
  checkExisting(existing, run, options);
  // The caller that created it may have died before it sent the wake.
  if (existing.status === 'pending' && existing.needsWake !== true) {
    await sendWake(ports, wakes, runId, Math.max(0, (existing.dueAtMs ?? 0) - createdAtMs));
  }
  return runId;
}

/** Where the client takes first turns: creates the run by that. */
async function takeFirstTurn(
  { firstTurns }: CallPorts,
  request: Parameters<FirstTurns['take']>[0],
): Promise<FirstTurnResult> {
  return firstTurns === undefined ? { kind: 'not-taken' } : firstTurns.take(request);
}

/** A run as it is to be created, with its input. Default: within the limits of the store. */
export async function toNewRun(
  ports: CallPorts,
  request: StartRequest,
  limits?: ContentLimits,
): Promise<{ readonly run: NewRun; readonly value: Encoded; readonly delayMs: number }> {
  const { workflow, definition, options } = request;
  const { runId, delayMs, timeoutMs } = readOptions(ports, workflow, options);
  const what = `the input of workflow "${workflow}"`;
  // Of what was given: a schema that fills in the time makes something new of it at each repeat.
  const inputDigest = digestInput(what, request.input);
  const given = await validateInput(workflow, request.input, definition);
  const { value, bytes } = encodeInput(what, given, limits ?? (await ports.openStore()).limits);
  const createdAtMs = ports.clock.nowMs();
  const ownTimeoutMs = Math.min(timeoutMs, definition?.timeoutMs ?? Infinity);
  const deadlineAtMs = Math.min(createdAtMs + delayMs + ownTimeoutMs, request.deadlineAtMs ?? Infinity);
  const run: NewRun = {
    runId,
    workflow,
    createdAtMs,
    input: placeInput(ports, { value, bytes }),
    inputDigest,
    ...(delayMs === 0 ? { dueAtMs: 0 } : { dueAtMs: createdAtMs + delayMs, notBeforeMs: createdAtMs + delayMs }),
    ...(deadlineAtMs === Infinity ? {} : { deadlineAtMs }),
    ...(delayMs > LONGEST_WAKE_DELAY_MS ? { needsWake: true } : {}),
    ...(request.startedBy === undefined ? {} : { startedBy: request.startedBy }),
    ...(request.scheduledAtMs === undefined ? {} : { scheduledAtMs: request.scheduledAtMs }),
    ...(options.attributes === undefined ? {} : { attributes: { ...options.attributes } }),
  };
  return { run, value, delayMs };
}

/** Where the input of a new run is to be. A key is this call's own: no other call refers to it, so it may be deleted again. */
export function placeInput(
  { ids }: CallPorts,
  { value, bytes }: { readonly value: Encoded; readonly bytes: number },
): StoredValue {
  return bytes <= INLINE_LIMIT_BYTES ? { kind: 'inline', value } : { kind: 'item', key: `input-${ids.messageId()}` };
}

/**
 * The purge of an earlier run of that id may have been under way, and have taken the input with it; or another sweeper,
 * which has seen the input there, takes it yet. What is put now none of them has seen, so it stays.
 */
export async function keepInput(
  ports: CallPorts,
  store: Store,
  { runId, input }: NewRun,
  value: Encoded,
): Promise<void> {
  if (input.kind === 'inline') return;
  await retryUnavailable(ports.clock, () => store.putValue(runId, input.key, value));
}

/** What was put for this call alone. */
export async function forgetInput(ports: CallPorts, store: Store, { runId, input }: NewRun): Promise<void> {
  if (input.kind === 'inline') return;
  await deleteQuietly(ports, `input of ${runId}`, () => store.deleteValue(runId, input.key));
}

interface ReadOptions {
  readonly runId: string;
  readonly delayMs: number;
  /** Infinity for none. */
  readonly timeoutMs: number;
}

function readOptions(ports: CallPorts, workflow: string, options: StartOptions): ReadOptions {
  checkOptions('start', options, START_OPTIONS);
  const { id, idempotencyKey, onConflict, delay = 0, timeout, attributes } = options;
  const problem = attributes === undefined ? undefined : attributesProblem(attributes, false);
  if (problem !== undefined) throw new InvalidArgumentError(`the attributes of a start ${problem}`);
  checkChoice('onConflict', onConflict, ['fail', 'use-existing']);
  if (id !== undefined && idempotencyKey !== undefined) {
    throw new InvalidArgumentError('start takes an id or an idempotencyKey, not both: each finds the run again');
  }
  if (onConflict !== undefined && id === undefined) {
    throw new InvalidArgumentError(`onConflict: '${onConflict}' says what to do when an id is taken: give the id too`);
  }
  const delayMs = toMilliseconds(delay, 'the delay of a start');
  const timeoutMs = timeout === undefined ? Infinity : toMilliseconds(timeout, 'the timeout of a start');
  const times = { delayMs, timeoutMs };
  if (id !== undefined) return { runId: checkNewRunId(id, workflow), ...times };
  if (idempotencyKey !== undefined) return { runId: runIdFromKey(workflow, idempotencyKey), ...times };
  return { runId: ports.ids.runId(ports.clock.nowMs()), ...times };
}

type NewRunCreation = Exclude<CreateRunResult, { readonly kind: 'deleted' }>;

/**
 * A run that is there after an attempt without an answer may be of this very call. An id whose run was deleted a moment ago
 * is a RunIdTakenError.
 */
export async function createNewRun(
  ports: CallPorts,
  store: Store,
  run: NewRun,
  value: Encoded,
): Promise<NewRunCreation> {
  const { input } = run;
  if (input.kind === 'item') await retryUnavailable(ports.clock, () => store.putValue(run.runId, input.key, value));
  const creation = await retryUnavailable(ports.clock, async ({ isRepeat }) => {
    const answer = await store.createRun(run);
    if (!isRepeat || answer.kind !== 'exists' || run.firstTurn !== undefined) return answer; // a nonce says it for sure
    return isOwn(answer.run, run) ? ({ kind: 'created' } as const) : answer;
  });
  if (creation.kind !== 'deleted') return creation;
  await forgetInput(ports, store, run);
  throw idNotFreeError(run.runId, creation.freeAtMs);
}

export function idNotFreeError(runId: string, freeAtMs: number): RunIdTakenError {
  const free = new Date(freeAtMs).toISOString();
  return new RunIdTakenError(runId, `: its run was deleted a moment ago, and the id is free again from ${free} on`);
}

/** Another call's run would have the same millisecond, workflow and input: then the two calls cannot be told apart. */
function isOwn(existing: RunItem, run: NewRun): boolean {
  const isSameInput = isSameStart(existing, run) && existing.createdAtMs === run.createdAtMs;
  // A run that has continued as new has another input by now.
  if (run.input.kind === 'inline' || existing.link !== undefined) return isSameInput;
  return keyOf(existing.input) === run.input.key;
}

export function keyOf(stored: StoredValue): string | undefined {
  return stored.kind === 'item' ? stored.key : undefined;
}

function isSameStart(existing: RunItem, run: NewRun): boolean {
  return existing.workflow === run.workflow && existing.inputDigest === run.inputDigest;
}

/** The step of a run that starts another one is carried out again: the run that is there is its own. */
function isStartedBySame({ startedBy: there }: RunItem, { startedBy }: NewRun): boolean {
  return startedBy !== undefined && there?.runId === startedBy.runId && there.step === startedBy.step;
}

/** A caller that may start a workflow may see its runs. A run of another workflow is always a conflict. */
function checkExisting(existing: RunItem, run: NewRun, { idempotencyKey, onConflict }: StartOptions): void {
  const { runId } = existing;
  if (existing.workflow !== run.workflow) {
    throw new RunIdTakenError(runId, `, and not by a run of workflow "${run.workflow}": choose another id`);
  }
  if (isStartedBySame(existing, run)) return;
  if (onConflict === 'use-existing') return;
  const isSame = isSameStart(existing, run);
  if (onConflict === undefined && isSame) return;
  if (idempotencyKey !== undefined) {
    const did = `has started run "${runId}" of workflow "${run.workflow}"`;
    throw new IdempotencyKeyReusedError(idempotencyKey, runId, { did, differs: 'input' });
  }
  const there = isSame ? 'has the same workflow and input' : `of workflow "${run.workflow}" has another input`;
  const advice = `Choose another id, or say onConflict: 'use-existing' to get the run that is there`;
  throw new RunIdTakenError(runId, `: that run ${there}. ${advice}`);
}
