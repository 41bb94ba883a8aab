/**
 * One attempt of a step: runs the body within its limits, and says how it ended, as the event to be recorded.
 *
 * Not its job: to decide when to begin, or to record. Keeps I5: the idempotency key is that of the step, so all attempts
 * share it; an attempt ends once, and what its body does after that counts for nothing.
 */
import { encode, encodedBytes } from '../codec/encode.ts';
import { encodeError } from '../codec/encode-error.ts';
import { decode } from '../codec/decode.ts';
import { toMilliseconds } from '../core/duration.ts';
import type { Encoded } from '../core/encoded.ts';
import { LullError, PayloadTooLargeError, StepFailedError, TimeoutError } from '../core/errors.ts';
import { nextAttempt, toRetryRule } from '../core/retry-policy.ts';
import type { StepContext } from '../core/step.ts';
import { messageOf, toError } from '../core/to-error.ts';
import type { StepCompleted, StepFailed, StepHeartbeat, StepInterrupted, StepRetrying } from '../journal/event.ts';
import type { Clock } from '../ports/clock.ts';
import { describeHigherLimit } from '../ports/content-limits.ts';
import type { PendingStep } from '../scheduler/live-run.ts';
import type { Engine } from './settings.ts';
import { asOwner, type CodeOwner } from './owned-code.ts';

export type AttemptEvent = StepCompleted | StepFailed | StepRetrying | StepHeartbeat | StepInterrupted;

export interface Attempt {
  /** The coroutine does not want it any more: the body is told by its signal, and nothing is recorded. */
  withdraw(reason: Error): void;
  /** The turn has to end: the body is begun again by the next one. One that had all of this one has failed. */
  cutOff(): void;
}

export interface AttemptOptions {
  readonly engine: Engine;
  readonly runId: string;
  readonly step: PendingStep;
  /** The step's: the same at each attempt (I5). */
  readonly idempotencyKey: string;
  /** When the turn began, and when it has to end. */
  readonly turn: { readonly beganAtMs: number; readonly endsByMs: number };
  /** Heartbeats, then one of the others, once. */
  onEvent(event: AttemptEvent): void;
}

/** Begins the body now. UndecodableValueError if what it is to be given cannot be read. */
export function beginAttempt(setting: AttemptOptions): Attempt {
  const { engine, step } = setting;
  const { clock } = engine;
  const lastHeartbeat = step.lastHeartbeat === undefined ? undefined : decode(step.lastHeartbeat);
  const abort = new AbortController();
  const heartbeat = createHeartbeat(setting, (error) => {
    fail(error);
  });
  const endsAtMs = Math.min(limitAtMs(step, clock.nowMs()), setting.turn.endsByMs);
  const stopClock = callAtOrNever(clock, limitAtMs(step, clock.nowMs()), () => {
    fail(new TimeoutError(`step "${step.command.name}" ${limitText(step, clock.nowMs())}`));
  });
  const begunAtMs = clock.nowMs();
  let ended = false;

  const end = (reason?: Error): boolean => {
    if (ended) return false;
    ended = true;
    stopClock();
    heartbeat.stop();
    if (reason !== undefined) asOwner(owner, () => abort.abort(reason));
    return true;
  };
  const fail = (error: Error): void => {
    if (!end(error)) return;
    heartbeat.flush();
    setting.onEvent(failureEvent(engine, step, error));
  };

  const context: StepContext = {
    ...identityOf(setting),
    signal: abort.signal,
    heartbeat: (details) => {
      if (!ended) heartbeat.beat(details);
    },
    lastHeartbeat,
    log: engine.log,
    remainingMs: () => Math.max(0, endsAtMs - clock.nowMs()),
  };
  const owner: CodeOwner = {
    step: context,
    takeStray(error) {
      if (!ended) fail(error);
      else logLeftBehind(setting, error);
    },
  };
  const running = new Promise<unknown>((resolve) => {
    resolve(asOwner(owner, () => engine.callBody(step.command, context)));
  });
  running.then(
    (value) => {
      if (!end()) return;
      setting.onEvent(completionEvent(engine, step, value));
    },
    (thrown: unknown) => {
      fail(toError(thrown));
    },
  );
  const cutOff = (): void => {
    const atMs = clock.nowMs();
    const reason = cutOffError(step, { ranMs: atMs - begunAtMs, turnMs: atMs - setting.turn.beganAtMs });
    if (step.command.options.atMostOnce === true || hadAllOf(setting.turn, begunAtMs)) {
      fail(reason);
    } else if (end(reason)) {
      heartbeat.flush();
      setting.onEvent({ kind: 'step-interrupted', id: step.id, atMs });
    }
  };
  return { withdraw: (reason) => void end(reason), cutOff };
}

