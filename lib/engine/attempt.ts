/**
 * One attempt of a step: runs the body within its limits, and reports how it ended, as the event to be recorded.
 *
 * Not its job: to decide when to begin, or to record. Keeps I5: the idempotency key is that of the step, so all attempts
 * share it. An attempt ends once: the result of a body that ends later is ignored.
 *
 * Tested by: test/engine/step-limits.test.ts, test/invariants/i5-step-once.test.ts
 */
import { decode } from '../codec/decode.ts';
import { LullError } from '../core/errors.ts';
import type { OperationOnOther } from '../core/operation.ts';
import { isPreparedTransaction, type TransactionWrite } from '../core/transaction/write.ts';
import { stepIdOf } from '../core/step-id.ts';
import { type Stream, streamSchema } from '../core/stream.ts';
import type { StepContext } from '../core/step.ts';
import { toError } from '../core/to-error.ts';
import { validOrThrow } from '../core/validate.ts';
import type { StepCompleted, StepFailed, StepHeartbeat, StepInterrupted, StepRetrying } from '../journal/event.ts';
import { isOfPayloadKey } from '../ports/world-errors.ts';
import type { PendingStep } from '../scheduler/live-run.ts';
import { writeAnswer } from './answer-update.ts';
import { callAtOrNever } from './call-at-or-never.ts';
import { Heartbeat } from './heartbeat.ts';
import { ContextOfAttempt } from './context-of-attempt.ts';
import { asOwner, type CodeOwner } from './owned-code.ts';
import type { RunSecrets } from './run-secrets.ts';
import type { Engine } from './settings.ts';
import { checkWrite } from './check-write.ts';
import type { StreamBuffer } from './stream-buffer.ts';
import { attemptsStarted, completionEvent, failureEvent, ofSensitive } from './step-events.ts';
import { limitAtMs, limitError } from './step-limits.ts';

export type AttemptEvent = StepCompleted | StepFailed | StepRetrying | StepHeartbeat | StepInterrupted;

/** When the turn began, when it has to end, and the number of its lease. */
export interface TurnLimits {
  readonly epoch: number;
  readonly beganAtMs: number;
  readonly endsByMs: number;
  /** It is taken where the run was started: a worker has more time. */
  readonly isStarters: boolean;
}

/** What an attempt needs to know of its run. */
export interface OfRun {
  /** The step's idempotency key, for instance: the same at each attempt (I5). */
  readonly secrets: RunSecrets;
  /** When the run's time is up. */
  readonly deadlineAtMs: number | undefined;
}

export interface AttemptOptions {
  readonly engine: Engine;
  readonly runId: string;
  readonly step: PendingStep;
  readonly ofRun: OfRun;
  readonly turn: TurnLimits;
  /** Takes what the body writes. */
  readonly streams: StreamBuffer;
  /** Heartbeats, then one of the others, once. With writes, it is to be recorded together with them. */
  readonly onEvent: (event: AttemptEvent, writes?: readonly TransactionWrite[]) => void;
  readonly onKeyAway: (error: Error) => void;
}

/** A body that has had this part of a turn will not be done within the next one either. */
const ALL_OF_A_TURN = 0.9;

export class Attempt {
  readonly #options: AttemptOptions;
  readonly #begunAtMs: number;
  /** Most bodies do not ask for their signal. */
  #abort: AbortController | undefined;
  #abortedFor: Error | undefined;
  readonly #heartbeat: Heartbeat;
  readonly #stopClock: () => void;
  readonly #owner: CodeOwner;
  #hasEnded = false;

  /** Begins the body now. UndecodableValueError if the details of its last heartbeat cannot be read. */
  constructor(options: AttemptOptions) {
    const { engine, step, onEvent } = options;
    const { clock } = engine;
    this.#options = options;
    const lastHeartbeat = step.lastHeartbeat === undefined ? undefined : decode(step.lastHeartbeat);
    const onSilence = (error: Error): void => {
      this.#fail(error);
    };
    this.#heartbeat = new Heartbeat({ engine, step, onEvent, onSilence });
    this.#begunAtMs = clock.nowMs();
    const limitMs = limitAtMs(step, this.#begunAtMs);
    const endsAtMs = Math.min(limitMs, options.turn.endsByMs);
    this.#stopClock = callAtOrNever(clock, limitMs, () => {
      this.#fail(limitError(step, clock.nowMs()));
    });

    // No spread: V8 would add the properties behind it one by one, at many times the price.
    const { runId, stepId, attempt } = identityOf(options);
    const context = new ContextOfAttempt({
      runId,
      stepId,
      attempt,
      idempotencyKey: () => options.ofRun.secrets.idempotencyKey(step),
      signal: () => this.#signal(),
      heartbeat: (details) => {
        if (!this.#hasEnded) this.#heartbeat.beat(details);
      },
      lastHeartbeat,
      write: (stream, value) => {
        this.#write(stream, value);
      },
      log: engine.log,
      remainingMs: () => Math.max(0, endsAtMs - clock.nowMs()),
    });
    this.#owner = {
      step: context,
      takeStray: (error) => {
        if (!this.#hasEnded) this.#fail(error);
        else logLeftBehind(options, error);
      },
    };
    this.#run(context);
  }

