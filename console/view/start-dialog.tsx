/** Starts a run of a workflow: with the fields of its input where its schema says them, or with JSON. */
import { signal } from '@preact/signals';
import { useState } from 'preact/hooks';
import { startRun } from '../data/act.ts';
import { goToRun, place } from '../data/page-state.ts';
import { lookAtRuns } from '../data/runs-store.ts';
import { pausedWorkflows, workflows } from '../data/workflows-store.ts';
import { AskForm } from './ask-form.tsx';
import { Choice, Field } from './dialog.tsx';
import { InputEditor, useInput } from './input-editor.tsx';

/** The workflow that is chosen at first; undefined: it is not open. */
const opened = signal<string | undefined>(undefined);

export function openStart(workflow = place.value.filter.workflow ?? ''): void {
  opened.value = workflow;
}

export function StartDialog() {
  return opened.value === undefined ? null : <StartForm chosen={opened.value} />;
}

function StartForm({ chosen }: { readonly chosen: string }) {
  const names = workflows.value;
  const [picked, setWorkflow] = useState<string>();
  const workflow = picked ?? (names.includes(chosen) ? chosen : (names[0] ?? ''));
  const [id, setId] = useState('');
  const draft = useInput(workflow, undefined);
  const [key] = useState(() => crypto.randomUUID());
  const close = (): void => void (opened.value = undefined);
  const submit = async (): Promise<void> => {
    const { value, problems } = draft.read();
    if (problems.length > 0) return;
    const started = await draft.send(() => startRun(workflow, { input: value, id }, key));
    close();
    lookAtRuns();
    goToRun(started);
  };
  return (
    <AskForm
      title="Start a run"
      consequences={consequencesOf(workflow, id)}
      button="Start"
      isReady={workflow !== ''}
      onSubmit={submit}
      onClose={close}
    >
      <Choice
        label="Workflow"
        value={workflow}
        options={names}
        onChoose={(name) => {
          setWorkflow(name);
          draft.forgetRefusals();
        }}
      />
      <InputEditor workflow={workflow} label="Input" draft={draft} />
      <Field label="Id" value={id} onInput={setId} placeholder="made up" />
    </AskForm>
  );
}

function consequencesOf(workflow: string, id: string): readonly string[] {
  return [
    'The schema of the workflow checks the input; nothing is started if it does not fit.',
    ...(id === ''
      ? []
      : ['If there is a run of that id with the same input, it is that run; with another input it is refused.']),
    ...(pausedWorkflows.value.has(workflow) ? ['The workflow is paused: the run waits for its resume.'] : []),
  ];
}
