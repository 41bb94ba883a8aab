// What a schema takes, as a JSON Schema.
import { expect, it } from 'vitest';
import { z } from 'zod';
import { inputJsonSchema } from '../../lib/core/json-schema.ts';
import type { StandardSchema } from '../../lib/core/standard-schema.ts';

const of = (jsonSchema: unknown, vendor = 'mine') =>
  ({ '~standard': { vendor, validate: (value: unknown) => ({ value }), jsonSchema } }) as StandardSchema;

it('is what comes in, and not what the schema makes of it', () => {
  const schema = z.object({ size: z.number().default(1), name: z.string().transform((text) => text.length) });
  expect(inputJsonSchema(schema)).toMatchObject({
    properties: { size: { type: 'number', default: 1 }, name: { type: 'string' } },
    required: ['name'],
  });
});

it('says nothing of a part that JSON Schema has no words for, and the rest all the same', () => {
  expect(inputJsonSchema(z.object({ at: z.date(), id: z.string() }))).toMatchObject({
    properties: { at: {}, id: { type: 'string' } },
  });
});

it.each([
  ['no schema', undefined],
  ['a library that does not offer it', of(undefined)],
  ['one that offers something else', of({ input: 'draft-07' })],
  ['one that throws', of({ input: () => { throw new Error('cannot be represented'); } })], // prettier-ignore
  ['one that gives no object', of({ input: () => true })],
])('%s has none', (_what, schema) => {
  expect(inputJsonSchema(schema)).toBeUndefined();
});

it('asks for the draft that it says, and hands options to the library that has them', () => {
  const asked: unknown[] = [];
  const input = (options: unknown) => {
    asked.push(options);
    return { type: 'string' };
  };
  expect(inputJsonSchema(of({ input }))).toEqual({ type: 'string' });
  expect(asked).toEqual([{ target: 'draft-2020-12' }]);
});