/** What tells this attempt from all others. */
function identityOf({ runId, step, idempotencyKey }: AttemptOptions) {
  return { runId, stepId: `${step.command.name}#${step.id}`, attempt: attemptsStarted(step) + 1, idempotencyKey };
}

function logLeftBehind(setting: AttemptOptions, error: Error): void {
  const { runId, stepId } = identityOf(setting);
  setting.engine.log.error('a step has left an error behind, after its attempt ended', { runId, step: stepId, error });
}

/** How often the body was begun before this attempt. */
export function attemptsStarted(step: PendingStep): number {
  return step.failedAttempts + step.interruptions + step.cutOffs;
}

/** A body that has had this part of a turn will not be done within the next one either. */
const ALL_OF_A_TURN = 0.9;

function hadAllOf({ beganAtMs, endsByMs }: AttemptOptions['turn'], begunAtMs: number): boolean {
  return endsByMs - begunAtMs >= ALL_OF_A_TURN * (endsByMs - beganAtMs);
}

function cutOffError({ command }: PendingStep, { ranMs, turnMs }: { ranMs: number; turnMs: number }): LullError {
  return new LullError(
    'STEP_INTERRUPTED',
    `the worker's invocation came to its time limit while step "${command.name}" was running: it had run for ` +
      `${ranMs} ms of the turn's ${turnMs} ms. Make it shorter, or give the worker a longer timeout`,
  );
}

/** Why a body is not begun, although its step waits for it; undefined if it is. */
export function whyTooLate(step: PendingStep, nowMs: number): TimeoutError | undefined {
  if (nowMs < totalLimitAtMs(step)) return undefined;
  return new TimeoutError(`step "${step.command.name}" ${limitText(step, nowMs)}`);
}

function completionEvent(engine: Engine, step: PendingStep, value: unknown): StepCompleted | StepFailed {
  const what = `the result of step "${step.command.name}"`;
  try {
    const encoded = encode(value, what);
    const bytes = encodedBytes(encoded);
    if (bytes > engine.maxValueBytes) {
      throw new PayloadTooLargeError(
        `${what} has ${bytes} bytes, the limit is ${engine.maxValueBytes}: store it elsewhere in the step, return its key` +
          describeHigherLimit(engine.store.limits, 'valueBytes'),
      );
    }
    return { kind: 'step-completed', id: step.id, atMs: engine.clock.nowMs(), value: encoded };
  } catch (error) {
    // The effect has happened, so trying again would only repeat it.
    return failedEvent(engine, step, toError(error));
  }
}

/** Whatever a policy does: an attempt that ended in no event would keep its turn waiting for ever. */
function failureEvent(engine: Engine, step: PendingStep, error: Error): StepFailed | StepRetrying {
  try {
    return nextAfterFailure(engine, step, error);
  } catch (mistake) {
    return failedEvent(engine, step, toError(mistake));
  }
}

function nextAfterFailure(engine: Engine, step: PendingStep, error: Error): StepFailed | StepRetrying {
  const { options } = step.command;
  if (options.atMostOnce === true) return failedEvent(engine, step, error);
  const failedAttempts = step.failedAttempts + 1;
  const rule = toRetryRule(options.retry, `the retry policy of step "${step.command.name}"`);
  const next = nextAttempt(rule, { error, failedAttempts, random01: engine.random() });
  if (next.kind === 'give-up') return failedEvent(engine, step, toError(next.error));
  const atMs = engine.clock.nowMs();
  const retryAtMs = atMs + next.delayMs;
  if (retryAtMs >= totalLimitAtMs(step)) return failedEvent(engine, step, error);
  return {
    kind: 'step-retrying',
    id: step.id,
    atMs,
    attempt: failedAttempts,
    error: storableError(engine, error, step),
    retryAtMs,
  };
}

