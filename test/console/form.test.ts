/** A form of a JSON Schema: its fields, and the value that is made of what is written in them. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { draftOf, emptyDraft, readDraft, type Draft, type DraftObject } from '../../console/form/draft.ts';
import { formFieldOf, type FormField } from '../../console/form/form-field.ts';
import { inputJsonSchema } from '../../lib/core/json-schema.ts';

const fieldOf = (schema: z.ZodType): FormField => formFieldOf(inputJsonSchema(schema)!);

/** As in `object{ name: text!, size?: number }`. */
function show(field: FormField): string {
  switch (field.kind) {
    case 'object': {
      const fields = field.fields.map((each) => `${each.name}${each.isRequired ? '' : '?'}: ${show(each)}`);
      return `{ ${fields.join(', ')} }`;
    }
    case 'list':
      return `${show(field.item)}[]`;
    case 'variant':
      return field.variants.map((each) => `${each.label} ${show(each)}`).join(' | ');
    case 'choice':
      return JSON.stringify(field.options);
    case 'number':
      return field.isWhole ? 'whole' : 'number';
    default:
      return field.kind;
  }
}

const Order = z.object({
  id: z.string().min(1).describe('As the shop has it'),
  express: z.boolean().optional(),
  lines: z.array(z.object({ sku: z.string(), quantity: z.int().positive().default(1) })).min(1),
  address: z.object({ city: z.string(), country: z.enum(['DE', 'FR']) }).optional(),
  pay: z.discriminatedUnion('by', [
    z.object({ by: z.literal('card'), card: z.string() }),
    z.object({ by: z.literal('invoice'), days: z.number() }),
  ]),
  note: z.string().nullable(),
  extra: z.record(z.string(), z.number()).optional(),
  at: z.date().optional(),
});

describe('the fields of a form', () => {
  it('are those of the schema', () => {
    expect(show(fieldOf(Order))).toBe(
      '{ id: text, express?: boolean, lines: { sku: text, quantity?: whole }[], ' +
        'address?: { city: text, country: ["DE","FR"] }, ' +
        'pay: by "card" { by: ["card"], card: text } | by "invoice" { by: ["invoice"], days: number }, ' +
        'note: string text | null [null], extra?: json, at?: json }',
    );
  });

  it('say what is taken', () => {
    const field = formFieldOf({
      type: 'object',
      properties: {
        mail: { type: 'string', format: 'email', description: 'Where to' },
        size: { type: 'integer', minimum: 1, maximum: 9, default: 3, title: 'How many' },
        any: { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
        country: { type: 'string', minLength: 2, maxLength: 2 },
        list: { type: 'array', items: { type: 'string' }, minItems: 1 },
      },
    });
    const fields = field.kind === 'object' ? field.fields : [];
    expect(fields.map(({ label, description, hint }) => [label, description, hint])).toEqual([
      ['mail', 'Where to', 'email'],
      ['How many', undefined, '1 to 9, default 3'],
      ['any', undefined, '0 or more'],
      ['country', undefined, '2 characters'],
      ['list', undefined, '1 or more'],
    ]);
  });

  it('are JSON where a schema has itself in it, and where it says what no form has a field for', () => {
    const tree: Record<string, unknown> = {
      type: 'object',
      properties: { name: { type: 'string' }, sub: { $ref: '#' } },
    };
    expect(show(formFieldOf(tree))).toBe('{ name?: text, sub?: json }');
    expect(show(formFieldOf({ $ref: '#/$defs/a', $defs: { a: { type: 'number' } } }))).toBe('number');
    for (const odd of [
      {},
      { $ref: 'https://elsewhere.example/x' },
      { $ref: '#/$defs/none' },
      { $defs: { a: { $ref: '#/$defs/a' } }, $ref: '#/$defs/a' },
      { type: 'array', prefixItems: [{ type: 'string' }] },
      { type: 'object', additionalProperties: { type: 'number' } },
      { allOf: [{ type: 'string' }] },
      { type: 'no-such-type' },
    ]) {
      expect(show(formFieldOf(odd))).toBe('json');
    }
  });
});

describe('what is written in a form', () => {
  const field = fieldOf(Order);
  const value = {
    id: 'o-17',
    lines: [{ sku: 'desk', quantity: 2 }, { sku: 'lamp' }],
    address: { city: 'Berlin', country: 'DE' },
    pay: { by: 'invoice', days: 14 },
    note: null,
  };

  it('is the value that it was made of, and fits the schema', () => {
    const draft = draftOf(field, value)!;
    expect(readDraft(field, draft)).toEqual({ value, problems: [] });
    expect(Order.safeParse(readDraft(field, draft).value).success).toBe(true);
  });

  it('names what is missing as the engine names it, and leaves out what is optional and empty', () => {
    const empty = emptyDraft(field) as DraftObject;
    expect(readDraft(field, empty)).toEqual({
      value: { lines: [], pay: { by: 'card' } },
      problems: [
        { path: '$.id', message: 'is missing' },
        { path: '$.pay.card', message: 'is missing' },
        { path: '$.note', message: 'is missing' },
      ],
    });
    const lines: Draft = [{ properties: { sku: 'x', quantity: 'two' } }, { properties: { sku: '', quantity: '1.5' } }];
    const city: Draft = { properties: { city: 'Bonn', country: '' } };
    const { problems } = readDraft(field, { properties: { ...empty.properties, lines, address: city, at: '{' } });
    expect(problems.map(({ path, message }) => `${path} ${message}`)).toEqual(
      expect.arrayContaining([
        '$.lines[0].quantity is no number',
        '$.lines[1].sku is missing',
        '$.lines[1].quantity is no whole number',
        '$.address.country is missing',
        expect.stringMatching(/^\$\.at that is no JSON/),
      ]) as unknown,
    );
  });

  it.each([
    ['a field more', { ...value, more: 1 }],
    ['another type', { ...value, id: 7 }],
    ['an option that there is not', { ...value, address: { city: 'Rome', country: 'IT' } }],
    ['no variant', { ...value, pay: { by: 'cash' } }],
    ['a list that is none', { ...value, lines: {} }],
    ['a text for the whole', 'x'],
    // A form cannot tell an empty text from one that is left out.
    ['an empty text', { ...value, id: '' }],
  ])('has no place for %s: that stays JSON', (_what, odd) => {
    expect(draftOf(field, odd)).toBeUndefined();
  });

  it('is a text, a number or a choice alone, if the input is no object', () => {
    expect(readDraft(fieldOf(z.string()), 'Ada')).toEqual({ value: 'Ada', problems: [] });
    expect(readDraft(fieldOf(z.number()), '-1e3')).toEqual({ value: -1_000, problems: [] });
    expect(readDraft(fieldOf(z.boolean()), 'false')).toEqual({ value: false, problems: [] });
    expect(readDraft(fieldOf(z.literal('only')), emptyDraft(fieldOf(z.literal('only'))))).toMatchObject({
      value: 'only',
    });
    expect(readDraft(fieldOf(z.string()), '')).toMatchObject({ problems: [{ path: '$' }] });
  });

  it('puts names that are no identifiers in brackets', () => {
    const odd = formFieldOf({ type: 'object', required: ['a b'], properties: { 'a b': { type: 'string' } } });
    expect(readDraft(odd, emptyDraft(odd)).problems).toEqual([{ path: '$["a b"]', message: 'is missing' }]);
  });
});
