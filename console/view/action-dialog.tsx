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
  pause: 'Pause',
  resume: 'Resume',
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

/** What is in the fields: texts as they were written. */
interface Written {
  readonly name: string;
  readonly payload: string;
  readonly reason: string;
  readonly undo: boolean;
  readonly before: string;
  readonly input: string;
  readonly id: string;
}

interface Asked {
  readonly isAsking: boolean;
  readonly answer?: { readonly value: unknown };
  readonly error?: string;
}

function takesName(action: Action): boolean {
  return action === 'signal' || action === 'update' || action === 'query';
}

function ActionForm({ shown, action, before }: { readonly shown: ShownRun } & Opened) {
  const [waited = ''] = action === 'signal' ? awaitedSignals(shown.waitsFor) : [];
  const [written, setWritten] = useState<Written>({
    ...{ name: waited, payload: '', reason: '', undo: false, before, id: '' },
    input: writeJson(shown.input),
  });
  const [{ answer, error, isAsking }, setAsked] = useState<Asked>({ isAsking: false });
  const [key] = useState(() => crypto.randomUUID());
  const read = readJson(takesName(action) ? written.payload : written.input);
  const isNamed = takesName(action) ? written.name !== '' : action !== 'fork' || written.before !== '';
  const isReady = read.problem === undefined && isNamed && !isAsking;
  const close = (): void => void (openedAction.value = undefined);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (!isReady) return;
    setAsked({ isAsking: true });
    try {
      const said = await act(action, shown.id, toInput(written, shown, read.value), key);
      lookAtRun();
      lookAtRuns();
      finish(action, said, { close, show: () => setAsked({ answer: { value: said }, isAsking: false }) });
    } catch (thrown) {
      setAsked({ error: (thrown as Error).message, isAsking: false });
    }
  };
  return (
    <Dialog title={`${BUTTONS[action]} ${shown.id}`} onClose={close}>
      <form onSubmit={(event) => void submit(event)}>
        <Consequences shown={shown} action={action} written={written} />
        <ActionFields
          {...{ shown, action, written, problem: read.problem }}
          onWrite={(change) => setWritten({ ...written, ...change })}
        />
        <Outcome error={error} />
        {answer === undefined ? null : <ValueView value={answer.value ?? null} name="answer" />}
        <div class="dialog-buttons">
          <button type="button" class="plain-button" onClick={close}>
            {answer === undefined ? 'Leave it' : 'Close'}
          </button>
          <button
            type="submit"
            class={`plain-button is-main${DANGEROUS.has(action) ? ' is-danger' : ''}`}
            disabled={!isReady}
          >
            {isAsking ? 'Asking ...' : BUTTONS[action]}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** An input that was not edited is that of the run, as it is stored: it is not sent. */
function toInput({ name, reason, undo, before, id, input }: Written, shown: ShownRun, value: unknown): ActionInput {
  const isEdited = input !== writeJson(shown.input);
  return { name, reason, undo, before, id, payload: value, ...(isEdited ? { input: value } : {}) };
}

function Consequences({
  shown,
  action,
  written,
}: {
  readonly shown: ShownRun;
  readonly action: Action;
  readonly written: Written;
}) {
  const { before, name } = written;
  const facts = { run: shown, events: events.value, now: new Date(nowMs.value), timeZone, before, name };
  return (
    <ul class="consequences">
      {whatHappens(action, facts).map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}

interface FieldsProps {
  readonly shown: ShownRun;
  readonly action: Action;
  readonly written: Written;
  readonly problem: string | undefined;
  readonly onWrite: (change: Partial<Written>) => void;
}

function ActionFields({ shown, action, written, problem, onWrite }: FieldsProps) {
  const { name, payload, reason, undo, before, input, id } = written;
  if (takesName(action)) {
    const options = action === 'signal' ? [...awaitedSignals(shown.waitsFor)] : [];
    const title = action === 'signal' ? 'Payload, as JSON' : 'Input, as JSON';
    return (
      <>
        <Field
          label={`Name of the ${action}`}
          value={name}
          onInput={(text) => onWrite({ name: text })}
          options={options}
        />
        <Field label={title} value={payload} onInput={(text) => onWrite({ payload: text })} problem={problem} isLong />
      </>
    );
  }
  if (action === 'fork') {
    const steps = stepIdsOf(events.value);
    return (
      <>
        <Field
          label="Before step"
          value={before}
          onInput={(text) => onWrite({ before: text })}
          options={steps}
          placeholder="charge#3"
        />
        <Field
          label="Input of the new run, as JSON"
          value={input}
          onInput={(text) => onWrite({ input: text })}
          problem={problem}
          isLong
        />
        <Field label="Id of the new run" value={id} onInput={(text) => onWrite({ id: text })} placeholder="made up" />
      </>
    );
  }
  if (action !== 'cancel' && action !== 'terminate') return null;
  return (
    <>
      <Field label="Reason" value={reason} onInput={(text) => onWrite({ reason: text })} />
      {action === 'cancel' ? null : (
        <label class="check">
          <input
            type="checkbox"
            checked={undo}
            onChange={({ currentTarget }) => onWrite({ undo: currentTarget.checked })}
          />{' '}
          Undo its steps first
        </label>
      )}
    </>
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
