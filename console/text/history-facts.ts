/** What a history says beside its events. */
import type { EventAnswer, ShownError } from '../data/answers.ts';

export interface ChildRun {
  readonly id: string;
  /** How it ended, where this run has learnt of it. */
  readonly status: string | undefined;
  /** Else it is a run of its own. */
  readonly isChild: boolean;
}

/** The runs that this one has started, in order. */
export function childrenOf(events: readonly EventAnswer[]): readonly ChildRun[] {
  const children = new Map<string, ChildRun>();
  for (const { operation, kind, runId, status } of events) {
    const started = operation?.runId;
    if (started !== undefined && (operation?.kind === 'start-child' || operation?.kind === 'start-run')) {
      const isChild = operation.kind === 'start-child';
      if (!children.has(started)) children.set(started, { id: started, status: undefined, isChild });
    }
    const child = kind === 'run-ended' && runId !== undefined ? children.get(runId) : undefined;
    if (child !== undefined) children.set(child.id, { ...child, status });
  }
  return [...children.values()];
}

/** The error of a run that failed: a history has its stack, which a description does not have. */
export function failureOf(events: readonly EventAnswer[]): ShownError | undefined {
  const last = events.at(-1);
  return last?.kind === 'failed' ? (last.error as ShownError) : undefined;
}
