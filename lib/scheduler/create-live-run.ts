/**
 * A run in memory, from its first event to its outcome.
 *
 * Its job: to deliver an event and run what it makes ready, to end the run as `asyncio.run` does (tasks that are still
 * alive when the body has ended are cancelled and awaited), and to know the outcome. Not its job: time, storage,
 * replay. Keeps I4 (one event at a time, to quiescence) and I10 (an endless loop has a limit and an error).
 */
import type { Encoded } from '../core/encoded.ts';
import type { StepCommand } from '../core/command.ts';
import { CancelledError, isCancelled, NondeterminismError, TimeoutError, WorkflowCodeError } from '../core/errors.ts';
import { ADD_WATCHER } from '../core/future.ts';
import { invariant } from '../core/invariant.ts';
import type { Watcher } from '../core/job.ts';
import { withLoop } from '../core/loop.ts';
import { whileReading } from '../core/reading.ts';
import { DEFAULT_RUN_LIMITS } from '../core/run-limits.ts';
import type { TaskFrame } from '../core/task-frame.ts';
import type { TaskState } from '../core/task-state.ts';
import type { CommandEntry, CommandId, JournalEvent, Retried, UpdateReceived } from '../journal/event.ts';
import type { CoroutineTask } from './coroutine-task.ts';
import { CountedRandom } from './counted-random.ts';
import { type EventTarget, handleEvent } from './event-handlers.ts';
import { EventLoop, type RoundWatcher } from './event-loop.ts';
import type { LackOfCallSites, LiveRun, LiveRunOptions, Outcome, Pending } from './live-run.ts';
import { RunHost } from './run-host.ts';
import type { Shown } from './shown-by-code.ts';
import { UndoPhase } from './undo-phase.ts';
import { Updates } from './updates.ts';
import { WorkflowBody } from './workflow-body.ts';

/** A run that waits for its `started`. */
export function createLiveRun(options: LiveRunOptions): LiveRun {
  return new CoroutineRun(options);
}

/** Whether a value is a run that `createLiveRun` has made, in this process or in the one that stored it. */
export function isLiveRun(value: unknown): value is LiveRun {
  return value instanceof CoroutineRun;
}

class CoroutineRun implements LiveRun, EventTarget, RoundWatcher, Watcher {
  readonly #host: RunHost;
  readonly #random: CountedRandom;
  readonly link: number;
  readonly #loop: EventLoop;
  readonly #updates: Updates;
  /** The task of the workflow's body; created by the `started` event. */
  #main: CoroutineTask<unknown> | undefined;
  /** Set by the first `cancel-requested`; never cleared, though the code may take the request back. */
  #cancelRequested = false;
  #cancelReason = '';
  /** How many requests from outside the body had with that one: when it has fewer, its code has taken it back. */
  #requestsOnceCancelled = 0;
  /** The error with which the run fails if its body ends with a CancelledError. Set by `limit-reached`. */
  #limitReached: Error | undefined;
  /** When the run's time is up. Set by `started`, taken away by `deadline-passed`. */
  #deadlineAtMs: number | undefined;
  /** Why the run's time was up, once its code was asked to stop for it: whatever the body throws then, the run fails by this. */
  #timeUp: string | undefined;
  /** `ended`: the body is over and its end was noticed; the tasks that are left are being cancelled. */
  #body: 'going-on' | 'ended' = 'going-on';
  /** Tasks that were cancelled because the body is over, and are not done yet. */
  #leaving = new Set<CoroutineTask<unknown>>();
  /** How the run ends once its steps are undone. Set when the body and all that it left have ended. */
  #ending: Outcome | undefined;
  readonly #undos: UndoPhase;
  readonly #doneByOther: ReadonlySet<CommandId>;
  /** Leaves `going-on` once, in `#end`. */
  #outcome: Outcome = { kind: 'going-on' };

