import type { FunctionEvent } from './function-event.ts';

/** What a local cloud reports to its `log`. An event needs no answer. */
export type CloudEvent =
  | { readonly kind: 'run-started'; readonly runId: string; readonly workflow: string }
  | {
      readonly kind: 'run-ended';
      readonly runId: string;
      readonly workflow: string;
      readonly status: string;
      readonly tookMs: number;
      /** Why, line by line: the error of a run that failed, the reason of one that was cancelled or terminated. */
      readonly reason?: readonly string[];
    }
  /** The run's code cannot replay its journal. The run waits for code that can. */
  | { readonly kind: 'run-blocked'; readonly runId: string; readonly workflow: string; readonly reason: string }
  /** A step's body threw, and is called again. The error is absent where it is the same as in the attempt before. */
  | {
      readonly kind: 'attempt-failed';
      readonly runId: string;
      readonly workflow: string;
      readonly step: string;
      readonly attempt: number;
      readonly retryInMs: number;
      /** Line by line, with the author's line. */
      readonly error: readonly string[];
    }
  /** A step's body threw for the last time: its workflow gets the error. Absent where it is that of the attempt before. */
  | {
      readonly kind: 'step-failed';
      readonly runId: string;
      readonly workflow: string;
      readonly step: string;
      readonly error: readonly string[];
    }
  /** The worker that has the run cannot do anything else: its code computes without a `yield*`. */
  | {
      readonly kind: 'run-busy';
      readonly runId: string;
      readonly workflow: string;
      /** As in `step "charge" (#3)`. Absent: it has asked for nothing yet. */
      readonly lastAskedFor?: string;
    }
  | { readonly kind: 'reloaded'; readonly version: string; readonly workflows: readonly ExportedWorkflow[] }
  /** The code before stays in place. */
  | { readonly kind: 'reload-failed'; readonly reason: string }
  /** A process crashed, was killed or took too long. Another one takes its place. */
  | { readonly kind: 'process-ended'; readonly function: string; readonly pid: number; readonly how: string }
  /** The function threw, or its event or result was too large. */
  | { readonly kind: 'invocation-failed'; readonly function: string; readonly reason: string }
  /** A message was received too often. `queue` is the queue's id in a template. */
  | { readonly kind: 'dead-letter'; readonly body: string; readonly queue?: string }
  /** A caller of AWS is not allowed what it asked for. */
  | {
      readonly kind: 'call-denied';
      /** The caller's ARN. */
      readonly principal: string;
      /** `dynamodb:PutItem`. */
      readonly action: string;
      readonly resource: string;
      readonly message: string;
    }
  /** An event source, a rule or a schedule does not call its function, for this reason. */
  | { readonly kind: 'not-called'; readonly source: string; readonly reason: string }
  /** A line of an HTTP API's access log, in the template's format. `reason` says why no function answered. */
  | { readonly kind: 'request'; readonly api: string; readonly line: string; readonly reason?: string }
  /** An event of a function and its sandboxes. */
  | ({ /** The function's name. */ readonly function: string } & FunctionEvent);

/** A workflow in the code that a function was made from. */
export interface ExportedWorkflow {
  readonly name: string;
  /** It can be started, and has no schema that refuses inputs. */
  readonly takesAnything: boolean;
}
