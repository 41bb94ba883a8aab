/** An action on the shown run: what it takes, what will happen, and what came of it. */
import { signal } from '@preact/signals';
import { useState } from 'preact/hooks';
import type { ShownRun } from '../data/answers.ts';
import { act } from '../data/act.ts';
import { goToRun, nowMs, timeZone } from '../data/page-state.ts';
import { events, lookAtRun } from '../data/run-store.ts';
import { lookAtRuns } from '../data/runs-store.ts';
import { readJson } from '../text/read-json.ts';
import { actionsFor, awaitedSignals, whatHappens, type Action } from '../text/what-happens.ts';
import { Dialog, Field, Outcome } from './dialog.tsx';
import { ForkForm } from './fork-form.tsx';
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
  const { action, before } = opened;
  const close = (): void => void (openedAction.value = undefined);
  if (action === 'fork') return <ForkForm shown={shown} chosen={before} onClose={close} />;
  return <ActionForm key={action} {...{ shown, action, close }} />;
}

/** What is in the fields: texts as they were written. */
interface Written {
  readonly name: string;
  readonly payload: string;
  readonly reason: string;
  readonly undo: boolean;
}

interface Asked {
  readonly isAsking: boolean;
  readonly answer?: { readonly value: unknown };
  readonly error?: string;
}

function takesName(action: Action): boolean {
  return action === 'signal' || action === 'update' || action === 'query';
}

interface ActionFormProps {
  readonly shown: ShownRun;
  readonly action: Exclude<Action, 'fork'>;
  readonly close: () => void;
}

function ActionForm({ shown, action, close }: ActionFormProps) {
  const [waited = ''] = action === 'signal' ? awaitedSignals(shown.waitsFor) : [];
  const [written, setWritten] = useState<Written>({ name: waited, payload: '', reason: '', undo: false });
  const [{ answer, error, isAsking }, setAsked] = useState<Asked>({ isAsking: false });
  const [key] = useState(() => crypto.randomUUID());
  const read = readJson(written.payload);
  const isReady = read.problem === undefined && (!takesName(action) || written.name !== '') && !isAsking;
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (!isReady) return;
    setAsked({ isAsking: true });
    try {
      const { name, reason, undo } = written;
      const said = await act(action, shown.id, { name, reason, undo, payload: read.value }, key);
      lookAtRun();
      lookAtRuns();
      finish(action, { close, show: () => setAsked({ answer: { value: said }, isAsking: false }) });
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
            Close
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

function Consequences({
  shown,
  action,
  written,
}: {
  readonly shown: ShownRun;
  readonly action: Action;
  readonly written: Written;
}) {
  const { name } = written;
  const facts = { run: shown, events: events.value, now: new Date(nowMs.value), timeZone, name };
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
  const { name, payload, reason, undo } = written;
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

/** An answer is shown; of a run that is gone, the list is. */
function finish(action: Action, { close, show }: { close: () => void; show: () => void }): void {
  if (action === 'query' || action === 'update') {
    show();
    return;
  }
  close();
  if (action === 'delete') goToRun(undefined);
}
