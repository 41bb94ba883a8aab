/** The form of a workflow's input, asked for once. */
import { signal } from '@preact/signals';
import { formFieldOf, type FormField } from '../form/form-field.ts';
import { ask, pathOf } from './ask.ts';

/** Of each workflow that was asked for; null: there is none, or it is not known yet. */
export const workflowFields = signal<ReadonlyMap<string, FormField | null>>(new Map());

/** An engine that does not have that route yet has no forms. */
export async function readWorkflowField(workflow: string): Promise<void> {
  if (workflow === '' || workflowFields.peek().has(workflow)) return;
  const note = (field: FormField | null): void => {
    workflowFields.value = new Map(workflowFields.peek()).set(workflow, field);
  };
  note(null);
  try {
    const { inputSchema } = await ask<{ inputSchema?: Readonly<Record<string, unknown>> }>(
      pathOf('workflows', workflow),
    );
    if (inputSchema !== undefined) note(formFieldOf(inputSchema));
  } catch {
    const others = new Map(workflowFields.peek());
    others.delete(workflow);
    workflowFields.value = others;
  }
}
