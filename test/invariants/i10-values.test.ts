// I10: values, names and times have limits of their own, the same everywhere: others read what they let in.
import { expect } from 'vitest';
import { patched, sleep, step, workflow } from 'lull';
import { createTestEngine } from 'lull/testing';
import { decode } from '../../lib/codec/decode.ts';
import { encode, encodedBytes } from '../../lib/codec/encode.ts';
import { encodeError, MAX_ERROR_BYTES } from '../../lib/codec/encode-error.ts';
import { MAX_DEPTH, MAX_OBJECTS } from '../../lib/codec/format.ts';
import type { Encoded } from '../../lib/core/encoded.ts';
import { toMilliseconds, MAX_DURATION_MS } from '../../lib/core/duration.ts';
import { PayloadOffload } from '../../lib/dynamodb/payload-offload.ts';
import { MemoryStore } from '../../lib/memory/memory-store.ts';
import { ITEM_LIMIT_BYTES } from '../../lib/ports/limits.ts';
import type { PayloadStore } from '../../lib/ports/payload-store.ts';
import { SmallCloud } from '../engine/small-cloud.ts';
import { silent } from '../testing/silent.ts';
import { limit } from './limit-cases.ts';

function code(act: () => unknown): string {
  try {
    act();
    return 'taken';
  } catch (error) {
    return (error as { code: string }).code;
  }
}

/** Arrays in arrays, so many levels below the first. */
function nested(levels: number): unknown {
  let value: unknown = [];
  for (let level = 0; level < levels; level += 1) value = [value];
  return value;
}

const storesDepth = (levels: number) => code(() => decode(encode(nested(levels), 'it')));

limit('MAX_DEPTH', {
  under: () => expect(storesDepth(MAX_DEPTH - 1)).toBe('taken'),
  at: () => expect(storesDepth(MAX_DEPTH)).toBe('taken'),
  over: () => expect(storesDepth(MAX_DEPTH + 1)).toBe('UNSERIALIZABLE_VALUE'),
});

/** An array counts, too. */
const storesObjects = (count: number) =>
  code(() =>
    encode(
      Array.from({ length: count - 1 }, () => []),
      'it',
    ),
  );

limit('MAX_OBJECTS', {
  under: () => expect(storesObjects(MAX_OBJECTS - 1)).toBe('taken'),
  at: () => expect(storesObjects(MAX_OBJECTS)).toBe('taken'),
  over: () => expect(storesObjects(MAX_OBJECTS + 1)).toBe('UNSERIALIZABLE_VALUE'),
});

/** An error whose stored form has so many bytes, unless something of it is left out. */
function storedError(bytes: number): Encoded {
  const make = (filler: number): Encoded => {
    const error = Object.assign(new Error('no'), { filler: 'x'.repeat(filler) });
    error.stack = '';
    return encodeError(error, 'it');
  };
  return make(bytes - encodedBytes(make(0)));
}

limit('MAX_ERROR_BYTES', {
  under: () => expect(encodedBytes(storedError(MAX_ERROR_BYTES - 1))).toBe(MAX_ERROR_BYTES - 1),
  at: () => expect(encodedBytes(storedError(MAX_ERROR_BYTES))).toBe(MAX_ERROR_BYTES),
  over: () => {
    const stored = storedError(MAX_ERROR_BYTES + 1);
    expect(encodedBytes(stored)).toBeLessThan(1_000);
    expect(stored).toMatchObject({ omitted: ['$.filler'] });
  },
});

async function named(characters: number): Promise<string> {
  const name = 'n'.repeat(characters);
  const asWorkflow = code(() => workflow(name, function* () {}));
  const inside = workflow('inside', function* () {
    yield* sleep(0);
    return [code(() => patched(name)), code(() => step(name, () => undefined))];
  });
  const engine = createTestEngine({ workflows: [inside], log: silent, strict: false });
  const run = await engine.start(inside);
  const asSignal = await run.signal(name).then(
    () => 'taken',
    (error: unknown) => (error as { code: string }).code,
  );
  for (const other of [asSignal, ...(await run.result())]) expect(other).toBe(asWorkflow);
  return asWorkflow;
}

limit('MAX_NAME_LENGTH', {
  under: async () => expect(await named(127)).toBe('taken'),
  at: async () => expect(await named(128)).toBe('taken'),
  over: async () => expect(await named(129)).toBe('INVALID_ARGUMENT'),
});

