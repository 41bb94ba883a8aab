/** A workflow from start to end in this process: nothing is kept, nothing is needed. asyncio: `run`. */
import { randomUUID } from 'node:crypto';
import { Client } from '../client/client.ts';
import { checkOptions } from '../client/options.ts';
import { createRunOperations } from '../client/run-operations.ts';
import { LullError } from '../core/errors.ts';
import { RunFailedError } from '../core/run-errors.ts';
import { createRegistry } from '../core/workflow-registry.ts';
import type { AnyWorkflow, Workflow } from '../core/workflow.ts';
import { createEngine, type RunningEngine } from '../engine/engine.ts';
import { randomSeed } from '../engine/run-seed.ts';
import { checkInterceptors } from '../engine/interceptors.ts';
import type { Interceptor } from '../ports/interceptor.ts';
import type { TurnEnd } from '../engine/turn-end.ts';
import { MemoryStore } from '../memory/memory-store.ts';
import type { TableKeys } from '../memory/tables/memory-tables.ts';
import { SystemClock } from '../memory/system-clock.ts';
import { TurnsInProcess } from './turns-in-process.ts';

/** No other worker wants the run, so its lease may outlast a step that keeps this process from renewing it. */
const LEASE_MS = 24 * 60 * 60 * 1000;
/** How soon a run that waits in place for a timer learns of the end of a child. */
const INBOX_CHECK_MS = 20;

/** The run can never go on: it waits for something from outside, and there is no way to send it to a run of `run`. */
export class NothingToWaitForError extends LullError {
  static {
    this.prototype.name = 'NothingToWaitForError';
  }
  constructor(workflow: string) {
    super(
      'NOTHING_TO_WAIT_FOR',
      `workflow "${workflow}" waits for something that cannot come: no step runs, no timer is set, and a signal cannot ` +
        `be sent to what run() has started. Use createTestEngine of lull/testing, or lull dev`,
    );
  }
}

/** What `run` needs besides. */
export interface RunOptions {
  /** The workflows of children, and of other runs that the workflow starts. */
  readonly workflows?: readonly AnyWorkflow[];
  /** Hooks around turns and steps, as of the worker. */
  readonly interceptors?: readonly Interceptor[];
  /**
   * The keys of tables that transactions write to, as of `createTestEngine`: needed only where there are only puts, with
   * conditions. The tables are in memory, and empty at the begin.
   */
  readonly tables?: TableKeys;
}

/**
 * Runs a workflow to its end, here and now, and returns its result: for scripts, for trying things out. Time is real, so
 * `sleep('3 days')` takes three days (`lull/testing` has a clock that jumps). asyncio: `run`.
 *
 * Steps are executed and retried as on AWS; what they did is forgotten when this process ends. Children run beside it; a
 * run that has not ended by then is dropped. Rejects with the workflow's own error, and with a NothingToWaitForError when
 * it waits for a signal.
 *
 * @example
 * ```ts
 * import { gather, sleep, step, workflow } from 'lull';
 *
 * const greet = workflow('greet', function* (name: string) {
 *   const [greeting] = yield* gather([step('greeting', () => 'Good morning'), sleep('10ms')]);
 *   return `${greeting}, ${name}`;
 * });
 * await run(greet, 'Ada'); // => 'Good morning, Ada'
 * ```
 */
export function run<R>(workflow: Workflow<void, R, never>, input?: undefined, options?: RunOptions): Promise<R>;
export function run<In, R>(workflow: Workflow<In, R, never>, input: In, options?: RunOptions): Promise<R>;
export async function run<R>(
  workflow: Workflow<unknown, R, never>,
  input?: unknown,
  options: RunOptions = {},
): Promise<R> {
  checkOptions('run()', options, ['workflows', 'interceptors', 'tables']);
  const workflows = [...new Set([workflow, ...(options.workflows ?? [])])];
  const turns = new TurnsInProcess(new SystemClock());
  const store = new MemoryStore();
  store.tables.define(options.tables ?? {});
  const ports = {
    registry: createRegistry(workflows),
    store,
    wakes: turns,
    clock: turns.clock,
    log: console,
  };
  const engine: RunningEngine = createEngine({
    ...ports,
    operations: createRunOperations({ ...ports, answerQuery: (query) => engine.answerQuery(query) }),
    interceptors: checkInterceptors(options.interceptors ?? []),
    newNonce: randomUUID,
    newSeed: randomSeed,
    random: Math.random,
    leaseMs: LEASE_MS,
    hotWaitMs: Number.MAX_SAFE_INTEGER, // no turn is suspended for a timer
    inboxCheckWithinStepMs: INBOX_CHECK_MS,
  });
  const client = new Client({ workflows, store, wakes: turns });
  const started = await client.start(workflow, input);
  try {
    checkEnd(
      workflow.name,
      await turns.take(started.id, (runId) => engine.takeTurn({ runId, deadlineAtMs: Infinity })),
    );
    return await started.result();
  } catch (error) {
    throw error instanceof RunFailedError ? error.cause : error;
  } finally {
    turns.stop();
  }
}

function checkEnd(workflow: string, end: TurnEnd): void {
  if (end.kind === 'ended') return;
  if (end.kind === 'blocked') throw end.error;
  throw new NothingToWaitForError(workflow);
}
