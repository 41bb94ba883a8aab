/** The engine as a function has it, with its metrics and traces: in the worker, and where the first turns of runs are taken. */
import { randomBytes } from 'node:crypto';
import type { Interceptor } from '../lib/ports/interceptor.ts';
import type { Logger } from '../lib/core/logger.ts';
import type { WorkflowRegistry } from '../lib/core/workflow-registry.ts';
import { createRunOperations } from '../lib/client/run-operations.ts';
import { randomSeed } from '../lib/engine/run-seed.ts';
import { createEngine, type RunningEngine } from '../lib/engine/engine.ts';
import type { EngineSettings } from '../lib/engine/settings.ts';
import { readWorkerSettings } from '../lib/lambda/environment.ts';
import { createEventBridgeBus } from '../lib/lambda/event-bridge-bus.ts';
import { createFunctionInvoker } from '../lib/lambda/invoke-function.ts';
import { createWakeForwarder } from '../lib/lambda/forward-wake.ts';
import type { Metrics } from '../lib/lambda/metrics.ts';
import { currentScope } from '../lib/lambda/scope.ts';
import { createTraces, type Traces } from '../lib/lambda/traces.ts';
import type { Clock } from '../lib/ports/clock.ts';
import type { EventBus } from '../lib/ports/event-bus.ts';
import type { EngineEvent } from '../lib/ports/observer.ts';
import type { RunFrames } from '../lib/scheduler/run-frames.ts';
import { openMetrics, openPorts, type Overrides } from './function-ports.ts';
import { openTable } from './open-table.ts';

/** What a worker may be given besides. */
export interface WorkerOverrides extends Overrides {
  /**
   * Hooks around its turns and steps. Default: what the module of the workflows exports as `interceptors`, so that those that
   * the construct and `lull dev` make have them too.
   */
  readonly interceptors?: readonly Interceptor[];
  /** Where it tells of runs that have started, have ended or are blocked. Default: the bus that `LULL_EVENT_BUS` names. */
  readonly events?: EventBus;
  /**
   * Stores snapshots of runs, from which they go on without the replay of their journals (experimental): `createRunFrames()`,
   * in a bundle that was compiled for it. The API reads runs with an unbounded history by it. Default: each run is replayed.
   */
  readonly frames?: RunFrames;
  /** Lets the event loop turn once. Default: just that; a test with a clock of its own may keep that from going on meanwhile. */
  readonly turnOfTheLoop?: () => Promise<void>;
}

export interface OpenEngine {
  readonly engine: RunningEngine;
  readonly log: Logger;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly traces: Traces;
}

export function openEngine(
  { registry, interceptors }: { readonly registry: WorkflowRegistry; readonly interceptors: readonly Interceptor[] },
  overrides: WorkerOverrides,
  besides: Partial<EngineSettings> = {},
): OpenEngine {
  const { version, leaseMs, publicUrl, eventBus, engineSettings, pinnedVersion, ...settings } = readWorkerSettings(
    overrides.environment ?? process.env,
  );
  const ports = openPorts(settings, overrides, openTable);
  const metrics = openMetrics(settings, ports.clock, overrides);
  const traces = createTraces(undefined, overrides.callBody);
  const engine: RunningEngine = createEngine({
    ...engineSettings,
    ...besides,
    ...ports,
    registry,
    operations: createRunOperations({
      ...ports,
      registry,
      invoke: createFunctionInvoker(),
      answerQuery: (query) => engine.answerQuery(query),
    }),
    interceptors,
    frames: overrides.frames,
    events: overrides.events ?? (eventBus && createEventBridgeBus({ ...eventBus, ...ports })),
    version,
    publicUrl,
    ...(leaseMs === undefined ? {} : { leaseMs }),
    pin: pinnedVersion && { version: pinnedVersion.version, forward: createWakeForwarder(pinnedVersion) },
    newNonce: () => randomBytes(9).toString('base64url'),
    newSeed: randomSeed,
    random: Math.random,
    turnOfTheLoop: overrides.turnOfTheLoop ?? (() => new Promise((resolve) => setImmediate(resolve))),
    observe: (event) => look(event, { metrics, traces }),
    callBody: (command, stepContext) => traces.callBody(command, stepContext),
  });
  return { engine, log: ports.log, clock: ports.clock, metrics, traces };
}

/** Within the scope of the turn. */
function look(event: EngineEvent, { metrics, traces }: { metrics: Metrics; traces: Traces }): void {
  const scope = currentScope();
  if (scope !== undefined && event.kind === 'turn-began') {
    Object.assign(scope.keys, { workflow: event.workflow, epoch: event.epoch });
  }
  if (event.kind === 'turn-ended') metrics.turnEnded(event, scope?.writeUnits ?? 0);
  traces.observe(event);
}
