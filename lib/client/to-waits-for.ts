/** From what was found out of a run to what people read: the tree of its tasks, or, where no code is at hand, a list. */
import { decode } from '../codec/decode.ts';
import type { Encoded } from '../core/encoded.ts';
import { least } from '../core/least.ts';
import { stepIdOf } from '../core/step-id.ts';
import type { TaskState } from '../core/task-state.ts';
import { describeThrown } from '../core/to-error.ts';
import type { AwaitPoint, LastHeartbeat, StepAwait, WaitingTask, WaitsFor } from '../core/waits-for.ts';
import { attemptOf, type OpenCommand } from '../journal/command-facts.ts';
import type { StepRequested } from '../journal/event.ts';
import type { Inspection } from '../ports/inspection.ts';

/** So many are shown. */
const AWAITS_LIMIT = 1_000;

/** What the code says. */
export function fromInspection(inspection: Extract<Inspection, { readonly kind: 'inspected' }>): WaitsFor {
  const { tasks, taskCount, commands } = inspection;
  const known: Known = {
    commands: new Map(commands.map((open) => [open.command.id, open])),
    names: new Map(tasks.map(({ id, name }) => [id, name])),
    children: byParent(tasks),
  };
  const omitted = taskCount - tasks.length;
  const roots = tasks.filter(({ parentId }) => parentId === undefined || !known.names.has(parentId));
  return { from: 'code', tasks: roots.map((task) => toTask(task, known)), ...(omitted > 0 ? { omitted } : {}) };
}

/** What the journal alone says. */
export function fromJournal(open: readonly OpenCommand[], because: string): WaitsFor {
  const omitted = open.length - AWAITS_LIMIT;
  const awaits = open.slice(0, AWAITS_LIMIT).map((command) => toAwait(command, {}));
  return { from: 'journal', awaits, because, ...(omitted > 0 ? { omitted } : {}) };
}

interface Known {
  readonly commands: ReadonlyMap<number, OpenCommand>;
  /** Of the tasks, by id. */
  readonly names: ReadonlyMap<string, string>;
  readonly children: ReadonlyMap<string, readonly TaskState[]>;
}

function byParent(tasks: readonly TaskState[]): Map<string, TaskState[]> {
  const children = new Map<string, TaskState[]>();
  for (const task of tasks) {
    if (task.parentId === undefined) continue;
    const siblings = children.get(task.parentId);
    if (siblings === undefined) children.set(task.parentId, [task]);
    else siblings.push(task);
  }
  return children;
}

function toTask(task: TaskState, known: Known): WaitingTask {
  const { id, name, calls, lines, frames } = task;
  const [at, ...calledFrom] = lines;
  return {
    id,
    name,
    awaits: task.sinceMs === undefined ? [] : awaitsOf(task, known),
    calls,
    ...(at === undefined ? {} : { at }),
    ...(calledFrom.length === 0 ? {} : { calledFrom }),
    ...(frames === undefined || frames.length === 0 ? {} : { frames }),
    tasks: (known.children.get(id) ?? []).map((child) => toTask(child, known)),
  };
}

function awaitsOf(task: TaskState, known: Known): AwaitPoint[] {
  const times = timesOf(task, known);
  const awaits = task.waitsFor.flatMap((waited): AwaitPoint[] => {
    switch (waited.kind) {
      case 'run':
        return [{ kind: 'run', runId: waited.runId, ...times }];
      case 'task':
        return [{ kind: 'task', taskId: waited.id, name: known.names.get(waited.id) ?? '', ...times }];
      case 'command': {
        const open = known.commands.get(waited.id);
        return open === undefined ? [] : [toAwait(open, times)];
      }
    }
  });
  return awaits.length > 0 ? awaits : [{ kind: 'call', call: task.calls.at(-1) ?? 'a future', ...times }];
}

interface Times {
  readonly since?: Date;
  readonly until?: Date;
}

/** A time limit around it ends the wait too: the first to come does. */
function timesOf({ sinceMs, limits }: TaskState, { commands }: Known): Times {
  const ends = limits.flatMap((id) => {
    const command = commands.get(id)?.command;
    return command?.kind === 'sleep' ? [command.dueAtMs] : [];
  });
  return { ...toSince(sinceMs), ...toUntil(least(ends)) };
}

function toSince(sinceMs: number | undefined): Times {
  return sinceMs === undefined ? {} : { since: new Date(sinceMs) };
}

function toUntil(untilMs: number | undefined): Times {
  return untilMs === undefined ? {} : { until: new Date(untilMs) };
}

/** `around`: since when its task waits, and the time limit around it. */
function toAwait(open: OpenCommand, around: Times): AwaitPoint {
  const { command, askedAtMs } = open;
  const times: Times = { ...toSince(askedAtMs), ...around };
  const { name } = command;
  switch (command.kind) {
    case 'step':
      return toStepAwait(command, open, times);
    case 'sleep':
      return { kind: 'sleep', name, ...times, until: earlier(command.dueAtMs, times.until) };
    case 'receive':
      return { kind: 'signal', name, ...times };
    case 'callback': {
      const { expiresAtMs } = command;
      const until = expiresAtMs === undefined ? {} : { until: earlier(expiresAtMs, times.until) };
      return { kind: 'callback', name, ...times, ...until, ...heartbeatOf(open) };
    }
  }
}

function earlier(atMs: number, other: Date | undefined): Date {
  return new Date(Math.min(atMs, other?.getTime() ?? Infinity));
}

function toStepAwait(command: StepRequested, open: OpenCommand, times: Times): StepAwait {
  const { name, key, operation, sensitive } = command;
  const { retryAtMs, lastError } = open;
  return {
    kind: 'step',
    name,
    stepId: stepIdOf(command),
    ...(key === undefined ? {} : { key }),
    ...(operation === undefined ? {} : { operation }),
    ...times,
    attempt: attemptOf(open),
    ...(retryAtMs === 0 ? {} : { retryAt: new Date(retryAtMs) }),
    ...(lastError === undefined || sensitive === true ? {} : { lastError: describeThrown(shown(lastError)) }),
    ...(sensitive === true ? {} : heartbeatOf(open)),
  };
}

function heartbeatOf({ lastHeartbeat }: OpenCommand): { heartbeat?: LastHeartbeat } {
  if (lastHeartbeat === undefined) return {};
  const details = shown(lastHeartbeat.details);
  return {
    heartbeat: { at: new Date(lastHeartbeat.atMs), ...(details === undefined ? {} : { details }) },
  };
}

/** What cannot be read here is no reason to show nothing. */
function shown(encoded: Encoded): unknown {
  try {
    return decode(encoded, { unregistered: 'plain' });
  } catch (error) {
    return `(cannot be read: ${describeThrown(error)})`;
  }
}
