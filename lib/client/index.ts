/** `lull/client`: for those who start runs and talk to them. */
export { Client } from './client.ts';
export { CallCancelledError, UnknownEntityError, UnknownHandlerError } from '../core/entity-errors.ts';
export type { EntityCallOptions } from './call-entity.ts';
export type { EntityPort, NamedEntityClient } from './entities.ts';
export type {
  NamedSignalWithStartOptions,
  NamedUpdateWithStartOptions,
  SignalWithStartOptions,
  UpdateWithStartOptions,
  WithStartOptions,
} from './with-start.ts';
export type { ClientOptions } from './client-ports.ts';
export type { ControlOptions, Run, SignalOptions, TerminateOptions } from './run.ts';
export type { ForkOptions } from './fork-run.ts';
export type { RetryOptions } from './retry-run.ts';
export type { StreamPage, StreamPageOptions, StreamReadOptions } from './read-stream.ts';
export type { StreamEntry } from '../core/stream.ts';
export type { Attributes, AttributeValue } from '../core/attributes.ts';
export type { UpdateOptions } from './send-update.ts';
export type { StartItems } from './start-items.ts';
export type { StartPut } from '../ports/start-items.ts';
export type { StartOptions } from './start-run.ts';
export type { CompleteOptions } from './complete-callback.ts';
export type { ResultOptions } from './await-result.ts';
export type {
  BlockedDescription,
  ClosedRunDescription,
  DescribeOptions,
  OpenRunDescription,
  RunDescription,
  RunSummary,
  PoolWaitDescription,
  WorkflowPausedDescription,
} from './describe-run.ts';
export { explainAwait, explainRun, explainWaits, type AsText, type ExplainOptions } from './explain-run.ts';
export type {
  AwaitPoint,
  CallAwait,
  CallbackAwait,
  LastHeartbeat,
  RunAwait,
  SignalAwait,
  SleepAwait,
  StepAwait,
  TaskAwait,
  WaitingTask,
  WaitsFor,
} from '../core/waits-for.ts';
export type { Inspection, InspectRun } from '../ports/inspection.ts';
export type { RunEnd } from './run-value.ts';
export type { ExportOptions } from './export-history.ts';
export {
  type HistoryDocument,
  HistoryUnreadableError,
  type LeftOut,
  type LinkDocument,
  readHistoryDocument,
  type RunDocument,
} from './history-document.ts';
export type { HistoryEvent } from './history-event.ts';
export type { ImportOptions } from './import-history.ts';
export type { HistoryOptions } from './run-history.ts';
export type { BulkAction, BulkOptions, BulkPage, BulkPageOptions, BulkResult } from './bulk.ts';
export type { ListOptions, PageOptions, RunFilter, RunPage } from './list-runs.ts';
export type { AnswerQuery, AskedQuery, QueryAnswer } from '../ports/queries.ts';
export type { IdSource } from './identifiers.ts';
export type { RunStatus } from '../core/run-status.ts';
export {
  CallbackDoneError,
  ForkRefusedError,
  IdempotencyKeyReusedError,
  InboxFullError,
  InvalidArgumentError,
  InvalidTokenError,
  NotFailedError,
  PoolNotFoundError,
  RetryRefusedError,
  RunCancelledError,
  RunEndedError,
  RunFailedError,
  RunIdTakenError,
  RunNotEndedError,
  RunNotBegunError,
  RunNotFoundError,
  RunTerminatedError,
  ScheduleExistsError,
  ScheduleNotFoundError,
  UnknownQueryError,
  UpdateFailedError,
  UpdateRefusedError,
  WorkflowListFullError,
} from '../core/run-errors.ts';
export type {
  BackfillOptions,
  ScheduleCallOptions,
  ScheduleDescription,
  SchedulePage,
  Schedules,
  ScheduleSummary,
} from './schedules.ts';
export type { PoolDescription, PoolPlace, Pools, PoolSummary, PoolWaiter } from './pools.ts';
export type { Pool, PoolLimits, Rate } from '../core/pool.ts';
export type { PauseWorkflowOptions, WorkflowDescription, Workflows, WorkflowSummary } from './workflows.ts';
export type { ScheduleOptions } from './schedule-options.ts';
export type { ScheduleOverlap } from '../schedule/schedule-state.ts';
export { EnvironmentError } from '../lambda/environment.ts';
export { StoreUnavailableError } from '../ports/world-errors.ts';
export { UnknownWorkflowError } from '../core/workflow-registry.ts';
