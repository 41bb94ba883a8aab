/** Says what a run waits for that does not come. */
import type { Inspection } from '../ports/inspection.ts';
import { LullError } from '../core/errors.ts';
import type { OpenCommand } from '../journal/command-facts.ts';

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
export function describeWaiting(inspection: Inspection): string {
  if (inspection.kind === 'not-found') return 'nothing: there is no such run';
  if (inspection.kind === 'not-begun') return 'its first turn';
  if (inspection.kind === 'unreadable') return `something that cannot be said: ${inspection.error.message}`;
  const { commands, blockedBy } = inspection;
  if (blockedBy !== undefined) return `code that can follow its journal: ${blockedBy.message}`;
  if (commands.length === 0) {
    return (
      `nothing that could come from outside (it stands ${inspection.codeLocation}): its tasks wait for each other, for a ` +
      `lock, a queue, an event or a future that no task will serve`
    );
  }
  const waits = [...new Set(commands.map(describeCommand))].join(', ');
  const advice = commands.some(({ command }) => command.kind === 'receive')
    ? `. Send it (start() gives the run: await run.signal(...)) before you wait for the end`
    : '';
  return `${waits}${advice}`;
}

function describeCommand({ command }: OpenCommand): string {
  switch (command.kind) {
    case 'receive':
      return `signal "${command.name}"`;
    case 'callback':
      return `callback "${command.name}"`;
    case 'step':
      return `step "${command.name}"`;
    case 'sleep':
      return `a timer until ${new Date(command.dueAtMs).toISOString()}`;
  }
}