  constructor(options: LiveRunOptions) {
    const { info, random, stepDefaults, doneByOther = new Set() } = options;
    const { strict, tracesAwaits = false } = options;
    const limits = { ...DEFAULT_RUN_LIMITS, ...options.limits };
    this.link = options.link ?? 1;
    this.#host = new RunHost(options);
    this.#random = new CountedRandom(random);
    this.#undos = new UndoPhase(this.#host);
    this.#doneByOther = doneByOther;
    this.#loop = new EventLoop({
      ...{ info, stepDefaults, strict, tracesAwaits },
      ...{ host: this.#host, random: this.#random, limits },
    });
    this.#updates = new Updates(this.#loop, limits.maxTasks);
  }

  get commands(): EventLoop['commands'] {
    return this.#loop.commands;
  }

  get callbacks(): EventLoop['callbacks'] {
    return this.#loop.callbacks;
  }

  get signals(): EventLoop['signals'] {
    return this.#loop.signals;
  }

  get runEnds(): EventLoop['runEnds'] {
    return this.#loop.runEnds;
  }

  get streams(): EventLoop['streams'] {
    return this.#loop.streams;
  }

  get pending(): ReadonlyMap<CommandId, Pending> {
    return this.commands.pending;
  }

  withdrawals(): number {
    return this.commands.withdrawals;
  }

  outcome(): Outcome {
    return this.#outcome;
  }

  deadlineAtMs(): number | undefined {
    return this.#outcome.kind === 'going-on' ? this.#deadlineAtMs : undefined;
  }

  undos(): ReturnType<LiveRun['undos']> {
    if (this.#undos.hasBegun()) return this.#outcome.kind === 'going-on' ? 'under-way' : 'none';
    return this.#undos.isNeeded() ? 'to-come' : 'none';
  }

  unreadSignals(): number {
    return this.signals.size;
  }

  shown(): Shown | undefined {
    return this.#loop.display.shown;
  }

  unreadSignalIds(): readonly string[] {
    return this.signals.messageIds();
  }

  taskCount(): number {
    return this.#loop.tasks.size;
  }

  nowMs(): number {
    return this.#loop.clock.nowMs();
  }

  random(): number {
    return this.#random.next();
  }

  traceAwaits(): void {
    this.#loop.traceAwaits();
  }

  taskStates(atMost: number): readonly TaskState[] {
    const { awaits, commands, runEnds, tasks } = this.#loop;
    if (awaits === undefined) return [];
    const known = { commands: commands.byFuture(), runs: runEnds.waiting(), pending: commands.pending };
    return awaits.statesOf([...tasks.all()].slice(0, atMost), known);
  }

  taskFrames(atMost: number, secrets: readonly unknown[]): ReadonlyMap<string, readonly TaskFrame[]> {
    const { awaits, tasks } = this.#loop;
    return awaits?.framesOf([...tasks.all()].slice(0, atMost), secrets) ?? new Map();
  }

  codeLocation(): string {
    return this.#loop.tasks.codeLocation();
  }

  queryNames(): readonly string[] {
    return this.#loop.handlers.queryNames();
  }

  askQuery(name: string, args: unknown): unknown {
    const handler = this.#loop.handlers.query(name);
    invariant(handler !== undefined, `query "${name}" has no handler`);
    return withLoop(this.#loop, () => whileReading(`the handler of query "${name}"`, () => handler(args as never)));
  }

  checkCallback(id: CommandId, value: unknown): unknown {
    const { name, target } = this.commands.find('callback', id);
    withLoop(this.#loop, () => {
      whileReading(`the schema of callback "${name}"`, () => {
        target.check(value);
      });
    });
    return undefined;
  }

  deliver(event: JournalEvent, recordedUpTo: CommandId = Infinity): CommandEntry[] {
    this.#host.beginDelivery();
    this.#loop.clock.advanceTo(event.atMs);
    withLoop(this.#loop, () => {
      handleEvent(event, this, recordedUpTo);
      this.#run();
    });
    const applied = this.#loop.patches.takeApplied();
    const issued = this.commands.takeIssued();
    if (this.lackOfCallSites() !== undefined) return [];
    return applied.length === 0 ? issued : [...applied, ...issued];
  }

  lackOfCallSites(): LackOfCallSites | undefined {
    return this.#host.lackOfCallSites();
  }

  handlesUpdate(name: string): boolean {
    return this.#outcome.kind === 'going-on' && this.#updates.handles(name);
  }

  checkUpdate(name: string, input: unknown): void {
    withLoop(this.#loop, () => {
      this.#updates.check(name, input);
    });
  }

  beginUpdate(event: UpdateReceived): void {
    if (this.#outcome.kind !== 'going-on') return;
    if (!this.#updates.handles(event.name)) throw noHandler(event.name);
    this.#updates.begin(event, this.#host.decode(event.args));
  }

  decode(encoded: Encoded): unknown {
    return this.#host.decode(encoded);
  }

  start(deadlineAtMs: number | undefined): void {
    invariant(this.#main === undefined, 'a run was started twice');
    this.#deadlineAtMs = deadlineAtMs;
    this.#main = this.#loop.tasks.create(new WorkflowBody(this.#host));
    this.#main[ADD_WATCHER](this);
    this.#loop.continuation.body = this.#main;
    if (this.#cancelRequested) this.#cancelBody(this.#main);
  }

  bodyCoroutine(): object | undefined {
    return this.#main?.coroutine();
  }

  /** The body is over. */
  futureDone(): void {
    this.#body = 'ended';
    this.#updates.bodyEnded();
  }

  /** Cancelling a run twice is cancelling it once: the second request does not interrupt the clean-up of the first. */
  cancel(reason: string): void {
    if (this.#outcome.kind !== 'going-on' || this.#isBeingCancelled()) return;
    this.#cancelRequested = true;
    this.#cancelReason = reason;
    if (this.#body === 'ended') this.#askToStop(reason);
    else if (this.#main !== undefined) this.#cancelBody(this.#main);
  }

  stepCompleted({ id, command }: { readonly id: CommandId; readonly command: StepCommand }, result: Encoded): void {
    if (!this.#doneByOther.has(id)) this.#undos.stepCompleted(command, result);
  }

  triedAgain({ deadlineAtMs, number }: Retried): void {
    this.#deadlineAtMs = deadlineAtMs;
    this.#loop.info = { ...this.#loop.info, attempt: number + 1 };
  }

  lastCommandId(): CommandId {
    return this.commands.lastId;
  }

  /** A run that is being undone already goes on with that. */
  terminate(reason: string): void {
    if (this.#outcome.kind !== 'going-on' || this.#undos.hasBegun()) return;
    this.#endCodeWith({ kind: 'terminated', error: new CancelledError(reason) });
  }

  /** The body may have ended already: what it left behind came too late for it, and before the end was written. */
  stopCode(error: unknown): void {
    const { kind } = this.#outcome;
    if (this.#undos.hasBegun() || kind === 'failed' || kind === 'cancelled' || kind === 'terminated') return;
    this.#outcome = { kind: 'going-on' };
    this.#endCodeWith({ kind: 'failed', error });
  }

  /** Ends the code where it is; then its steps are undone. */
  #endCodeWith(outcome: Outcome): void {
    this.#loop.abandon();
    this.#updates.abandon();
    this.#body = 'ended';
    this.#leaving.clear();
    this.#ending = outcome;
    if (!this.#undos.begin(this.#loop.tasks)) this.#end(this.#undos.addErrors(outcome));
  }

  #cancelBody(main: CoroutineTask<unknown>): void {
    main.cancel(this.#cancelReason);
    this.#requestsOnceCancelled = main.cancellingFromOutside();
  }

  /** The run was cancelled, and its code has not taken that back with `uncancel`. */
  #isBeingCancelled(): boolean {
    if (!this.#cancelRequested) return false;
    const main = this.#main;
    if (main === undefined || main.done()) return true;
    return main.cancelling() > 0 && main.cancellingFromOutside() >= this.#requestsOnceCancelled;
  }

  /** The run's code may clean up, as if it were cancelled (I9); then the run fails. */
  stopAtLimit(reason: string): void {
    if (this.#outcome.kind !== 'going-on') return;
    this.#limitReached = new WorkflowCodeError('JOURNAL_TOO_LONG', reason);
    this.#askToStop(reason);
  }

  /** As asyncio's `timeout` around the whole body. A body that ends with a result all the same has completed. */
  stopAtDeadline(reason: string): void {
    this.#deadlineAtMs = undefined;
    if (this.#outcome.kind !== 'going-on') return;
    if (this.#body === 'going-on') this.#timeUp = reason;
    this.#askToStop(reason);
  }

  #askToStop(reason: string): void {
    if (this.#main === undefined || this.#main.cancel(reason)) return;
    // The body is over: only the tasks that have not ended yet can be cancelled.
    for (const task of this.#leaving) task.cancel(reason);
  }

  #run(): void {
    while (this.#outcome.kind === 'going-on' && this.#loop.runToQuiescence(this) === 'endless') {
      const error = this.#loop.endlessLoopError();
      if (this.#undos.hasBegun()) this.#undos.failed(error);
      this.#endCodeWith(this.#ending ?? { kind: 'failed', error });
    }
  }

  /** As `asyncio.run` does: the round in which the body's end was noticed is finished, then the rest is cancelled. */
  roundEnded(): 'go-on' | 'stop' {
    if (this.#body === 'going-on') return 'go-on';
    for (const task of this.#leaving) if (task.done()) this.#leaving.delete(task);
    if (this.#leaving.size > 0) return 'go-on';
    // Tasks that an undo of a saga has created are cancelled after the undo has ended.
    this.#leaving = new Set([...this.#loop.tasks.all()].filter((task) => (task.shield() ?? task) === task));
    if (this.#leaving.size > 0) {
      for (const task of this.#leaving) task.cancel();
      return 'go-on';
    }
    this.#ending ??= this.#outcomeOfBody();
    const isGood = this.#ending.kind === 'completed' || this.#ending.kind === 'continued';
    if (!isGood && this.#undos.begin(this.#loop.tasks)) return 'go-on';
    if (!this.#updates.areSettled) return 'go-on'; // the answers of updates that have ended are still to be written
    this.#end(this.#undos.addErrors(this.#ending));
    return 'stop';
  }

  #outcomeOfBody(): Outcome {
    try {
      const value = this.#mainTask().result();
      const { input } = this.#loop.continuation;
      return input === undefined ? this.#outcomeOfResult(value) : { kind: 'continued', input };
    } catch (error) {
      const isCancelledToo = isCancelled(error) && this.#cancelRequested;
      if (this.#timeUp !== undefined && !isCancelledToo) {
        return { kind: 'failed', error: new TimeoutError(this.#timeUp, { cause: error }) };
      }
      if (!isCancelled(error)) return { kind: 'failed', error };
      if (!this.#cancelRequested) return { kind: 'failed', error: this.#limitReached ?? error };
      // After a group that failed while it was cancelled, the cancellation is thrown once more, without its message.
      return { kind: 'cancelled', error: error.message === '' ? new CancelledError(this.#cancelReason) : error };
    }
  }

  /** A result that cannot be stored makes the run fail: then there is something to undo. */
  #outcomeOfResult(value: unknown): Outcome {
    if (!this.#undos.isNeeded()) return { kind: 'completed', value };
    try {
      this.#host.checkResult(value);
      return { kind: 'completed', value };
    } catch (error) {
      return { kind: 'failed', error };
    }
  }

  #end(outcome: Outcome): void {
    this.#outcome = outcome;
    this.#loop.close();
  }

  #mainTask(): CoroutineTask<unknown> {
    invariant(this.#main !== undefined, 'the run was not started');
    return this.#main;
  }
}

function noHandler(name: string): NondeterminismError {
  return new NondeterminismError(
    `the code has no handler for update "${name}" here, and had one when the update came: call handle() where it was called`,
  );
}
