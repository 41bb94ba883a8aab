/** `lull/lambda`: the Lambda functions that run workflows, to be made with workflows of your own. */
export { createApiHandler, type ApiHandler } from './create-api-handler.ts';
export { createFirstTurns, type FirstTurnsOptions } from './create-first-turns.ts';
export type { FirstTurns } from '../lib/ports/first-turns.ts';
export { createEventStartHandler, type EventStartHandler } from './create-event-start-handler.ts';
export { createScheduleHandler, type ScheduleHandler } from './create-schedule-handler.ts';
export { createSweeperHandler, type SweeperHandler } from './create-sweeper-handler.ts';
export { createWorkerHandler, type WorkerHandler } from './create-worker-handler.ts';
export type { WorkerOverrides } from './open-engine.ts';
export { createRunFrames, type RunFrames } from '../lib/scheduler/run-frames.ts';
export type { Interceptor, RunEndInfo, StepInfo, TurnInfo } from '../lib/ports/interceptor.ts';
export type {
  EventBus,
  LifecycleEvent,
  LifecycleEventKind,
  LifecycleError,
  LifecycleRun,
} from '../lib/ports/event-bus.ts';
export type { LifecycleDetail } from '../lib/lambda/event-bridge-entry.ts';
export type { TurnOutcome } from '../lib/ports/observer.ts';
export type { FunctionPorts, Overrides } from './function-ports.ts';
export type { EventBridgeEvent, EventStarted, EventStartRequest } from '../lib/client/start-by-event.ts';
export type { ScheduledRequest, ScheduledStart } from '../lib/client/start-scheduled.ts';