  /** The coroutine does not await the result any more: the body's signal is aborted, and nothing is recorded. */
  abort(reason: Error): void {
    this.#end(reason);
  }

  /**
   * The turn has to end: the next one begins the body again. A body that has had a whole turn has failed, and so has one
   * that begins once at most. What is asked of another run may take as long as that run, or the table, lets it wait.
   */
  cutOff(): void {
    const { engine, step, turn, onEvent } = this.#options;
    const atMs = engine.clock.nowMs();
    const reason = cutOffError(step, { ranMs: atMs - this.#begunAtMs, turnMs: atMs - turn.beganAtMs });
    const { operation, options } = step.command;
    if (operation === undefined && (options.atMostOnce === true || hadAllOf(turn, this.#begunAtMs))) {
      this.#fail(reason);
    } else if (this.#end(reason)) {
      this.#heartbeat.flush();
      onEvent({ kind: 'step-interrupted', id: step.id, atMs });
    }
  }

  #write(stream: Stream<unknown>, value: unknown): void {
    const { step, streams } = this.#options;
    checkWrite(step, stream, this.#hasEnded);
    streams.write(stream.name, validOrThrow(streamSchema(stream), value, `a value for stream "${stream.name}"`));
  }

  #run(context: StepContext): void {
    const { engine, step, onEvent } = this.#options;
    const running = new Promise<unknown>((resolve) => {
      resolve(asOwner(this.#owner, () => carryOut(this.#options, context)));
    });
    running.then(
      (value) => {
        if (!this.#end()) return;
        if (isPreparedTransaction(value)) onEvent(completionEvent(engine, step, value.result), value.writes);
        else onEvent(completionEvent(engine, step, value));
      },
      (thrown: unknown) => {
        if (step.command.operation !== undefined && isOfPayloadKey(thrown)) this.#options.onKeyAway(thrown);
        else this.#fail(toError(thrown));
      },
    );
  }

  #fail(error: Error): void {
    if (!this.#end(error)) return;
    const { engine, step, onEvent } = this.#options;
    this.#heartbeat.flush();
    onEvent(failureEvent(engine, step, error));
  }

  /** False: it has ended before. With a reason the body is aborted. */
  #end(reason?: Error): boolean {
    if (this.#hasEnded) return false;
    this.#hasEnded = true;
    this.#stopClock();
    this.#heartbeat.stop();
    this.#abortedFor = reason;
    if (reason !== undefined && this.#abort !== undefined) {
      const abort = this.#abort;
      asOwner(this.#owner, () => {
        abort.abort(reason);
      });
    }
    return true;
  }

  #signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (this.#abortedFor !== undefined) this.#abort.abort(this.#abortedFor);
    }
    return this.#abort.signal;
  }
}

/** Runs the author's body, or does outside of the run what the step asks for. */
function carryOut({ engine, step, ofRun, turn }: AttemptOptions, context: StepContext): unknown {
  const { command } = step;
  const { operation } = command;
  if (operation === undefined) return engine.callBody(command, context);
  if (operation.kind === 'answer') return writeAnswer(engine, operation, { name: command.name, epoch: turn.epoch });
  const { runId, idempotencyKey } = context;
  const { deadlineAtMs } = ofRun;
  const by = { runId, idempotencyKey, stepName: command.name, deadlineAtMs };
  return engine.operations.carryOut(operation as OperationOnOther, by);
}

/** What tells this attempt from all others. */
function identityOf({ runId, step }: AttemptOptions) {
  return { runId, stepId: stepIdOf({ name: step.command.name, id: step.id }), attempt: attemptsStarted(step) + 1 };
}

function logLeftBehind(options: AttemptOptions, error: Error): void {
  const { runId, stepId } = identityOf(options);
  const shown = ofSensitive(options.step) ?? { error };
  options.engine.log.error('a step has left an error behind, after its attempt ended', {
    runId,
    step: stepId,
    ...shown,
  });
}

function hadAllOf({ beganAtMs, endsByMs, isStarters }: TurnLimits, begunAtMs: number): boolean {
  return !isStarters && endsByMs - begunAtMs >= ALL_OF_A_TURN * (endsByMs - beganAtMs);
}

function cutOffError({ command }: PendingStep, { ranMs, turnMs }: { ranMs: number; turnMs: number }): LullError {
  return new LullError(
    'STEP_INTERRUPTED',
    `the worker's invocation came to its time limit while step "${command.name}" was running: it had run for ` +
      `${ranMs} ms of the turn's ${turnMs} ms. Make it shorter, or give the worker a longer timeout`,
  );
}