/** The step's end in failure, after this attempt. */
export function failedEvent(engine: Engine, step: PendingStep, cause: Error): StepFailed {
  const { name } = step.command;
  const attempts = attemptsStarted(step) + 1;
  const times = attempts === 1 ? 'its only attempt' : `${attempts} attempts`;
  const failure = new StepFailedError(name, attempts, `step "${name}" failed after ${times}: ${messageOf(cause)}`, {
    cause,
  });
  delete failure.stack; // it shows the engine, not the step
  return { kind: 'step-failed', id: step.id, atMs: engine.clock.nowMs(), error: storableError(engine, failure, step) };
}

function storableError(engine: Engine, error: Error, step: PendingStep): Encoded {
  const what = `the error of step "${step.command.name}"`;
  const encoded = encodeError(error, what);
  const bytes = encodedBytes(encoded);
  if (bytes <= engine.maxValueBytes) return encoded;
  const message = `${messageOf(error).slice(0, 1_000)} (shortened: the error had ${bytes} bytes)`;
  if (error instanceof StepFailedError) {
    return encodeError(new StepFailedError(error.step, error.attempts, message), what);
  }
  return encodeError(new Error(message), what);
}

// ---- limits

function totalLimitAtMs({ command, requestedAtMs }: PendingStep): number {
  const { totalTimeout } = command.options;
  if (totalTimeout === undefined) return Infinity;
  return requestedAtMs + toMilliseconds(totalTimeout, `totalTimeout of step "${command.name}"`);
}

function limitAtMs(step: PendingStep, nowMs: number): number {
  const { timeout } = step.command.options;
  const own =
    timeout === undefined ? Infinity : nowMs + toMilliseconds(timeout, `timeout of step "${step.command.name}"`);
  return Math.min(own, totalLimitAtMs(step));
}

function limitText(step: PendingStep, nowMs: number): string {
  const { timeout, totalTimeout } = step.command.options;
  return nowMs >= totalLimitAtMs(step)
    ? `was not done within its totalTimeout of ${JSON.stringify(totalTimeout)}`
    : `took longer than its timeout of ${JSON.stringify(timeout)}`;
}

function callAtOrNever(clock: Clock, atMs: number, callback: () => void): () => void {
  return atMs === Infinity ? () => undefined : clock.callAt(atMs, callback);
}

// ---- heartbeats

interface Heartbeat {
  beat(details: unknown): void;
  /** Records the details that are not recorded yet. */
  flush(): void;
  stop(): void;
}

/** A record that the table does not take would end each turn in an error. */
function encodeDetails({ maxValueBytes }: Engine, name: string, details: unknown): Encoded {
  const what = `the heartbeat details of step "${name}"`;
  const encoded = encode(details, what);
  const bytes = encodedBytes(encoded);
  if (bytes <= maxValueBytes) return encoded;
  throw new PayloadTooLargeError(`${what} have ${bytes} bytes, the limit is ${maxValueBytes}: give a key to them`);
}

/** Watches for silence, and records details not more often than needed: a record for each would cost a write each. */
function createHeartbeat(setting: AttemptOptions, onSilence: (error: Error) => void): Heartbeat {
  const { engine, step } = setting;
  const { name, options } = step.command;
  const limitMs =
    options.heartbeatTimeout === undefined
      ? Infinity
      : toMilliseconds(options.heartbeatTimeout, `heartbeatTimeout of step "${name}"`);
  let recordedAtMs = engine.clock.nowMs();
  let unrecorded: Encoded | undefined;
  let cancelWatch = (): void => undefined;

  const watch = (): void => {
    cancelWatch();
    cancelWatch = callAtOrNever(engine.clock, engine.clock.nowMs() + limitMs, () => {
      onSilence(new TimeoutError(`step "${name}" gave no heartbeat for ${JSON.stringify(options.heartbeatTimeout)}`));
    });
  };
  const flush = (): void => {
    if (unrecorded === undefined) return;
    recordedAtMs = engine.clock.nowMs();
    setting.onEvent({ kind: 'step-heartbeat', id: step.id, atMs: recordedAtMs, details: unrecorded });
    unrecorded = undefined;
  };

  watch();
  return {
    beat(details) {
      watch();
      if (details === undefined) return;
      unrecorded = encodeDetails(engine, name, details);
      if (engine.clock.nowMs() - recordedAtMs >= engine.leaseMs / 3) flush();
    },
    flush,
    stop: () => {
      cancelWatch();
    },
  };
}
