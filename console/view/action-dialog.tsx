/** An action on the shown run: what it takes, what will happen, and what came of it. */
import { signal } from '@preact/signals';
import { useState } from 'preact/hooks';
import type { ShownRun } from '../data/answers.ts';
import { act, type ActionInput } from '../data/act.ts';
import { goToRun, nowMs, timeZone } from '../data/page-state.ts';
import { events, lookAtRun } from '../data/run-store.ts';
import { lookAtRuns } from '../data/runs-store.ts';
import { readJson, writeJson } from '../text/read-json.ts';
import { actionsFor, awaitedSignals, stepIdsOf, whatHappens, type Action } from '../text/what-happens.ts';
import { Dialog, Field, Outcome } from './dialog.tsx';
import { ValueView } from './value-view.tsx';

interface Opened {
  readonly action: Action;
  /** Of a fork: the step that was chosen. */
  readonly before: string;
}

export const openedAction = signal<Opened | undefined>(undefined);

const BUTTONS: Readonly<Record<Action, string>> = {
  signal: 'Signal',
  update: 'Update',
  query: 'Query',
  cancel: 'Cancel',
  terminate: 'Terminate',
  retry: 'Retry',
  fork: 'Fork',
  delete: 'Delete',
};

const DANGEROUS: ReadonlySet<Action> = new Set(['terminate', 'delete']);

export function ActionButtons({ shown }: { readonly shown: ShownRun }) {
  return (
    <div class="actions" role="group" aria-label="Actions">
      {actionsFor(shown.status).map((action) => (
        <button
          key={action}
          type="button"
          class={`plain-button${DANGEROUS.has(action) ? ' is-danger' : ''}`}
          onClick={() => (openedAction.value = { action, before: '' })}
        >
          {BUTTONS[action]}
        </button>
      ))}
    </div>
  );
}

export function ActionDialog({ shown }: { readonly shown: ShownRun }) {
  const opened = openedAction.value;
  if (opened === undefined) return null;
  return <ActionForm key={opened.action} shown={shown} {...opened} />;
}

function ActionForm({ shown, action, before: chosen }: { readonly shown: ShownRun } & Opened) {
  const waited = [...awaitedSignals(shown.waitsFor)];
  const [name, setName] = useState(action === 'signal' ? (waited[0] ?? '') : '');
  const [payload, setPayload] = useState('');
  const [reason, setReason] = useState('');
  const [undo, setUndo] = useState(false);
  const [before, setBefore] = useState(chosen);
  const [input, setInput] = useState(writeJson(shown.input));
  const [id, setId] = useState('');
  const [key] = useState(() => crypto.randomUUID());
  const [{ answer, error, isAsking }, setState] = useState<{
    answer?: { value: unknown };
    error?: string;
    isAsking: boolean;
  }>({ isAsking: false });
  const takesName = action === 'signal' || action === 'update' || action === 'query';
  const value = readJson(takesName ? payload : input);
  const isReady = value.problem === undefined && !(takesName && name === '') && !(action === 'fork' && before === '');
  const facts = { run: shown, events: events.value, now: new Date(nowMs.value), timeZone, before, name };
  const close = (): void => void (openedAction.value = undefined);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (!isReady || isAsking) return;
    setState({ isAsking: true });
    try {
      const given: ActionInput = {
        name,
        reason,
        undo,
        before,
        id,
        ...('value' in value ? { payload: value.value } : {}),
        ...('value' in value && input !== writeJson(shown.input) ? { input: value.value } : {}),
      };
      const said = await act(action, shown.id, given, key);
      lookAtRun();
      lookAtRuns();
      finish(action, said, { close, show: () => setState({ answer: { value: said }, isAsking: false }) });
    } catch (thrown) {
      setState({ error: (thrown as Error).message, isAsking: false });
    }
  };
  return (
    <Dialog title={`${BUTTONS[action]} ${shown.id}`} onClose={close}>
      <form onSubmit={(event) => void submit(event)}>
        <ul class="consequences">
          {whatHappens(action, facts).map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
        {takesName ? (
          <>
            <Field
              label={`Name of the ${action}`}
              value={name}
              onInput={setName}
              options={action === 'signal' ? waited : []}
            />
            <Field
              label={action === 'signal' ? 'Payload, as JSON' : 'Input, as JSON'}
              value={payload}
              onInput={setPayload}
              problem={value.problem}
              isLong
            />
          </>
        ) : null}
        {action === 'cancel' || action === 'terminate' ? (
          <Field label="Reason" value={reason} onInput={setReason} />
        ) : null}
        {action === 'terminate' ? (
          <label class="check">
            <input type="checkbox" checked={undo} onChange={({ currentTarget }) => setUndo(currentTarget.checked)} />{' '}
            Undo its steps first
          </label>
        ) : null}
        {action === 'fork' ? (
          <>
            <Field
              label="Before step"
              value={before}
              onInput={setBefore}
              options={stepIdsOf(events.value)}
              placeholder="charge#3"
            />
            <Field
              label="Input of the new run, as JSON"
              value={input}
              onInput={setInput}
              problem={value.problem}
              isLong
            />
            <Field label="Id of the new run" value={id} onInput={setId} placeholder="made up" />
          </>
        ) : null}
        <Outcome error={error} />
        {answer === undefined ? null : <ValueView value={answer.value ?? null} name="answer" />}
        <div class="dialog-buttons">
          <button type="button" class="plain-button" onClick={close}>
            {answer === undefined ? 'Leave it' : 'Close'}
          </button>
          <button
            type="submit"
            class={`plain-button is-main${DANGEROUS.has(action) ? ' is-danger' : ''}`}
            disabled={!isReady || isAsking}
          >
            {isAsking ? 'Asking ...' : BUTTONS[action]}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** An answer is shown; a new run is led to; of a run that is gone, the list is. */
function finish(action: Action, said: unknown, { close, show }: { close: () => void; show: () => void }): void {
  if (action === 'query' || action === 'update') {
    show();
    return;
  }
  close();
  if (action === 'delete') goToRun(undefined);
  const id = (said as { readonly id?: unknown } | undefined)?.id;
  if (action === 'fork' && typeof id === 'string') goToRun(id);
}
