/** Says what a run waits for that does not come. */
import type { RunInspection } from '../engine/inspect-run.ts';
import { LullError } from '../core/errors.ts';
import type { Pending } from '../scheduler/live-run.ts';

/** The run was waited for, and nothing will ever happen by itself that could end it: no timer, no step, no message. */
export class RunStuckError extends LullError {
  static {
    this.prototype.name = 'RunStuckError';
  }
  readonly runId: string;

  constructor(runId: string, workflow: string, waitsFor: string) {
    super('RUN_STUCK', `run "${runId}" of workflow "${workflow}" never ends by itself: it waits for ${waitsFor}`);
    this.runId = runId;
  }
}

/** What stands behind `it waits for`. */
export function describeWaiting(inspection: RunInspection): string {
  if (inspection.kind === 'unreadable') return `something that cannot be said: ${inspection.error.message}`;
  if (inspection.pending.length === 0) {
    return (
      `nothing that could come from outside (it stands ${inspection.codeLocation}): its tasks wait for each other, for a ` +
      `lock, a queue, an event or a future that no task will serve`
    );
  }
  const waits = [...new Set(inspection.pending.map(describePending))].join(', ');
  const advice = inspection.pending.some(({ kind }) => kind === 'receive')
    ? `. Send it (start() gives the run: await run.signal(...)) before you wait for the end`
    : '';
  return `${waits}${advice}`;
}

function describePending(pending: Pending): string {
  switch (pending.kind) {
    case 'receive':
      return `signal "${pending.name}"`;
    case 'callback':
      return `callback "${pending.name}"`;
    case 'step':
      return `step "${pending.command.name}"`;
    case 'sleep':
      return `a timer until ${new Date(pending.dueAtMs).toISOString()}`;
  }
}
