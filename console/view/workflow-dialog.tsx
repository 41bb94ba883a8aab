/** Pauses a whole workflow, or lets it go on. */
import { signal } from '@preact/signals';
import { useState } from 'preact/hooks';
import { pauseWorkflow, resumeWorkflow } from '../data/act-on-workflow.ts';
import { lookAtRun } from '../data/run-store.ts';
import { lookAtRuns } from '../data/runs-store.ts';
import { lookAtWorkflows } from '../data/workflows-store.ts';
import { AskForm } from './ask-form.tsx';
import { Field } from './dialog.tsx';

interface Opened {
  readonly workflow: string;
  readonly action: 'pause' | 'resume';
}

const opened = signal<Opened | undefined>(undefined);

export function openWorkflow(action: Opened['action'], workflow: string): void {
  opened.value = { action, workflow };
}

export function WorkflowDialog() {
  return opened.value === undefined ? null : <WorkflowForm {...opened.value} />;
}

const CONSEQUENCES: Readonly<Record<Opened['action'], readonly string[]>> = {
  pause: [
    'Within 5 seconds no turn of its runs begins any more. Steps that are under way come to their end.',
    'What is started and sent is accepted, and waits; requests to cancel and to terminate are carried out.',
    'Time goes on: timers that fall due fire at the resume. Other workflows and schedules go on.',
  ],
  resume: ['Runs that waited for it take their turns within about a minute; with very many, some take longer.'],
};

function WorkflowForm({ workflow, action }: Opened) {
  const [reason, setReason] = useState('');
  const close = (): void => void (opened.value = undefined);
  const submit = async (): Promise<void> => {
    if (action === 'pause') await pauseWorkflow(workflow, reason);
    else await resumeWorkflow(workflow);
    close();
    lookAtWorkflows();
    lookAtRuns();
    lookAtRun();
  };
  return (
    <AskForm
      title={`${action === 'pause' ? 'Pause' : 'Resume'} workflow ${workflow}`}
      consequences={CONSEQUENCES[action]}
      button={action === 'pause' ? 'Pause' : 'Resume'}
      onSubmit={submit}
      onClose={close}
    >
      {action === 'pause' ? (
        <Field
          label="Reason, which each run that waits shows"
          value={reason}
          onInput={setReason}
          placeholder="the bank is down"
          problem={reason.length > 200 ? `${reason.length} characters: up to 200 are taken` : undefined}
        />
      ) : null}
    </AskForm>
  );
}
