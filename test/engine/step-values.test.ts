import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../../lib/memory/memory-store.ts';
import { step, StepFailedError, UnserializableValueError, workflow } from 'lull';
import { createTestEngine, type TestEngineOptions } from 'lull/testing';

const giving = (body: () => unknown) =>
  workflow('giving', function* () {
    return yield* step('give', body);
  });

async function given(body: () => unknown, options: Partial<TestEngineOptions> = {}): Promise<unknown> {
  const single = giving(body);
  return await createTestEngine({ workflows: [single], ...options }).run(single);
}

async function failureOf(body: () => unknown): Promise<StepFailedError> {
  const error = await given(body).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(StepFailedError);
  return error as StepFailedError;
}

const cyclic: { self?: unknown; name: string } = { name: 'cyclic' };
cyclic.self = cyclic;

describe('the result of a step comes back as it was', () => {
  const values: Record<string, unknown> = {
    undefined,
    null: null,
    false: false,
    zero: 0,
    'minus zero': -0,
    NaN,
    'empty text': '',
    'empty array': [],
    bigint: 2n ** 70n,
    Date: new Date('2030-05-05T05:05:05.005Z'),
    Map: new Map<unknown, unknown>([[{ a: 1 }, new Set([1, undefined])]]),
    RegExp: /a+/gi,
    URL: new URL('https://example.com/?q=1'),
    bytes: new Uint8Array([1, 2, 255]),
    Error: new RangeError('out of range', { cause: new Error('deeper') }),
    nested: { a: [{ b: [undefined, { c: new Date(0) }] }] },
    cyclic,
  };

  it.each(Object.entries(values))('%s', async (_name, value) => {
    expect(await given(() => value)).toEqual(value);
    expect(await given(async () => value, { rebuildAtEveryAwait: true })).toEqual(value);
  });

  it('and is its own: what the body does to it later changes nothing', async () => {
    const shared = { count: 1 };
    const reading = workflow('reading', function* () {
      const first = yield* step('give', () => shared);
      yield* step('change', () => {
        shared.count = 2;
      });
      return first.count;
    });
    expect(await createTestEngine({ workflows: [reading] }).run(reading)).toBe(1);
  });
});

describe('what cannot be stored is refused at the step that produced it, with the path to it', () => {
  it('a function', async () => {
    const error = await failureOf(() => ({ order: { lines: [{ price: 1, toCents: () => 100 }] } }));
    expect(error.cause).toBeInstanceOf(UnserializableValueError);
    expect((error.cause as UnserializableValueError).path).toBe('$.order.lines[0].toCents');
    expect((error.cause as Error).message).toContain('the result of step "give"');
  });

  it('a promise within', async () => {
    const error = await failureOf(() => [1, Promise.resolve(2)]);
    expect((error.cause as UnserializableValueError).path).toBe('$[1]');
  });

  it('an instance of a class that is not registered', async () => {
    class Cart {
      readonly items = 1;
    }
    const error = await failureOf(() => ({ cart: new Cart() }));
    expect((error.cause as UnserializableValueError).path).toBe('$.cart');
    expect((error.cause as Error).message).toContain('Cart');
  });

  it('without another attempt: the effect has happened', async () => {
    const single = giving(() => () => 1);
    const engine = createTestEngine({ workflows: [single] });
    await engine.run(single).catch(() => undefined);
    expect(engine.calls('give').length).toBe(1);
  });

  it('and the workflow may catch that and go on', async () => {
    const forgiving = workflow('forgiving', function* () {
      try {
        yield* step('give', () => Symbol('no'));
      } catch (error) {
        if (!(error instanceof StepFailedError)) throw error;
      }
      return yield* step('give', () => 'yes');
    });
    expect(await createTestEngine({ workflows: [forgiving] }).run(forgiving)).toBe('yes');
  });
});

describe('what is too large', () => {
  it('is refused as the result of a step, with its size and the limit', async () => {
    const error = await failureOf(() => 'x'.repeat(5_000_000));
    expect(error.cause).toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
    expect((error.cause as Error).message).toBe(
      'the result of step "give" has 5000002 bytes, the limit is 5000000: store it elsewhere in the step, return its key',
    );
  });

  it('is refused as the result of a run', async () => {
    const large = workflow('large', function* () {
      return 'x'.repeat(5_000_000);
    });
    await expect(createTestEngine({ workflows: [large] }).run(large)).rejects.toThrow(
      'the result of workflow "large" has 5000002 bytes, the limit is 5000000',
    );
  });

  it('is smaller without a bucket, and the error says how to have a higher limit', async () => {
    const large = workflow('large', function* () {
      return 'x'.repeat(349_999);
    });
    const howTo = '. With a bucket the limit is 5000000: see payloadBucket of WorkflowEngine, or LULL_BUCKET_NAME';
    const without = () => ({ store: new MemoryStore({ payloadBucket: false }) });
    await expect(createTestEngine({ workflows: [large], ...without() }).run(large)).rejects.toThrow(
      `the result of workflow "large" has 350001 bytes, the limit is 350000: return a key to it${howTo}`,
    );
    const error: unknown = await given(() => 'x'.repeat(349_999), without()).catch((thrown: unknown) => thrown);
    expect((error as StepFailedError).cause).toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
      message: `the result of step "give" has 350001 bytes, the limit is 350000: store it elsewhere in the step, return its key${howTo}`,
    });
    expect(await given(() => 'x'.repeat(349_998), without())).toHaveLength(349_998);
  });

  it('is what is one byte too large, and not what is just small enough', async () => {
    expect(await given(() => 'x'.repeat(4_999_997))).toHaveLength(4_999_997);
    expect(await given(() => 'x'.repeat(4_999_998))).toHaveLength(4_999_998);
    const error = await failureOf(() => 'x'.repeat(4_999_999));
    expect(error.message).toContain('has 5000001 bytes, the limit is 5000000');
  });

  it('is not what is just small enough, alone or in a crowd', async () => {
    const crowd = workflow('crowd', function* () {
      const lengths: number[] = [];
      for (let count = 0; count < 5; count += 1) {
        lengths.push((yield* step('give', () => 'x'.repeat(340_000))).length);
      }
      return lengths;
    });
    expect(await createTestEngine({ workflows: [crowd] }).run(crowd)).toEqual(Array(5).fill(340_000));
  });
});

describe('the result of a run', () => {
  it('that cannot be stored makes it fail, with the path', async () => {
    const wrong = workflow('wrong', function* () {
      return { deep: [() => 1] };
    });
    const engine = createTestEngine({ workflows: [wrong] });
    const error = await engine.run(wrong).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UnserializableValueError);
    expect((error as UnserializableValueError).path).toBe('$.deep[0]');
  });

  it('may be larger than what stands in the run item', async () => {
    const long = workflow('long', function* () {
      return Array.from({ length: 10_000 }, (_, index) => index);
    });
    const result = await createTestEngine({ workflows: [long] }).run(long);
    expect(result.length).toBe(10_000);
  });
});
