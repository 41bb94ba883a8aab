/** `lull`: for those who write workflows. */

export type { AttributeChanges, Attributes, AttributeValue } from './core/attributes.ts';
export type { Awaitable, Coroutine, Result } from './core/awaitable.ts';
export type { Callback, CallbackOptions } from './core/callback.ts';
export type {
  AnyEntity,
  Entity,
  EntityCalls,
  EntityClient,
  EntityDefinition,
  EntityHandlers,
  EntityReads,
} from './core/entity.ts';
export type { Command } from './core/command.ts';
export type { Duration } from './core/duration.ts';
export type { Logger } from './core/logger.ts';
export type { Query } from './core/query.ts';
export type { RunInfo } from './core/run-info.ts';
export type { Signal, SignalOptions } from './core/signal.ts';
export type { Stream, StreamEntry, StreamOptions } from './core/stream.ts';
export type { Update, UpdateHandler } from './core/update.ts';
export type { StandardSchemaV1 } from './core/standard-schema.ts';
export type { DefinedStepOptions, RetryPolicy, StepContext, StepDefaults, StepOptions } from './core/step.ts';
export type { Task } from './core/task.ts';
export type { Workflow, WorkflowOptions } from './core/workflow.ts';

// workflows and steps
export { workflow } from './api/workflow.ts';
export { entity, type EntityOptions } from './api/entity.ts';
export { defineStep, step, stepContext } from './api/step.ts';

export { pool } from './api/pool.ts';
export type { Pool, PoolLimits, Rate } from './core/pool.ts';

export { transaction } from './api/transaction.ts';
export type {
  Transaction,
  TransactionCheck,
  TransactionCondition,
  TransactionDelete,
  TransactionPut,
  TransactionUpdate,
} from './api/transaction.ts';

// time
export { sleep, sleepUntil } from './api/sleep.ts';

// tasks
export { allTasks, createTask, currentTask } from './api/create-task.ts';
export { Future } from './core/future.ts';

// combinators
export { asCompleted, type AsCompletedOptions } from './api/as-completed.ts';
export { batch } from './api/batch.ts';
export type { BatchOptions } from './api/batch-plan.ts';
export { Batch, type BatchEnd, type BatchItem } from './core/batch.ts';
export { gather, type GatherOptions } from './api/gather.ts';
export { race } from './api/race.ts';
export { shield } from './api/shield.ts';
export { taskGroup, type TaskGroup } from './api/task-group.ts';
export { timeout, type TimeoutScope } from './api/timeout.ts';
export { wait, type ReturnWhen, type WaitOptions } from './api/wait.ts';
export { waitFor } from './api/wait-for.ts';
export { waitUntil, type WaitUntilOptions } from './api/wait-until.ts';

// queues and locks
export { Barrier } from './api/barrier.ts';
export { Condition } from './api/condition.ts';
export { Event } from './api/event.ts';
export { Lock } from './api/lock.ts';
export { LifoQueue, PriorityQueue, Queue } from './api/queue.ts';
export { BoundedSemaphore, Semaphore } from './api/semaphore.ts';

// blocks
export { poll, type PollOptions } from './api/poll.ts';
export { retry } from './api/retry.ts';
export { saga, type Saga } from './api/saga.ts';

// other functions and runs
export { remoteStep, type RemoteStepOptions } from './api/remote-step.ts';
export { child, type ChildOptions, type ChildRun, startChild } from './api/child.ts';
export { getRun, type RunReference } from './api/get-run.ts';
export { startRun, type StartRunOptions } from './api/start-run.ts';

// changing the code of runs that are alive
export { deprecatePatch, patched } from './api/patched.ts';

// the run, and what comes from outside
export { log } from './api/log.ts';
export { now } from './api/now.ts';
export { query } from './api/query.ts';
export { random, uuid } from './api/random.ts';
export { runInfo } from './api/run-info.ts';
export { setAttributes, setStatus } from './api/show.ts';
export { signal } from './api/signal.ts';
export { stream } from './api/stream.ts';
export { callback } from './api/callback.ts';
export { update, type UpdateOptions } from './api/update.ts';
export { continueAsNew } from './api/continue-as-new.ts';

// errors
export {
  BrokenBarrierError,
  CancelledError,
  type InputIssue,
  InvalidInputError,
  InvalidStateError,
  isCancelled,
  LullError,
  NondeterminismError,
  NonRetryableError,
  PayloadTooLargeError,
  QueueEmpty,
  QueueFull,
  QueueShutDown,
  RetryAfterError,
  StepFailedError,
  TimeoutError,
  UnserializableValueError,
  WorkflowCodeError,
  type WorkflowCodeErrorCode,
} from './core/errors.ts';
export { CallCancelledError, UnknownHandlerError } from './core/entity-errors.ts';
export {
  ChildFailedError,
  IdempotencyKeyReusedError,
  InboxFullError,
  RunCancelledError,
  RunEndedError,
  RunFailedError,
  RunIdTakenError,
  RunNotFoundError,
  RunTerminatedError,
} from './core/run-errors.ts';
export {
  type FailedCondition,
  TransactionConditionError,
  TransactionConflictError,
  TransactionRefusedError,
} from './core/transaction/errors.ts';
export { ExceptionGroup } from './core/exception-group.ts';
export type { ErrorClass, ErrorCondition } from './core/split-group.ts';
export { InvariantError } from './core/invariant.ts';
export { registerClass, registerError } from './core/class-registry.ts';
