import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { InvalidInputError } from '../../lib/core/errors.ts';
import type { StandardSchema } from '../../lib/core/standard-schema.ts';
import { validate, validOrThrow } from '../../lib/core/validate.ts';

const order = z.object({ lines: z.array(z.object({ 'unit price': z.number() })) }) as unknown as StandardSchema;

describe('validate', () => {
  it('without a schema takes everything as it is', () => {
    const value = { any: 'thing' };
    expect(validate(undefined, value, 'it')).toEqual({ kind: 'valid', value });
  });

  it('returns what the schema makes of the value', () => {
    const schema = z.string().transform(Number) as unknown as StandardSchema;
    expect(validate(schema, '7', 'it')).toEqual({ kind: 'valid', value: 7 });
  });

  it('names each issue with the path to the part at fault', () => {
    const validation = validate(order, { lines: [{ 'unit price': 1 }, { 'unit price': 'x' }] }, 'it');
    expect(validation).toMatchObject({
      kind: 'invalid',
      error: { issues: [{ path: '$.lines[1]["unit price"]', message: expect.any(String) as string }] },
    });
    expect(validate(order, null, 'it')).toMatchObject({ error: { issues: [{ path: '$' }] } });
  });

  it('reads paths whose parts are objects with a key, as the standard allows', () => {
    const schema: StandardSchema = {
      '~standard': { validate: () => ({ issues: [{ message: 'no', path: [{ key: 'a' }, 0, Symbol.for('s')] }] }) },
    };
    expect(validate(schema, 1, 'it')).toMatchObject({ error: { issues: [{ path: '$.a[0]["Symbol(s)"]' }] } });
  });

  it('refuses a schema that answers with a promise, and nothing goes unhandled when that fails', async () => {
    const schema: StandardSchema = { '~standard': { validate: () => Promise.reject(new Error('late')) } };
    expect(() => validate(schema, 1, 'the input of workflow "x"')).toThrow(/the input of workflow "x".*promise/);
    await new Promise((resolve) => setImmediate(resolve));
  });
});

it('validOrThrow names what it is about, and all that is wrong with it', () => {
  expect(validOrThrow(order, { lines: [] }, 'it')).toEqual({ lines: [] });
  const refuse = () => validOrThrow(order, { lines: [{}, 1] }, 'the payload of signal "order"');
  expect(refuse).toThrow(InvalidInputError);
  expect(refuse).toThrow(/^the payload of signal "order" does not fit its schema: \$\.lines\[0\].*; \$\.lines\[1\]/);
});
