/** The first turns of runs, in the process that starts them: without the queue, and with fewer writes. */
import { checkInterceptors, interceptorsOf } from '../lib/engine/interceptors.ts';
import { type Duration, toMilliseconds } from '../lib/core/duration.ts';
import { createRegistry, type WorkflowSource } from '../lib/core/workflow-registry.ts';
import { currentScope, withScope } from '../lib/lambda/scope.ts';
import type { FirstTurnResult, FirstTurns } from '../lib/ports/first-turns.ts';
import { oncePerProcess } from './function-ports.ts';
import { openEngine, type WorkerOverrides } from './open-engine.ts';

/** How first turns are taken. */
export interface FirstTurnsOptions extends WorkerOverrides {
  /** How long one may take. Then it ends by itself, and a worker goes on with the run. Default: 10 s. */
  readonly within?: Duration | undefined;
}

const WITHIN: Duration = '10s';

/** What is left of an invocation when a first turn has to be over: enough to answer. */
const ANSWER_MS = 2_000;

/**
 * Makes what takes the first turns of the runs that a Client starts, in its own process: for the `firstTurns` of a Client. A run
 * then waits for no queue: one that ends at once, or comes to rest, is a single write. The code of `workflows` and its steps
 * run in this process, which needs the permissions of the worker, and the worker's environment: see `createWorkerHandler`.
 *
 * A start resolves when the turn is over. Not begun here are runs with a `delay`, runs whose workflow is paused, and steps
 * that are `atMostOnce` or whose `timeout` is longer than what is left of the turn: a worker has more time for them.
 *
 * @example
 * ```ts no-run
 * import { Client } from 'lull/client';
 * import { createFirstTurns } from 'lull/lambda';
 *
 * const greet = workflow('greet', function* (name: string) {
 *   return yield* step('greeting', () => `Hello, ${name}`);
 * });
 *
 * const client = new Client({ workflows: [greet], firstTurns: createFirstTurns([greet], { within: '5s' }) });
 * const run = await client.start(greet, 'Ada');
 * await run.result(); // => 'Hello, Ada'
 * ```
 */
export function createFirstTurns(workflows: WorkflowSource, options: FirstTurnsOptions = {}): FirstTurns {
  const { within = WITHIN, ...overrides } = options;
  const withinMs = toMilliseconds(within, 'within of createFirstTurns');
  const interceptors = checkInterceptors(overrides.interceptors ?? interceptorsOf(workflows));
  const registry = createRegistry(workflows);
  // No run is kept in memory: its next turn is a worker's.
  const open = oncePerProcess(() => openEngine({ registry, interceptors }, overrides, { maxWarmRuns: 0 }));
  return {
    async take(request) {
      const { engine, clock, traces } = open();
      const leftMs = (currentScope()?.leftMs() ?? Infinity) - ANSWER_MS;
      const deadlineAtMs = clock.nowMs() + Math.min(withinMs, leftMs);
      if (leftMs <= 0) return { kind: 'not-taken' };
      try {
        const take = (): Promise<FirstTurnResult> | undefined => engine.takeFirstTurn?.({ ...request, deadlineAtMs });
        return (await withScope({ runId: request.run.runId }, take)) ?? { kind: 'not-taken' };
      } finally {
        await traces.flush();
      }
    },
  };
}
