import type { FunctionName, HostedWorkflow } from './host-protocol.ts';

/** What the local cloud has to tell whoever watches it. Nothing needs an answer. */
export type LocalCloudNotice =
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
  /** Its code cannot follow its journal: it waits for code that can. */
  | { readonly kind: 'run-blocked'; readonly runId: string; readonly workflow: string; readonly reason: string }
  | { readonly kind: 'reloaded'; readonly version: string; readonly workflows: readonly HostedWorkflow[] }
  /** The code before goes on. */
  | { readonly kind: 'reload-failed'; readonly reason: string }
  /** It was not asked to: it crashed, was killed or took too long. Another one takes its place. */
  | { readonly kind: 'process-ended'; readonly function: FunctionName; readonly pid: number; readonly how: string }
  /** The function threw, or its event or result was too large. (That its process ended is a notice of its own.) */
  | { readonly kind: 'invocation-failed'; readonly function: FunctionName; readonly reason: string }
  /** A wake was received too often and is given up; the sweeper sees to its run. */
  | { readonly kind: 'dead-letter'; readonly body: string }
  /** A line that a function wrote to its standard output or error. */
  | { readonly kind: 'output'; readonly function: FunctionName; readonly pid: number; readonly line: string };
