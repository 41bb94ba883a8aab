/**
 * The loop of one run: runs ready jobs in the order in which they became ready, in rounds, as asyncio's `_run_once`.
 *
 *   an event is delivered                      code calls cancel(), setResult(), createTask(), ...
 *            |                                                     |
 *            v                                                     v
 *   the future of a command is done  ----------------->  a future is done
 *                                                                  |  each of its watchers: a job `notify`
 *                                                                  v
 *   +------------------------------- ready queue --------------------------------+
 *   |  this round, oldest first              behind it: made ready in this round |  <--  next round: timers that
 *   +----------------------------------------------------------------------------+       were due when they were set
 *            |  shift
 *            v
 *   a task is resumed, runs to its next `yield`, and waits: as a watcher of a future (its waiter)
 *
 * When the queue is empty, every task waits for the future of a command, or for one that a waiting task will make done:
 * the run is at rest. Then all that is here is data: see run-host.ts for the host's functions. Tasks that wait until a
 * predicate holds are called between two rounds: see waiting-predicates.ts.
 *
 * Not its job: to decide which event is delivered when (the driver of the run), or what a command means to the world.
 * It keeps I4's second half: between two events it runs until nothing can move.
 */
import { WorkflowCodeError } from '../core/errors.ts';
import { InvariantError } from '../core/invariant.ts';
import type { Job } from '../core/job.ts';
import type { Loop } from '../core/loop.ts';
import type { RunInfo } from '../core/run-info.ts';
import type { RunLimits } from '../core/run-limits.ts';
import type { StepDefaults } from '../core/step.ts';
import { AwaitTrace } from './await-trace.ts';
import { AwaitableRegistry } from './awaitable-registry.ts';
import { Callbacks } from './callbacks.ts';
import { Continuation } from './continuation.ts';
import type { CoroutineTask } from './coroutine-task.ts';
import type { CountedRandom } from './counted-random.ts';
import { Handlers } from './handlers.ts';
import { Patches } from './patches.ts';
import { PendingCommands } from './pending-commands.ts';
import { ReadyQueue } from './ready-queue.ts';
import { RunClock } from './run-clock.ts';
import { RunEnds } from './run-ends.ts';
import type { RunHost } from './run-host.ts';
import { ShownByCode } from './shown-by-code.ts';
import type { SignalBuffer } from './signal-buffer.ts';
import { WritesOfCode } from './stream-writes.ts';
import { TaskRegistry } from './task-registry.ts';
import { UnseenFailures } from './unseen-failures.ts';
import { WaitingPredicates } from './waiting-predicates.ts';

export interface EventLoopOptions {
  readonly info: RunInfo;
  readonly host: RunHost;
  readonly random: CountedRandom;
  readonly stepDefaults: StepDefaults | undefined;
  readonly limits: RunLimits;
  readonly strict: boolean;
  /** Remembers what its tasks wait for, and where. */
  readonly tracesAwaits: boolean;
}

/** Asked after each round whether the run goes on. */
export interface RoundWatcher {
  roundEnded(): 'go-on' | 'stop';
}

export class EventLoop implements Loop {
  /** Of the attempt that goes on: a run that is tried again is the next one. */
  info: RunInfo;
  readonly clock = new RunClock();
  readonly random: CountedRandom;
  readonly log: RunHost;
  readonly ready = new ReadyQueue();
  readonly tasks: TaskRegistry;
  readonly failures = new UnseenFailures();
  readonly commands: PendingCommands;
  readonly callbacks: Callbacks;
  readonly continuation: Continuation;
  readonly signals: SignalBuffer;
  readonly runEnds = new RunEnds();
  readonly values: RunHost;
  readonly patches: Patches;
  readonly awaitables: AwaitableRegistry;
  readonly predicates: WaitingPredicates;
  readonly handlers = new Handlers();
  readonly display: ShownByCode;
  readonly streams: WritesOfCode;
  awaits: AwaitTrace | undefined;
  readonly #maxCallbacksPerEvent: number;

