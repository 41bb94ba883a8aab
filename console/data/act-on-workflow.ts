/** What a person does to a whole workflow. */
import { ask, pathOf } from './ask.ts';

export function pauseWorkflow(workflow: string, reason: string): Promise<unknown> {
  return ask(pathOf('workflows', workflow, 'pause'), { method: 'POST', body: reason === '' ? {} : { reason } });
}

export function resumeWorkflow(workflow: string): Promise<unknown> {
  return ask(pathOf('workflows', workflow, 'resume'), { method: 'POST' });
}
