/** What each kind of event does to a run: one table. */
import type { StepCommand } from '../core/command.ts';
import type { Encoded } from '../core/encoded.ts';
import type { CommandId, JournalEvent, Retried, UpdateReceived } from '../journal/event.ts';
import type { Callbacks } from './callbacks.ts';
import type { PendingCommands } from './pending-commands.ts';
import type { RunEnds } from './run-ends.ts';
import type { SignalBuffer } from './signal-buffer.ts';
import type { WritesOfCode } from './stream-writes.ts';

/** The parts of a run that events touch. */
export interface EventTarget {
  readonly commands: PendingCommands;
  /** Of its run, from 1. */
  readonly link: number;
  readonly callbacks: Callbacks;
  readonly signals: SignalBuffer;
  readonly runEnds: RunEnds;
  readonly streams: WritesOfCode;
  decode(encoded: Encoded): unknown;
  /** Makes the task of the workflow's body. `deadlineAtMs`: when the run's time is up. */
  start(deadlineAtMs: number | undefined): void;
  /** Makes a task of its handler. NondeterminismError if there is none, as there was when the event was recorded. */
  beginUpdate(event: UpdateReceived): void;
  cancel(reason: string): void;
  /** A step has completed: it may have to be undone. */
  stepCompleted(step: { readonly id: CommandId; readonly command: StepCommand }, result: Encoded): void;
  /** The run is tried again: its time is up at another moment, and its code sees which attempt it is. */
  triedAgain(retried: Retried): void;
  /** Ends the code at once, and undoes the steps that have completed. */
  terminate(reason: string): void;
  /** Ends the code at once, by an error that it can take no more, and undoes the steps that have completed. */
  stopCode(error: unknown): void;
  /** Asks the code to stop, since the run has come to a limit. */
  stopAtLimit(reason: string): void;
  /** Asks the code to stop, since the run's time is up. */
  stopAtDeadline(reason: string): void;
}

type Handlers = {
  readonly [K in JournalEvent['kind']]: (
    event: Extract<JournalEvent, { kind: K }>,
    run: EventTarget,
    recordedUpTo: CommandId,
  ) => void;
};

const handlers: Handlers = {
  started: (event, run) => {
    run.streams.set(event.streams);
    run.start(event.deadlineAtMs);
  },
  'step-completed': (event, run) => {
    const value = run.decode(event.value);
    run.stepCompleted(run.commands.find('step', event.id), event.value);
    run.commands.end('step', event.id).setResult(value);
  },
  'step-failed': (event, run) => {
    const error = run.decode(event.error);
    run.commands.end('step', event.id).setException(error as Error);
  },
  'step-retrying': (event, run) => {
    const step = run.commands.find('step', event.id);
    step.failedAttempts = event.attempt;
    step.retryAtMs = event.retryAtMs;
  },
  'step-heartbeat': (event, run) => {
    run.commands.find('step', event.id).lastHeartbeat = event.details;
  },
  'stream-written': ({ name, count, bytes }, run) => run.streams.written(name, { entries: count, bytes }),
  'sleep-completed': (event, run) => {
    for (const future of run.commands.endSleep(event.id)) future.setResult(undefined);
  },
  'update-received': (event, run) => {
    if (event.unread !== true) run.beginUpdate(event);
  },
  'signal-received': (event, run) => run.signals.add(event.name, run.decode(event.payload), event.messageId),
  'run-ended': ({ runId, status, workflow, value }, run) =>
    run.runEnds.add(runId, { status, workflow, value: run.decode(value) }),
  'callback-completed': (event, run) => {
    if (isOfLink(event, run))
      run.callbacks.end(event.id, event.name, { kind: 'completed', value: run.decode(event.value) });
  },
  'callback-failed': (event, run) => {
    if (isOfLink(event, run))
      run.callbacks.end(event.id, event.name, { kind: 'failed', error: run.decode(event.error) });
  },
  'callback-heartbeat': (event, run) => {
    if (isOfLink(event, run)) run.callbacks.heartbeat(event.id, event.name, run.decode(event.details));
  },
  'cancel-requested': (event, run) => run.cancel(event.reason),
  'limit-reached': (event, run) => run.stopAtLimit(event.reason),
  'deadline-passed': (event, run) => run.stopAtDeadline(event.reason),
  'code-stopped': (event, run) => run.stopCode(run.decode(event.error)),
  // Without its undos no workflow code sees it: the engine ends the run.
  'terminate-requested': (event, run) => {
    if (event.undo === true) run.terminate(event.reason);
  },
  // No workflow code sees it: the link is over.
  continued: () => undefined,
  'step-interrupted': (event, run) => {
    run.commands.find('step', event.id).cutOffs += 1;
  },
  retried: (event, run, recordedUpTo) => {
    run.commands.tryAgain(event.atMs, { recordedUpTo, byOther: false });
    run.streams.set(event.streams);
    run.triedAgain(event);
  },
  forked: (event, run, recordedUpTo) => {
    run.commands.tryAgain(event.atMs, { recordedUpTo, byOther: true });
    run.streams.set({}); // those of the other run are its own
  },
  'taken-alone': () => undefined,
  'steps-begun': () => undefined,
  'taken-over': (event, run, recordedUpTo) => {
    for (const pending of run.commands.pending.values()) {
      // What was not recorded had not begun (I3), nor had an attempt that was still to come.
      if (pending.kind !== 'step' || pending.id > recordedUpTo || pending.retryAtMs > event.atMs) continue;
      if (event.begun !== undefined && !event.begun.includes(pending.id)) continue;
      pending.interruptions += 1;
    }
  },
};

/** A callback of an earlier link may have the position and the name of one of this link. */
function isOfLink({ link = 1 }: { readonly link?: number }, run: EventTarget): boolean {
  return link === run.link;
}

/** `recordedUpTo`: the commands up to there stood in the journal when the event was written. */
export function handleEvent<E extends JournalEvent>(event: E, run: EventTarget, recordedUpTo: CommandId): void {
  // The table's type says that the handler at `kind` takes an event of that kind.
  const handler = handlers[event.kind] as unknown as (event: E, run: EventTarget, recordedUpTo: CommandId) => void;
  handler(event, run, recordedUpTo);
}
