/** Keys such as `__proto__` are data wherever they come in: nothing that others share is changed by them. */
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { step, workflow } from 'lull';
import { createTestEngine } from 'lull/testing';
import { runFake } from '../cli/fake-surroundings.ts';
import { decode } from '../../lib/codec/decode.ts';
import { encode } from '../../lib/codec/encode.ts';
import type { Encoded } from '../../lib/core/encoded.ts';
import { giveHintForPromises } from '../../lib/engine/promise-hint.ts';
import { toJson } from '../../lib/http/to-json.ts';
import { readWorkerSettings } from '../../lib/lambda/environment.ts';
import { readWake } from '../../lib/aws/sqs-event.ts';
import { createApiWorld } from '../http/api-world.ts';
import { silent } from '../testing/silent.ts';

const KEYS = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '__defineGetter__',
  'valueOf',
  'then',
  'toJSON',
];

/** JSON in which such keys stand everywhere. */
const nasty = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom('1', '"x"', 'null', 'true', '{"polluted":"yes"}'),
    fc.array(tie('value'), { maxLength: 3 }).map((values) => `[${values.join()}]`),
    fc
      .array(fc.tuple(fc.constantFrom(...KEYS, 'a', '$'), tie('value')), { maxLength: 3 })
      .map((entries) => `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join()}}`),
  ),
})).value;

/** All that hangs on what everybody shares. */
function shared(): string {
  const prototypes = [Object, Function, Array, String, Number, Boolean, Error, Map, Set, Promise].map(
    (one) => one.prototype as object,
  );
  return JSON.stringify(prototypes.map((each) => Reflect.ownKeys(each).map(String)));
}

let before = '';
beforeAll(() => {
  giveHintForPromises(); // the engine's own property, which stays once an engine is there
});
beforeEach(() => {
  before = shared();
});
afterEach(() => {
  expect(shared()).toBe(before);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

describe('a body', () => {
  it('comes back as it was sent, such keys and all, as data', async () => {
    const text = '{"__proto__":{"polluted":"yes"},"constructor":{"prototype":{"polluted":"yes"}},"a":1}';
    const { post, get } = createApiWorld();
    expect((await post('/workflows/greet/runs?id=r1', text)).status).toBe(202);
    const { body } = await get('/runs/r1');
    expect(JSON.stringify((body as { input: unknown }).input)).toBe(text);
    expect(Object.getPrototypeOf((body as { input: object }).input)).toBe(Object.prototype);
  });

  it('of any such form changes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(nasty, async (text) => {
        const { post } = createApiWorld();
        await post('/workflows/order/runs', text);
        await post('/workflows/greet/runs?id=r1', text);
        await post('/runs/r1/signals/go', text);
        await post('/runs/r1/cancel', text);
        expect(shared()).toBe(before);
      }),
      { numRuns: 60 },
    );
  });

  it('that begins a run gives its code an object of its own, and its steps too', async () => {
    const looks = workflow('looks', function* (input: { polluted?: unknown }) {
      const seen = yield* step('look', () => ({ own: Object.keys(input), polluted: input.polluted, made: input }));
      return { ...seen, prototype: Object.getPrototypeOf(seen.made) === Object.prototype };
    });
    const engine = createTestEngine({ workflows: [looks], log: silent });
    const input = JSON.parse('{"__proto__":{"polluted":"yes"}}') as never;
    expect(await engine.run(looks, input)).toMatchObject({ own: ['__proto__'], polluted: undefined, prototype: true });
  });
});

describe('the codec', () => {
  it('gives back such keys as data, and no prototype', () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const value: unknown = JSON.parse(text);
        const back = decode(JSON.parse(JSON.stringify(encode(value, 'it'))) as Encoded);
        expect(JSON.stringify(toPlain(back))).toBe(JSON.stringify(toPlain(value)));
      }),
    );
  });

  it('reads anything that claims to be stored without changing what is shared', () => {
    const tags = [
      'Object',
      'NullObject',
      'Map',
      'Error',
      'class',
      'shared',
      'Array',
      'Date',
      '__proto__',
      'constructor',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...tags), nasty, nasty, (tag, v, name) => {
        const stored = `{"$":${JSON.stringify(tag)},"v":${v},"name":${name},"class":${name},"own":${v},"message":"m","id":1}`;
        try {
          decode(JSON.parse(stored) as Encoded, { unregistered: 'plain' });
        } catch (error) {
          expect((error as { code?: unknown }).code).toBeTypeOf('string');
        }
        expect(shared()).toBe(before);
      }),
    );
  });

  /** Through arrays of entries: a JSON.stringify of an object whose toJSON is data would call nothing, but read it. */
  function toPlain(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(toPlain);
    if (typeof value !== 'object' || value === null) return value;
    return Reflect.ownKeys(value).map((key) => [key, toPlain((value as Record<PropertyKey, unknown>)[key])]);
  }
});

it('the view of a value as JSON has such keys as its own', () => {
  const map = new Map([['__proto__', { polluted: 'yes' }]]);
  const shown = toJson({ map, object: JSON.parse('{"__proto__":{"polluted":"yes"}}') as unknown });
  expect(JSON.stringify(shown)).toBe(
    '{"map":{"__proto__":{"polluted":"yes"}},"object":{"__proto__":{"polluted":"yes"}}}',
  );
});

describe('settings from outside', () => {
  const TABLE = { LULL_TABLE_NAME: 'runs', LULL_QUEUE_URL: 'https://sqs.example/wakes' };

  it.each(KEYS)('LULL_SETTINGS has none of the name %s', (key) => {
    const LULL_SETTINGS = `{${JSON.stringify(key)}:{"maxTasks":1}}`;
    expect(() => readWorkerSettings({ ...TABLE, LULL_SETTINGS })).toThrow(`there is no setting "${key}"`);
  });

  it('a wake with such keys is none', () => {
    expect(readWake({ messageId: 'm', body: '{"__proto__":{"runId":"r1"}}' })).toMatchObject({ kind: 'malformed' });
    expect(readWake({ messageId: 'm', body: '[{"runId":"r1"}]' })).toMatchObject({ kind: 'malformed' });
  });

  it.each(KEYS)('the command line has no option --%s, and no command of that name', async (key) => {
    for (const args of [['dev', `--${key}=x`], [key]]) {
      const { exitCode, err } = await runFake(args);
      expect([exitCode, err]).toEqual([2, expect.stringMatching(/^error: (unknown|too many)/)]);
    }
  });
});
