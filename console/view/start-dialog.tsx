/** Starts a run of a workflow, with an input as JSON. */
import { signal } from '@preact/signals';
import { useState } from 'preact/hooks';
import { startRun } from '../data/act.ts';
import { goToRun, place } from '../data/page-state.ts';
import { lookAtRuns, workflows } from '../data/runs-store.ts';
import { readJson } from '../text/read-json.ts';
import { Dialog, Field, Outcome } from './dialog.tsx';

export const isStartOpen = signal(false);

export function StartDialog() {
  return isStartOpen.value ? <StartForm /> : null;
}

function StartForm() {
  const [workflow, setWorkflow] = useState(place.value.filter.workflow ?? workflows.value[0] ?? '');
  const [text, setText] = useState('');
  const [id, setId] = useState('');
  const [error, setError] = useState<string>();
  const [key] = useState(() => crypto.randomUUID());
  const input = readJson(text);
  const close = (): void => void (isStartOpen.value = false);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (input.problem !== undefined) return;
    try {
      const started = await startRun(workflow, { input: input.value, id }, key);
      close();
      lookAtRuns();
      goToRun(started);
    } catch (thrown) {
      setError((thrown as Error).message);
    }
  };
  return (
    <Dialog title="Start a run" onClose={close}>
      <form onSubmit={(event) => void submit(event)}>
        <ul class="consequences">
          <li>The input is checked by the schema of the workflow; nothing is started if it does not fit.</li>
          {id === '' ? null : (
            <li>If there is a run of that id with the same input, it is that run; with another input it is refused.</li>
          )}
        </ul>
        <Field label="Workflow" value={workflow} onInput={setWorkflow} options={workflows.value} />
        <Field label="Input, as JSON" value={text} onInput={setText} problem={input.problem} isLong />
        <Field label="Id" value={id} onInput={setId} placeholder="made up" />
        <Outcome error={error} />
        <div class="dialog-buttons">
          <button type="button" class="plain-button" onClick={close}>
            Leave it
          </button>
          <button type="submit" class="plain-button is-main" disabled={workflow === '' || input.problem !== undefined}>
            Start
          </button>
        </div>
      </form>
    </Dialog>
  );
}
