/** Forks a run before a step: what the new run has of this one, and with which input. */
import { useState } from 'preact/hooks';
import type { ShownRun } from '../data/answers.ts';
import { act } from '../data/act.ts';
import { goToRun, nowMs, timeZone } from '../data/page-state.ts';
import { events } from '../data/run-store.ts';
import { lookAtRuns } from '../data/runs-store.ts';
import { readInput } from '../form/input-state.ts';
import { stepIdsOf, whatHappens } from '../text/what-happens.ts';
import { AskForm } from './ask-form.tsx';
import { Field } from './dialog.tsx';
import { InputEditor, useInput } from './input-editor.tsx';

interface ForkFormProps {
  readonly shown: ShownRun;
  /** The step that was chosen; empty: none yet. */
  readonly chosen: string;
  readonly onClose: () => void;
}

export function ForkForm({ shown, chosen, onClose }: ForkFormProps) {
  const [before, setBefore] = useState(chosen);
  const [id, setId] = useState('');
  const draft = useInput(shown.workflow, shown.input);
  const [key] = useState(() => crypto.randomUUID());
  const { value, problems } = readInput(draft.edited.state);
  const facts = { run: shown, events: events.value, now: new Date(nowMs.value), timeZone, before };
  const submit = async (): Promise<void> => {
    if (problems.length > 0) return;
    // An input that was not edited is that of the run, as it is stored: it is not sent.
    const input = draft.edited.isEdited ? { input: value } : {};
    const forked = await draft.send(() => act('fork', shown.id, { before, id, ...input }, key));
    onClose();
    lookAtRuns();
    goToRun((forked as { readonly id: string }).id);
  };
  return (
    <AskForm
      title={`Fork ${shown.id}`}
      consequences={whatHappens('fork', facts)}
      button="Fork"
      isReady={before !== '' && problems.length === 0}
      {...{ onSubmit: submit, onClose }}
    >
      <Field
        label="Before step"
        value={before}
        onInput={setBefore}
        options={stepIdsOf(events.value)}
        placeholder="charge#3"
      />
      <InputEditor workflow={shown.workflow} label="Input of the new run" draft={draft} />
      <Field label="Id of the new run" value={id} onInput={setId} placeholder="made up" />
    </AskForm>
  );
}
