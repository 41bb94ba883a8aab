/** The input of a workflow: its fields, where its schema says which there are, or JSON. */
import { useEffect, useState } from 'preact/hooks';
import { workflows } from '../data/workflows-store.ts';
import { readWorkflowField, workflowFields } from '../data/workflow-field.ts';
import { refusalsOf } from '../data/refusals-of.ts';
import type { FieldProblem } from '../form/draft.ts';
import { asForm, asJson, inputStateOf, readInput, type InputState } from '../form/input-state.ts';
import { Field } from './dialog.tsx';
import { SchemaForm } from './schema-form.tsx';

export interface EditedInput {
  readonly state: InputState;
  /** It was written in since it was there. */
  readonly isEdited: boolean;
}

/** The input of a workflow that is being written. */
export interface InputDraft {
  readonly edited: EditedInput;
  /** What the engine had against it. */
  readonly refusals: readonly FieldProblem[];
  edit(next: EditedInput): void;
  /** As it is to be sent. From now on what is wrong with it is shown. */
  read(): ReturnType<typeof readInput>;
  /** What the engine had against it was about another one. */
  forgetRefusals(): void;
  /** Asks the engine for something with it. */
  send<T>(ask: () => Promise<T>): Promise<T>;
}

/** It begins as `value`, anew for each other workflow. */
export function useInput(workflow: string, value: unknown): InputDraft {
  const [edited, setEdited] = useState<EditedInput>({ state: inputStateOf(undefined, value), isEdited: false });
  const field = workflowFields.value.get(workflow) ?? undefined;
  const isKnown = workflows.value.includes(workflow);
  useEffect(() => {
    if (isKnown) void readWorkflowField(workflow);
  }, [workflow, isKnown]);
  useEffect(() => {
    if (!edited.isEdited) setEdited({ state: inputStateOf(field, value), isEdited: false });
    else if (edited.state.mode === 'form' && edited.state.field !== field)
      setEdited({ state: asJson(edited.state), isEdited: true });
  }, [field]);
  const [refusals, setRefusals] = useState<readonly FieldProblem[]>([]);
  const forgetRefusals = (): void => setRefusals([]);
  return {
    edited,
    refusals,
    edit: (next) => {
      setEdited(next);
      forgetRefusals();
    },
    read: () => {
      setEdited({ ...edited, isEdited: true });
      return readInput(edited.state);
    },
    forgetRefusals,
    send: async (ask) => {
      try {
        return await ask();
      } catch (error) {
        setRefusals(refusalsOf(error));
        throw error;
      }
    },
  };
}

interface EditorProps {
  readonly workflow: string;
  readonly label: string;
  readonly draft: InputDraft;
}

export function InputEditor({ workflow, label, draft }: EditorProps) {
  const { edited, refusals } = draft;
  const { state } = edited;
  const field = workflowFields.value.get(workflow) ?? undefined;
  const hasForm = field !== undefined && field.kind !== 'json';
  const form = hasForm ? asForm(state, field) : undefined;
  const write = (next: InputState): void => draft.edit({ state: next, isEdited: true });
  const { problems } = readInput(state);
  const shown = refusals.length > 0 ? refusals : edited.isEdited ? problems : [];
  return (
    <div class="input-editor">
      {hasForm ? (
        <div class="input-modes" role="group" aria-label={`${label} as`}>
          <button
            type="button"
            class="plain-button"
            aria-pressed={state.mode === 'form'}
            disabled={form === undefined}
            title={form === undefined ? 'The form has no place for something in this JSON' : undefined}
            onClick={() => form !== undefined && write(form)}
          >
            Form
          </button>
          <button
            type="button"
            class="plain-button"
            aria-pressed={state.mode === 'json'}
            onClick={() => write(asJson(state))}
          >
            JSON
          </button>
        </div>
      ) : null}
      {state.mode === 'form' ? (
        <SchemaForm
          field={state.field}
          draft={state.draft}
          problems={shown}
          onWrite={(draft) => write({ ...state, draft })}
        />
      ) : (
        <Field
          label={`${label}, as JSON`}
          value={state.text}
          onInput={(text) => write({ mode: 'json', text })}
          problem={shown[0] === undefined ? undefined : describe(shown)}
          isLong
        />
      )}
    </div>
  );
}

function describe(problems: readonly FieldProblem[]): string {
  return problems.map(({ path, message }) => (path === '$' ? message : `${path} ${message}`)).join('; ');
}
