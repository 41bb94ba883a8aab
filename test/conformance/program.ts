/** A program of the conformance suite: a workflow, what happens to its run from outside, and how the run has to end. */
import type { BulkAction } from '../../lib/client/bulk.ts';
import type { AnyEntity } from '../../lib/core/entity.ts';
import type { AnyWorkflow } from '../../lib/core/workflow.ts';

/** As JSON has it, since each home is spoken to over HTTP. A RegExp stands for a text that matches it. */
export type Expected =
  null | boolean | number | string | RegExp | readonly Expected[] | { readonly [key: string]: Expected };

/** What `GET /runs/{id}` has to show: an object is held against the fields named here, an array against all of it. */
export type Ending =
  | { readonly status: 'completed'; readonly result?: Expected }
  | { readonly status: 'failed'; readonly error: Expected }
  | { readonly status: 'cancelled' | 'terminated'; readonly reason?: Expected }
  /** There is no such run any more, and its id is not free at once. */
  | { readonly status: 'deleted' };

/** Something from outside, this long after what came before it: after the start of the run, for the first. */
export type Act = { readonly after?: string } &
  /** The token is the result of that step. */
  (
    | { readonly completeCallback: string; readonly value: unknown }
    /** Completes a callback as somebody who has its url alone, which is the result of that step. */
    | { readonly openLink: string; readonly value: unknown }
    | { readonly signal: string; readonly payload: unknown; readonly idempotencyKey?: string }
    | { readonly cancel: string }
    | { readonly terminate: string; readonly undo?: true }
    | { readonly pause: true }
    | { readonly resume: true }
    /** The whole workflow of the run. */
    | { readonly workflow: 'pause' | 'resume' }
    /** `answers`: the body of a 200, or what a problem shows. */
    | { readonly query: string; readonly args?: unknown; readonly answers: Expected }
    /** `answers`: as of a query. Waited for. */
    | { readonly update: string; readonly args?: unknown; readonly answers: Expected; readonly idempotencyKey?: string }
    /** Of the entity whose key is the run's id. `answers`: as of an update, or of a query. */
    | { readonly entity: string; readonly call: string; readonly args?: readonly unknown[]; readonly answers: Expected }
    | StreamAct
    | RepairAct
  );

/** Reads all that is there from that place on; a run in real time may not have written it yet. */
export interface StreamAct {
  readonly stream: string;
  /** From 1. */
  readonly from?: number;
  readonly values: readonly Expected[];
}

/** What people do to a run that has ended, or to many. All but `fork` of a run that goes on wait for its end. */
export type RepairAct =
  /** `answers`: of what is refused. */
  | { readonly retry: true; readonly force?: true; readonly answers?: Expected }
  /** Before the step of that name; the fork is waited for. `answers`: instead, where it is refused. */
  | { readonly fork: string; readonly input?: unknown; readonly ends?: Ending; readonly answers?: Expected }
  | { readonly delete: true; readonly answers?: Expected }
  /** Whether for the run itself it is done, among all runs of its workflow: first in a dry run, then for real. */
  | { readonly bulk: BulkAction; readonly done: boolean }
  | { readonly schedule: ScheduleAct };

/** A schedule of the program's workflow, which is made, has its time, and is deleted. */
export interface ScheduleAct {
  readonly input?: unknown;
  readonly overlap?: string;
  /** How each run that it starts has to end. */
  readonly ends: Ending;
}

/** A line that the run has to log, once: not again when its code is replayed. */
export interface LoggedLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: RegExp;
}

/** The same in every home: whatever differs there between two homes is a fault. */
export interface Program {
  /** Default: the workflow's. */
  readonly name?: string;
  /** The one that is started. */
  readonly workflow: AnyWorkflow;
  /** Those that it starts, and the entities that it calls. */
  readonly others?: readonly (AnyWorkflow | AnyEntity)[];
  /** A function gives it, for each run another one. */
  readonly input?: unknown;
  readonly acts?: readonly Act[];
  readonly ends: Ending;
  readonly afterEnd?: readonly StreamAct[];
  readonly logs?: readonly LoggedLine[];
  /** What is compared of the result, where times are those of a real clock: what depends on them is left out. */
  readonly withoutTimes?: (result: unknown) => unknown;
}

export function workflowsOf({ workflow, others = [] }: Program): readonly (AnyWorkflow | AnyEntity)[] {
  return [workflow, ...others];
}

export function inputOf({ input }: Program): unknown {
  return typeof input === 'function' ? (input as () => unknown)() : input;
}

export function nameOf({ name, workflow }: Program): string {
  return name ?? workflow.name;
}
