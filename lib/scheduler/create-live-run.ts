/**
 * A run in memory, from its first event to its outcome.
 *
 * Its job: to order what one event leads to, to end the run as `asyncio.run` does (tasks that are still alive when
 * the body has ended are cancelled and awaited), and to know the outcome. Not its job: time, storage, replay.
 * Keeps I4 (one event at a time, to quiescence) and I10 (an endless loop has a limit and an error).
 */
import type { Awaitable } from '../core/awaitable.ts';
import { CancelledError, isCancelled, WorkflowCodeError } from '../core/errors.ts';
import { invariant } from '../core/invariant.ts';
import { withLoop } from '../core/loop.ts';
import { DEFAULT_RUN_LIMITS } from '../core/run-limits.ts';
import type { CommandEntry, CommandId, JournalEvent } from '../journal/event.ts';
import type { CoroutineTask } from './coroutine-task.ts';
import { type EventTarget, handleEvent } from './event-handlers.ts';
import { EventLoop } from './event-loop.ts';
import type { LiveRun, LiveRunOptions, Outcome, Pending } from './live-run.ts';
import { Patches } from './patches.ts';
import { PendingCommands } from './pending-commands.ts';
import { SignalBuffer } from './signal-buffer.ts';

/** A run that waits for its `started`. */
export function createLiveRun(options: LiveRunOptions): LiveRun {
  return new CoroutineRun(options);
}

class CoroutineRun implements LiveRun {
  readonly #options: LiveRunOptions;
  readonly #signals = new SignalBuffer();
  readonly #commands: PendingCommands;
  readonly #patches: Patches;
  readonly #loop: EventLoop;
  readonly #target: EventTarget;
  /** Random numbers that no command has counted yet. */
  #draws = 0;
  #nowMs = 0;
  #main: CoroutineTask<unknown> | undefined;
  #cancelRequested = false;
  #cancelReason = '';
  /** How many requests from outside the body had with that one: when it has fewer, its code has taken it back. */
  #requestsOnceCancelled = 0;
  /** What the run fails with if its body ends by being asked to stop. */
  #limitReached: Error | undefined;
  /** `ended`: the body is over and its end was noticed; what is left is being cancelled. */
  #body: 'going-on' | 'ended' = 'going-on';
  /** Cancelled because the body is over. */
  #leaving = new Set<CoroutineTask<unknown>>();
  #outcome: Outcome = { kind: 'going-on' };

