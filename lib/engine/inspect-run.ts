/**
 * Finds out what a run waits for, by a replay that writes nothing: for tests, and for people who look at a run.
 *
 * It needs no lease, so the run does not notice. Of code that cannot follow the journal it says where that stands.
 *
 * Tested by: test/client/waits-for.test.ts, test/testing/create-test-engine.test.ts
 */
import { decode } from '../codec/decode.ts';
import { isClosed } from '../core/run-status.ts';
import type { TaskState } from '../core/task-state.ts';
import { type OpenCommand, OpenCommands } from '../journal/command-facts.ts';
import type { JournalEntry } from '../journal/event.ts';
import type { InspectOptions, Inspection } from '../ports/inspection.ts';
import type { LiveRun, Pending } from '../scheduler/live-run.ts';
import type { RunItem } from '../ports/run-item.ts';
import { atItsLink } from './at-its-link.ts';
import { withGuard } from './guard.ts';
import type { LiveMemory } from './live-memory.ts';
import type { Engine } from './settings.ts';
import { replayToRead, whyNoLocals } from './unbounded/read-run.ts';

/** So many tasks are shown: the place of each costs a look into a source map. */
const TASKS_LIMIT = 1_000;

/** As of the last record that is written. */
export function inspectRun(engine: Engine, runId: string, options: InspectOptions = {}): Promise<Inspection> {
  return atItsLink(engine, runId, (run) => inspectAsOf(engine, { run, options }));
}

interface Inspected {
  readonly run: RunItem | undefined;
  readonly options: InspectOptions;
}

async function inspectAsOf(engine: Engine, { run, options }: Inspected): Promise<Inspection> {
  if (run === undefined) return { kind: 'not-found' };
  const read = await replayToRead(engine, run, { tracesAwaits: true });
  // A closed run has records until it is purged: the run item goes last.
  if (read.kind === 'no-journal') return { kind: isClosed(run.status) ? 'not-found' : 'not-begun' };
  if (read.kind === 'unreadable') return read;
  const { replayed, entries } = read;
  const noLocals = options.locals === true ? whyNoLocals(run) : undefined;
  if (noLocals !== undefined) return { kind: 'unreadable', error: noLocals };
  if (replayed.kind === 'replayed') {
    return inspectMemory(replayed.memory, [...entries, ...replayed.unrecorded], options);
  }
  const { error, reached } = replayed;
  if (reached === undefined) return { kind: 'unreadable', error };
  return { ...inspectMemory(reached, entries, options), blockedBy: error };
}

/** `entries`: with those that are not recorded yet. */
export function inspectMemory(
  { live, guarded }: LiveMemory,
  entries: readonly JournalEntry[],
  { locals = false }: InspectOptions = {},
) {
  const recorded = new OpenCommands();
  for (const entry of entries) recorded.feed(entry);
  const commands = Array.from(live.pending.values(), (pending) => toOpenCommand(pending, recorded.get(pending.id)));
  return {
    kind: 'inspected',
    tasks: locals ? withGuard(guarded, () => withFrames(live, entries)) : live.taskStates(TASKS_LIMIT),
    taskCount: live.taskCount(),
    commands,
    codeLocation: live.codeLocation(),
  } as const;
}

/** Nothing that a sensitive step gave is in them. */
function withFrames(live: LiveRun, entries: readonly JournalEntry[]): TaskState[] {
  const secrets: unknown[] = [];
  for (const entry of entries) {
    if (!('sensitive' in entry)) continue;
    if ('value' in entry) secrets.push(decode(entry.value, { unregistered: 'plain' }));
    if ('error' in entry) secrets.push(decode(entry.error, { unregistered: 'plain' }));
    if ('details' in entry) secrets.push(decode(entry.details, { unregistered: 'plain' }));
  }
  const frames = live.taskFrames(TASKS_LIMIT, secrets);
  return live.taskStates(TASKS_LIMIT).map((task) => ({ ...task, frames: frames.get(task.id) ?? [] }));
}

/** What is recorded at its position may be another command, which the code does not follow. */
function toOpenCommand(pending: Pending, recorded: OpenCommand | undefined): OpenCommand {
  const name = 'command' in pending ? pending.command.name : pending.name;
  if (recorded !== undefined && recorded.command.kind === pending.kind && recorded.command.name === name)
    return recorded;
  const { id, kind } = pending;
  const command = kind === 'sleep' ? { kind, id, name, dueAtMs: pending.dueAtMs } : { kind, id, name };
  return {
    command,
    askedAtMs: undefined,
    failedAttempts: 0,
    cutOffAttempts: 0,
    retryAtMs: 0,
    lastError: undefined,
    lastHeartbeat: undefined,
  };
}