  constructor(options: EventLoopOptions) {
    const { info, host, random, stepDefaults, limits, strict, tracesAwaits } = options;
    this.info = info;
    this.random = random;
    this.log = host;
    this.values = host;
    this.tasks = new TaskRegistry(this, limits.maxTasks);
    this.awaits = tracesAwaits ? new AwaitTrace(this.clock, this.tasks) : undefined;
    this.display = new ShownByCode(host);
    this.predicates = new WaitingPredicates(this.tasks);
    this.awaitables = new AwaitableRegistry({ tasks: this.tasks, log: host, strict });
    this.commands = new PendingCommands({ clock: this.clock, random, host, stepDefaults, limits });
    this.callbacks = new Callbacks(this.commands, host);
    this.continuation = new Continuation({ host, ready: this.ready, tasks: this.tasks });
    this.signals = this.commands.signals;
    this.streams = new WritesOfCode(this.commands, limits);
    this.patches = new Patches(host);
    this.#maxCallbacksPerEvent = limits.maxCallbacksPerEvent;
  }

  /** Of a run that was restored: its tasks wait already. */
  traceAwaits(): void {
    this.awaits = new AwaitTrace(this.clock, this.tasks);
    for (const task of this.tasks.all()) this.awaits.taskRestored(task);
  }

  /** Runs until nothing can move, or `watcher` stops it; an endless loop stops at the limit. */
  runToQuiescence(watcher: RoundWatcher): 'quiet' | 'stopped' | 'endless' {
    let left = this.#maxCallbacksPerEvent;
    this.predicates.eventDelivered();
    for (;;) {
      const size = this.ready.beginRound();
      if (size === 0) {
        if (this.predicates.callAtRest()) continue;
        return 'quiet';
      }
      left -= size;
      if (left < 0) return 'endless';
      for (let todo = size; todo > 0; todo -= 1) this.#run(this.ready.shift());
      if (watcher.roundEnded() === 'stop') return 'stopped';
      this.predicates.roundEnded();
    }
  }

  #run(job: Job): void {
    try {
      runJob(job);
    } catch (error) {
      if (error instanceof InvariantError) throw error;
      this.log.write('error', ['A callback of the workflow failed; the run goes on:', error]);
    }
  }

  taskEnded(task: CoroutineTask<unknown>): void {
    this.tasks.ended(task);
    this.awaitables.ended(task);
  }

  /** None of the code that the run has begun goes on: other code may begin. */
  abandon(): void {
    this.tasks.abandonAll();
    this.predicates.clear();
    this.commands.clear();
    this.ready.clear();
  }

  /** The run is over: no job that is ready will run, and no command will end. */
  close(): void {
    this.failures.report(this.log);
    this.ready.clear();
    this.tasks.clear();
    this.commands.clear();
  }

  /** For a run for which `runToQuiescence` returned `endless`. */
  endlessLoopError(): WorkflowCodeError {
    return new WorkflowCodeError(
      'ENDLESS_LOOP',
      `the workflow's code ran ${this.#maxCallbacksPerEvent} callbacks ${this.tasks.codeLocation()} without waiting for ` +
        `anything: a loop that only yields to other tasks, such as while (true) yield* sleep(0), never ends. ` +
        `Wait for a timer, an event or a signal in it`,
    );
  }
}

function runJob(job: Job): void {
  switch (job.kind) {
    case 'notify':
      job.watcher.futureDone(job.future);
      break;
    case 'notify-certain':
      job.watcher.futureCertain(job.future);
      break;
    case 'resume':
      job.task.resume();
      break;
    case 'throw':
      job.task.resumeWithError(job.error);
      break;
    case 'leave':
      job.task.leave();
      break;
    case 'fire':
      job.timer.fire();
      break;
  }
}
