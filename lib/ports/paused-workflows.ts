/** The list of paused workflows: one item of the table, which workers read now and then, and not for each turn. */
import type { RunItem } from './run-item.ts';

/** A workflow that is paused, or was: operation 28. */
export interface ListedWorkflow {
  readonly workflow: string;
  /** Since when it is paused; absent of one that was resumed. */
  readonly pausedAtMs?: number;
  readonly reason?: string;
  /** When it was resumed; absent of one that is paused. Its held runs are put back, and so is one that a worker holds late. */
  readonly resumedAtMs?: number;
}

export interface WorkflowList {
  /** Counts the changes. 0: there was none. */
  readonly version: number;
  readonly workflows: readonly ListedWorkflow[];
}

/**
 * How many names the list has at most. Those of paused workflows are in the condition of a take, which has room for 100; and
 * a sweep looks at the held runs of each of the others.
 */
export const LISTED_WORKFLOWS_LIMIT = 100;

/** Paused, by name. */
export function pausedIn({ workflows }: WorkflowList): ReadonlyMap<string, ListedWorkflow> {
  return new Map(workflows.flatMap((one) => (one.pausedAtMs === undefined ? [] : [[one.workflow, one]])));
}

export const NO_WORKFLOWS_LISTED: WorkflowList = { version: 0, workflows: [] };

export type ChangeWorkflowListResult = { readonly kind: 'done' } | { readonly kind: 'changed' };

export interface HoldRun {
  readonly nowMs: number;
  readonly dueByMs: number;
  readonly workflow: string;
}

/** `refused`: it is not as it has to be; a worker has it, it is not due, it is to stop, ... */
export type HoldRunResult = { readonly kind: 'held' | 'refused' };

export type PutRunBackResult = { readonly kind: 'done'; readonly run: RunItem } | { readonly kind: 'refused' };
