/**
 * The engine on given ports: what a worker and a sweeper do, and the read-only inspection of a run.
 *
 * Tested by: test/engine/turns.test.ts
 */
import { CallSiteKeepers } from './call-sites.ts';
import type { FirstTurnRequest } from '../ports/first-turns.ts';
import type { AnswerQuery } from '../ports/queries.ts';
import { answerQuery } from './answer-query.ts';
import { callOwnBody, DEFAULT_SETTINGS, type Engine, type EngineOptions } from './settings.ts';
import { fromPoolWake } from '../ports/pool.ts';
import { servePool } from './pools/serve-pool.ts';
import { SeenPools } from './pools/visit-pool.ts';
import { PausedWorkflows } from './paused-workflows.ts';
import { prepareGuard } from './guard.ts';
import { observeNothing } from './observe.ts';
import { catchStrayErrors } from './owned-code.ts';
import { rememberFrames } from './frames-of-process.ts';
import { giveHintForPromises } from './promise-hint.ts';
import { checkHistories } from './unbounded/check-histories.ts';
import type { InspectRun } from '../ports/inspection.ts';
import { inspectRun } from './inspect-run.ts';
import { createInterceptors } from './interceptors.ts';
import { withOwnWorkflows } from '../schedule/own-workflows.ts';
import { replayAgain, type Replayed } from './replay-again.ts';
import { createSolitude } from './solitude.ts';
import { sweep, type Sweep, type SweepOptions } from './sweep.ts';
import { type FirstTurnTaken, takeFirstTurn } from './first-turn.ts';
import { takeTurn, type TurnRequest } from './turn.ts';
import type { TurnEnd } from './turn-end.ts';
import { createWarmRuns } from './warm-runs.ts';

export interface RunningEngine {
  /** Takes a turn of a run, if it is free and due. Safe to call at any time, from any number of workers. */
  takeTurn(request: TurnRequest): Promise<TurnEnd>;
  /** Starts a run, and takes its first turn. */
  takeFirstTurn?(request: FirstTurnRequest): Promise<FirstTurnTaken>;
  /** Wakes the runs that are due and that no worker runs. */
  sweep(options?: SweepOptions): Promise<Sweep>;
  /** What a run waits for. Changes nothing. */
  readonly inspectRun: InspectRun;
  /** The run as a replay has it, of what is written. Changes nothing; an engine of its own in a test need not have it. */
  replayAgain?(runId: string): Promise<Replayed>;
  /** The answer to a query, as of the last record that is written. Changes nothing. */
  readonly answerQuery: AnswerQuery;
}

/** The options with their defaults, in a process that is ready to run code of workflows. */
export function toEngine(options: EngineOptions): Engine {
  prepareGuard();
  giveHintForPromises();
  catchStrayErrors();
  const { callBody = callOwnBody, clock, log } = options;
  const interceptors = createInterceptors(options.interceptors ?? [], { callBody, clock, log });
  return {
    ...DEFAULT_SETTINGS,
    maxValueBytes: options.store.limits.valueBytes,
    observe: observeNothing,
    pin: undefined,
    events: undefined,
    publicUrl: undefined,
    frames: undefined,
    turnOfTheLoop: undefined,
    errorsToShow: options.turnOfTheLoop,
    ...options,
    registry: withOwnWorkflows(options.registry),
    interceptors,
    callSiteKeepers: new CallSiteKeepers(),
    callBody: interceptors?.callBody ?? callBody,
  };
}

export function createEngine(options: EngineOptions): RunningEngine {
  checkHistories(options.registry, options.frames !== undefined);
  rememberFrames(options.frames);
  return createUnchecked(options);
}

/** Only of an engine that takes no turns. */
export function createUnchecked(options: EngineOptions): RunningEngine {
  const engine = toEngine(options);
  const warmRuns = createWarmRuns({
    runs: engine.rebuildAtEveryAwait ? 0 : engine.maxWarmRuns,
    bytes: engine.maxWarmBytes,
  });
  const solitude = createSolitude(engine.clock);
  const pausedWorkflows = new PausedWorkflows(engine);
  const seenPools = new SeenPools();
  const shared = { warmRuns, solitude, pausedWorkflows, seenPools };
  return {
    takeTurn: (request) => {
      const pool = fromPoolWake(request.runId);
      return pool === undefined ? takeTurn(engine, shared, request) : servePool(engine, seenPools, pool);
    },
    takeFirstTurn: (request) => takeFirstTurn(engine, shared, request),
    sweep: (sweepOptions) => sweep(engine, sweepOptions),
    inspectRun: (runId, inspectOptions) => inspectRun(engine, runId, inspectOptions),
    replayAgain: (runId) => replayAgain(engine, runId),
    answerQuery: (query) => answerQuery(engine, query),
  };
}
