/** A workflow as the engine sees it: the definition behind the function that an author calls. */
import type { Coroutine } from './awaitable.ts';
import type { Duration } from './duration.ts';
import type { EntityDefinition } from './entity.ts';
import type { Pool } from './pool.ts';
import type { RunPlacing } from './run-placing.ts';
import type { StandardSchema, StandardSchemaV1 } from './standard-schema.ts';
import type { StepDefaults } from './step.ts';

/** What may be said about a workflow beside its body. */
export interface WorkflowOptions<In, I = In> {
  /** Turns what callers pass into what the body gets (zod, valibot, arktype, ...). */
  input?: StandardSchemaV1<In, I>;
  /**
   * The limit of a whole run, from its begin to its end: its body is cancelled then, may clean up, and the run fails with a
   * TimeoutError. A start may give a smaller one. A run keeps the limit that it was started with. Default: none.
   */
  timeout?: Duration;
  /** How long a run that ended is kept: 15 minutes or more. Default: forever. */
  retention?: Duration;
  /** For all steps of a run that do not say otherwise themselves. */
  steps?: StepDefaults;
  /**
   * Each run has a place in it from its begin to its end, and does not begin before it has one. Its steps need no other one in
   * that pool. Default: none.
   */
  pool?: Pool;
  /** The key in the pool, a text of 1 to 255 characters. Needed where the pool has limits for each key. */
  key?: (input: I) => string;
  /** A higher one goes first in the pool: a whole number. Default: 0. */
  priority?: (input: I) => number;
  /**
   * `'unbounded'`: a run may go on without end, and never reaches the limit of a journal. It goes on from a snapshot of its
   * coroutines, behind which its journal is archived in the bucket, or dropped where there is none. Only in code that is
   * compiled for frames (experimental). Default: the journal is kept whole, and has a limit.
   */
  history?: 'unbounded';
}

/**
 * A named generator function. Called inside a run, it returns its coroutine, to be awaited inline; code that starts
 * runs (`client.start`, `child`, ...) takes it as a value.
 */
export interface Workflow<In, R, I = In> {
  (input: I): Coroutine<R>;
  readonly name: string;
}

export interface WorkflowDefinition {
  readonly name: string;
  /** Checks an input as callers pass it, where a run is started; what it returns is stored. */
  readonly inputSchema: StandardSchema | undefined;
  readonly timeoutMs: number | undefined;
  readonly retentionMs: number | undefined;
  readonly stepDefaults: StepDefaults | undefined;
  /** Undefined: its runs need no places. */
  readonly placing?: RunPlacing | undefined;
  /** The journal of a run is not kept whole: it goes on from its base. */
  readonly isUnbounded: boolean;
  /** Its runs are those of an entity: they begin with their first call, and not otherwise. */
  readonly entity?: EntityDefinition;
  /** The author's code, for messages that name what is in it. */
  readonly code?: (input: never) => unknown;
  /** The coroutine of a run. `input` is what the schema gave: it was checked at the door. */
  start(input: unknown): Coroutine<unknown>;
  /** The same within a timer of its own, as the journals of before have it: the workflow's timeout was one. */
  startWithTimer(input: unknown): Coroutine<unknown>;
}

const DEFINITION = Symbol.for('lull.workflow');

/** Binds a definition to the function that authors call. */
export function setDefinition(workflow: object, definition: WorkflowDefinition): void {
  Object.defineProperty(workflow, DEFINITION, { value: definition });
}

/** Any workflow, whatever it takes and returns. */
// A parameter type that fits all functions of one argument is `never`.
export type AnyWorkflow = Workflow<never, unknown, never>;

/** Says whether a value is what `workflow()` gave. */
export function isWorkflow(value: unknown): value is AnyWorkflow {
  return typeof value === 'function' && DEFINITION in value;
}

/** The definition behind a workflow. */
export function definitionOf(workflow: AnyWorkflow): WorkflowDefinition {
  return (workflow as unknown as { readonly [DEFINITION]: WorkflowDefinition })[DEFINITION];
}