limit('MAX_DURATION_MS', {
  under: () => expect(toMilliseconds(MAX_DURATION_MS - 1)).toBe(MAX_DURATION_MS - 1),
  at: () => expect(toMilliseconds(`${MAX_DURATION_MS}ms`)).toBe(MAX_DURATION_MS),
  over: () => expect(code(() => toMilliseconds(MAX_DURATION_MS + 1))).toBe('INVALID_ARGUMENT'),
});

const waits = workflow('waits', function* () {
  yield* sleep('1 day');
});

/** What a run is told that is blocked by a worker which knows one workflow, of a name so long. */
async function blockedBy(nameLength: number): Promise<{ whole: string; reason: string }> {
  const cloud = new SmallCloud([waits]);
  const run = await cloud.client.start(waits);
  const known = ['z'.repeat(100), 'y'.repeat(60), 'q'.repeat(nameLength)].map((name) =>
    workflow(name, function* () {}),
  );
  const end = await cloud.worker({ workflows: known }).turn(run.id);
  if (end.kind !== 'blocked') throw new Error(`the run is ${end.kind}`);
  return { whole: end.error.message, reason: (await cloud.run(run.id)).blocked!.reason };
}

const shortest = (await blockedBy(1)).whole.length;

/** Of a message of so many characters. */
const blocked = (characters: number) => blockedBy(1 + characters - shortest);

limit('REASON_CHARACTERS', {
  under: async () => {
    const { whole, reason } = await blocked(299);
    expect(whole.length).toBe(299);
    expect(reason).toBe(whole);
  },
  at: async () => {
    const { whole, reason } = await blocked(300);
    expect(reason).toBe(whole);
  },
  over: async () => {
    const { whole, reason } = await blocked(301);
    expect(reason).toBe(`${whole.slice(0, 299)}…`);
  },
});

/** A value whose item has so many bytes, key and all. */
async function storesItem(bytes: number): Promise<string> {
  const store = new MemoryStore({ payloadBucket: false });
  const around = 100 + 'r'.length + 'value#k'.length + '""'.length; // what a table adds, the key, the quotes
  try {
    await store.putValue('r', 'k', 'x'.repeat(bytes - around));
    return 'taken';
  } catch (error) {
    return (error as { code: string }).code;
  }
}

/** Where a table with a bucket keeps content of so many bytes. */
async function keptIn(bytes: number): Promise<string> {
  const objects: string[] = [];
  const bucket = { put: async (key: string) => void objects.push(key) } as unknown as PayloadStore;
  try {
    const content = JSON.stringify('x'.repeat(bytes - 2));
    const item = { pk: { S: 'r' }, sk: { S: 'value#k' }, value: { S: content } };
    const put = await new PayloadOffload(bucket).put(item, 'value');
    expect('claim' in put).toBe(objects.length === 1);
    return objects.length === 1 ? 'the bucket' : 'the table';
  } catch (error) {
    return (error as { code: string }).code;
  }
}

limit('BUCKET_THRESHOLD_BYTES', {
  under: async () => expect(await keptIn(65_535)).toBe('the table'),
  at: async () => expect(await keptIn(65_536)).toBe('the table'),
  over: async () => expect(await keptIn(65_537)).toBe('the bucket'),
});

limit('BUCKET_CONTENT_LIMIT_BYTES', {
  under: async () => expect(await keptIn(5_999_999)).toBe('the bucket'),
  at: async () => expect(await keptIn(6_000_000)).toBe('the bucket'),
  over: async () => expect(await keptIn(6_000_001)).toBe('ITEM_TOO_LARGE'),
});

/** What becomes of a run that gives so much, where there is no bucket. */
async function givesWithoutBucket(bytes: number): Promise<unknown> {
  const large = workflow('large', function* () {
    yield* sleep(0);
    return 'x'.repeat(bytes - 2);
  });
  const store = new MemoryStore({ payloadBucket: false });
  const result = createTestEngine({ workflows: [large], store, log: silent }).run(large);
  return result.then(
    () => 'given',
    (error: unknown) => (error as { code: string }).code,
  );
}

limit('TABLE_VALUE_LIMIT_BYTES', {
  under: async () => expect(await givesWithoutBucket(349_999)).toBe('given'),
  at: async () => expect(await givesWithoutBucket(350_000)).toBe('given'),
  over: async () => expect(await givesWithoutBucket(350_001)).toBe('PAYLOAD_TOO_LARGE'),
});

limit('ITEM_LIMIT_BYTES', {
  under: async () => expect(await storesItem(ITEM_LIMIT_BYTES - 1)).toBe('taken'),
  at: async () => expect(await storesItem(ITEM_LIMIT_BYTES)).toBe('taken'),
  over: async () => expect(await storesItem(ITEM_LIMIT_BYTES + 1)).toBe('ITEM_TOO_LARGE'),
});
