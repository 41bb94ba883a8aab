/** What is in the fields of a form, as it was written, and the value that it makes. */
import type { FormField } from './form-field.ts';

/**
 * Of a text, a number and JSON: what was written. Of a choice: the number of the option, as a text; of a boolean: `true` or
 * `false`. An empty text is left out.
 */
export type Draft = string | DraftObject | readonly Draft[] | DraftVariant;

export interface DraftObject {
  readonly properties: Readonly<Record<string, Draft>>;
}

export interface DraftVariant {
  /** Which variant; -1 is left out. */
  readonly at: number;
  readonly draft: Draft;
}

export interface FieldProblem {
  /** As in `$.lines[0].price`. */
  readonly path: string;
  readonly message: string;
}

export interface DraftRead {
  /** Undefined: left out. */
  readonly value: unknown;
  readonly problems: readonly FieldProblem[];
}

/** Nothing is written yet. What has to be chosen, and can be nothing else, is chosen. */
export function emptyDraft(field: FormField): Draft {
  switch (field.kind) {
    case 'text':
    case 'number':
    case 'boolean':
    case 'json':
      return '';
    case 'choice':
      return field.isRequired && field.options.length === 1 ? '0' : '';
    case 'object':
      return { properties: Object.fromEntries(field.fields.map((each) => [each.name, emptyDraft(each)])) };
    case 'list':
      return [];
    case 'variant': {
      const [first] = field.variants;
      return field.isRequired && first !== undefined ? { at: 0, draft: emptyDraft(first) } : { at: -1, draft: '' };
    }
  }
}

export function readDraft(field: FormField, draft: Draft, path = '$'): DraftRead {
  if (!field.isRequired && isEmpty(draft, field)) return { value: undefined, problems: [] };
  switch (field.kind) {
    case 'text':
      return draft === '' ? wrong(path, 'is missing') : right(draft);
    case 'number':
      return readNumber(draft as string, { isWhole: field.isWhole, path });
    case 'boolean':
      return draft === '' ? wrong(path, 'is missing') : right(draft === 'true');
    case 'choice':
      return draft === '' ? wrong(path, 'is missing') : right(field.options[Number(draft)]);
    case 'json':
      return readJsonDraft(draft as string, path);
    case 'object':
      return readObject(field.fields, draft as DraftObject, path);
    case 'list':
      return readList(field.item, draft as readonly Draft[], path);
    case 'variant': {
      const { at, draft: inside } = draft as DraftVariant;
      const variant = field.variants[at];
      return variant === undefined ? wrong(path, 'is missing') : readDraft(variant, inside, path);
    }
  }
}

function right(value: unknown): DraftRead {
  return { value, problems: [] };
}

function wrong(path: string, message: string): DraftRead {
  return { value: undefined, problems: [{ path, message }] };
}

function readNumber(text: string, { isWhole, path }: { isWhole: boolean; path: string }): DraftRead {
  if (text.trim() === '') return wrong(path, 'is missing');
  const value = Number(text);
  if (!Number.isFinite(value)) return wrong(path, 'is no number');
  if (isWhole && !Number.isInteger(value)) return wrong(path, 'is no whole number');
  return right(value);
}

function readJsonDraft(text: string, path: string): DraftRead {
  if (text.trim() === '') return wrong(path, 'is missing');
  try {
    return right(JSON.parse(text));
  } catch (error) {
    return wrong(path, `that is no JSON: ${(error as Error).message}`);
  }
}

type NamedField = FormField & { readonly name: string };

function readObject(fields: readonly NamedField[], { properties }: DraftObject, path: string): DraftRead {
  const read = fields.map((each) => ({
    name: each.name,
    ...readDraft(each, properties[each.name] ?? '', `${path}${pathPart(each.name)}`),
  }));
  const entries = read.filter(({ value }) => value !== undefined).map(({ name, value }) => [name, value]);
  return { value: Object.fromEntries(entries), problems: read.flatMap(({ problems }) => problems) };
}

function readList(item: FormField, drafts: readonly Draft[], path: string): DraftRead {
  const read = drafts.map((draft, index) => readDraft(item, draft, `${path}[${index}]`));
  return { value: read.map(({ value }) => value), problems: read.flatMap(({ problems }) => problems) };
}

/** As the engine names places. */
export function pathPart(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}

function isEmpty(draft: Draft, field: FormField): boolean {
  switch (field.kind) {
    case 'object': {
      const { properties } = draft as DraftObject;
      return field.fields.every((each) => isEmpty(properties[each.name] ?? '', each));
    }
    case 'list':
      return (draft as readonly Draft[]).length === 0;
    case 'variant':
      return (draft as DraftVariant).at === -1;
    case 'choice':
      return draft === '' || (field.isRequired && field.options.length === 1);
    default:
      return draft === '';
  }
}

/** A value as it would have been written. Undefined: the form has no place for something in it. */
export function draftOf(field: FormField, value: unknown): Draft | undefined {
  if (value === undefined) return emptyDraft(field);
  switch (field.kind) {
    case 'text':
      return typeof value === 'string' && value !== '' ? value : undefined;
    case 'number':
      return typeof value === 'number' ? String(value) : undefined;
    case 'boolean':
      return typeof value === 'boolean' ? String(value) : undefined;
    case 'json':
      return JSON.stringify(value, undefined, 2);
    case 'choice': {
      const at = field.options.findIndex((option) => JSON.stringify(option) === JSON.stringify(value));
      return at === -1 ? undefined : String(at);
    }
    case 'object':
      return draftOfObject(field.fields, value);
    case 'list': {
      if (!Array.isArray(value)) return undefined;
      const drafts = value.map((each: unknown) => (each === undefined ? undefined : draftOf(field.item, each)));
      return drafts.every((draft) => draft !== undefined) ? drafts : undefined;
    }
    case 'variant':
      for (const [at, variant] of field.variants.entries()) {
        const draft = draftOf(variant, value);
        if (draft !== undefined && readDraft(variant, draft).problems.length === 0) return { at, draft };
      }
      return undefined;
  }
}

function draftOfObject(fields: readonly NamedField[], value: unknown): DraftObject | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const known = new Set(fields.map(({ name }) => name));
  if (Object.keys(value).some((name) => !known.has(name))) return undefined;
  const properties: Record<string, Draft> = {};
  for (const each of fields) {
    const draft = draftOf(each, (value as Readonly<Record<string, unknown>>)[each.name]);
    if (draft === undefined) return undefined;
    properties[each.name] = draft;
  }
  return { properties };
}