  constructor(options: LiveRunOptions) {
    this.#options = options;
    const limits = { ...DEFAULT_RUN_LIMITS, ...options.limits };
    this.#commands = new PendingCommands({
      nowMs: () => this.#nowMs,
      signals: this.#signals,
      stepDefaults: options.stepDefaults,
      limits,
      recordedDueAtMs: (id) => options.recordedDueAtMs(id),
      digestArguments: (args) => options.digestArguments(args),
      takeDraws: () => this.#takeDraws(),
    });
    const { recordedPatches = new Set(), isReplaying = () => false } = options;
    this.#patches = new Patches({ recorded: recordedPatches, isReplaying });
    this.#loop = new EventLoop({
      info: options.info,
      commands: this.#commands,
      signals: this.#signals,
      patches: this.#patches,
      strict: options.strict,
      limits,
      nowMs: () => this.#nowMs,
      random: () => this.random(),
      log: (level, values) => options.log(level, values),
    });
    this.#target = {
      commands: this.#commands,
      signals: this.#signals,
      decode: (encoded) => options.decode(encoded),
      start: () => this.#start(),
      cancel: (reason) => this.#cancel(reason),
      stopAtLimit: (reason) => this.#stopAtLimit(reason),
    };
  }

  get pending(): ReadonlyMap<CommandId, Pending> {
    return this.#commands.pending;
  }

  outcome(): Outcome {
    return this.#outcome;
  }

  unreadSignals(): number {
    return this.#signals.size;
  }

  taskCount(): number {
    return this.#loop.taskCount();
  }

  nowMs(): number {
    return this.#nowMs;
  }

  random(): number {
    this.#draws += 1;
    return this.#options.random();
  }

  codeLocation(): string {
    return this.#loop.codeLocation();
  }

  deliver(event: JournalEvent, recordedUpTo: CommandId = Infinity): CommandEntry[] {
    this.#nowMs = Math.max(this.#nowMs, event.atMs);
    withLoop(this.#loop, () => {
      handleEvent(event, this.#target, recordedUpTo);
      this.#run();
    });
    const applied = this.#patches.takeApplied();
    const asked = this.#commands.takeIssued();
    return applied.length === 0 ? asked : [...applied, ...asked];
  }

  #takeDraws(): number {
    const draws = this.#draws;
    this.#draws = 0;
    return draws;
  }

  #start(): void {
    invariant(this.#main === undefined, 'a run was started twice');
    const { body } = this.#options;
    // The body is called by its task, so that what goes wrong in the call is the task's failure.
    const called: Awaitable<unknown> = { [Symbol.iterator]: () => body()[Symbol.iterator]() };
    this.#main = this.#loop.createTask(called);
    this.#main.addDoneCallback(() => (this.#body = 'ended'));
    if (this.#cancelRequested) this.#cancelBody(this.#main);
  }

  /** Cancelling a run twice is cancelling it once: the second request does not interrupt the clean-up of the first. */
  #cancel(reason: string): void {
    if (this.#outcome.kind !== 'going-on' || this.#isBeingCancelled()) return;
    this.#cancelRequested = true;
    this.#cancelReason = reason;
    if (this.#body === 'ended') this.#askToStop(reason);
    else if (this.#main !== undefined) this.#cancelBody(this.#main);
  }

  #cancelBody(main: CoroutineTask<unknown>): void {
    main.cancel(this.#cancelReason);
    this.#requestsOnceCancelled = main.cancellingFromOutside();
  }

  /** It was asked to cancel, and its code has not taken that back with `uncancel`. */
  #isBeingCancelled(): boolean {
    if (!this.#cancelRequested) return false;
    const main = this.#main;
    if (main === undefined || main.done()) return true;
    return main.cancelling() > 0 && main.cancellingFromOutside() >= this.#requestsOnceCancelled;
  }

  /** The run's code may clean up, as if it were cancelled (I9); then it has failed. */
  #stopAtLimit(reason: string): void {
    if (this.#outcome.kind !== 'going-on') return;
    this.#limitReached = new WorkflowCodeError('JOURNAL_TOO_LONG', reason);
    this.#askToStop(reason);
  }

  #askToStop(reason: string): void {
    if (this.#main === undefined || this.#main.cancel(reason)) return;
    // The body is over: only tasks that would not leave are left to ask.
    for (const task of this.#leaving) task.cancel(reason);
  }

  #run(): void {
    if (this.#outcome.kind !== 'going-on') return;
    const came = this.#loop.runToQuiescence(() => this.#afterRound());
    if (came === 'endless') this.#end({ kind: 'failed', error: this.#loop.endlessLoopError() });
  }

  /** As `asyncio.run` does: the round in which the body's end was noticed is finished, then the rest is cancelled. */
  #afterRound(): 'go-on' | 'stop' {
    if (this.#body === 'going-on') return 'go-on';
    for (const task of this.#leaving) if (task.done()) this.#leaving.delete(task);
    if (this.#leaving.size > 0) return 'go-on';
    // What an undo of a saga has created is cancelled when that is through.
    this.#leaving = new Set([...this.#loop.allTasks()].filter((task) => (task.shield() ?? task) === task));
    if (this.#leaving.size > 0) {
      for (const task of this.#leaving) task.cancel();
      return 'go-on';
    }
    this.#end(this.#outcomeOfBody());
    return 'stop';
  }

  #outcomeOfBody(): Outcome {
    try {
      return { kind: 'completed', value: this.#mainTask().result() };
    } catch (error) {
      if (!isCancelled(error)) return { kind: 'failed', error };
      if (!this.#cancelRequested) return { kind: 'failed', error: this.#limitReached ?? error };
      // A group that failed while it was cancelled has the cancellation thrown once more, without its message.
      return { kind: 'cancelled', error: error.message === '' ? new CancelledError(this.#cancelReason) : error };
    }
  }

  #end(outcome: Outcome): void {
    this.#outcome = outcome;
    this.#loop.reportUnseenFailures();
    this.#loop.close();
    this.#commands.clear();
  }

  #mainTask(): CoroutineTask<unknown> {
    invariant(this.#main !== undefined, 'the run was not started');
    return this.#main;
  }
}
