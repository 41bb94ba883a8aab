/** An input that is being written: in the fields of a form where its schema has some, or as JSON. */
import { readJson, writeJson } from '../text/read-json.ts';
import { draftOf, emptyDraft, readDraft, type Draft, type FieldProblem } from './draft.ts';
import type { FormField } from './form-field.ts';

export type InputState =
  | { readonly mode: 'json'; readonly text: string }
  | { readonly mode: 'form'; readonly field: FormField; readonly draft: Draft };

export interface InputRead {
  readonly value: unknown;
  readonly problems: readonly FieldProblem[];
}

/** A form where there is one, and it has a place for all that is in the value. */
export function inputStateOf(field: FormField | undefined, value: unknown): InputState {
  const draft = field === undefined || field.kind === 'json' ? undefined : draftOf(field, value);
  if (field === undefined || draft === undefined) return { mode: 'json', text: writeJson(value) };
  return { mode: 'form', field, draft };
}

export function readInput(state: InputState): InputRead {
  if (state.mode === 'form') return readDraft(state.field, state.draft);
  const { problem, ...read } = readJson(state.text);
  if (problem !== undefined) return { value: undefined, problems: [{ path: '$', message: problem }] };
  return { value: 'value' in read ? read.value : undefined, problems: [] };
}

/** The same as JSON. What is not whole yet is written as far as it is. */
export function asJson(state: InputState): InputState {
  return state.mode === 'json' ? state : { mode: 'json', text: writeJson(readInput(state).value) };
}

/** The same as a form. Undefined: it is no JSON, or the form has no place for something in it. */
export function asForm(state: InputState, field: FormField): InputState | undefined {
  if (state.mode === 'form') return state;
  const { value, problems } = readInput(state);
  if (problems.length > 0) return undefined;
  const draft = value === undefined ? emptyDraft(field) : draftOf(field, value);
  return draft === undefined ? undefined : { mode: 'form', field, draft };
}
