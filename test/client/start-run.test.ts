import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { workflow } from '../../lib/api/workflow.ts';
import { decode } from '../../lib/codec/decode.ts';
import { MemoryStore } from '../../lib/memory/memory-store.ts';
import { aroundStore } from '../../lib/testing/around-store.ts';
import { createWorld, endRun, NOON_MS, takeWakes, type World } from './client-world.ts';

const greet = workflow('greet', function* (name: string) {
  return `Hello, ${name}`;
});
const idle = workflow('idle', function* () {});

async function readInput({ store }: World, runId: string): Promise<unknown> {
  const { input } = (await store.readRun(runId))!;
  return decode(input.kind === 'inline' ? input.value : (await store.readValue(runId, input.key))!);
}

describe('client.start', () => {
  it('creates a pending run with the input in it and sends one wake', async () => {
    const world = createWorld();
    const run = await world.client.start(greet, 'Ada', { id: 'g1' });
    expect(run.id).toBe('g1');
    expect(await world.store.readRun('g1')).toMatchObject({
      workflow: 'greet',
      status: 'pending',
      createdAtMs: NOON_MS,
      dueAtMs: 0,
      input: { kind: 'inline', value: 'Ada' },
    });
    expect(takeWakes(world)).toEqual([{ runId: 'g1', inMs: 0 }]);
  });

  it('makes up ids that sort by time and differ', async () => {
    const world = createWorld();
    const first = await world.client.start(greet, 'Ada');
    const second = await world.client.start(greet, 'Ada');
    world.clock.pass(1);
    const later = await world.client.start(greet, 'Ada');
    expect(first.id).toMatch(/^[0-9A-Z]{26}$/);
    expect(second.id).not.toBe(first.id);
    expect(later.id > first.id && later.id > second.id).toBe(true);
  });

  it('starts a workflow without an input', async () => {
    const world = createWorld();
    const run = await world.client.start(idle);
    expect(await readInput(world, run.id)).toBeUndefined();
  });

  it('keeps the types of an input', async () => {
    const world = createWorld();
    const input = { at: new Date(0), tags: new Set(['a']), amount: 12n };
    const run = await world.client.start('anything', input);
    expect(await readInput(world, run.id)).toEqual(input);
  });

  it('stores an input above 200 bytes under a key of its own, before the run that refers to it', async () => {
    const world = createWorld();
    const calls: string[] = [];
    const store = aroundStore(world.store, ({ operation }, go) => {
      calls.push(operation);
      return go();
    });
    const run = await world.clientWith({ store }).start(greet, 'x'.repeat(199));
    expect(calls).toEqual(['putValue', 'createRun']);
    expect((await world.store.readRun(run.id))!.input.kind).toBe('item');
    expect(await readInput(world, run.id)).toBe('x'.repeat(199));

    const small = await world.client.start(greet, 'x'.repeat(198));
    expect((await world.store.readRun(small.id))!.input.kind).toBe('inline');
  });

  it('begins later with a delay, and wakes it then', async () => {
    const world = createWorld();
    await world.client.start(greet, 'Ada', { id: 'late', delay: '90s' });
    expect((await world.store.readRun('late'))!.dueAtMs).toBe(NOON_MS + 90_000);
    expect(takeWakes(world)).toEqual([{ runId: 'late', inMs: 90_000 }]);
  });

  it('is not failed by a wake that cannot be sent, and logs it', async () => {
    const world = createWorld();
    const wakes = { send: () => Promise.reject(new Error('no route to the queue')) };
    const run = await world.clientWith({ wakes }).start(greet, 'Ada');
    expect((await world.store.readRun(run.id))!.dueAtMs).toBe(0);
    expect(world.log.lines).toEqual([
      ['warn', `the wake for run "${run.id}" could not be sent: the sweeper will find the run`, expect.any(Error)],
    ]);
  });
});

describe('an id that is taken', () => {
  it('gives the run that is there if workflow and input are the same', async () => {
    const world = createWorld();
    await world.client.start(greet, 'Ada', { id: 'g1' });
    world.clock.pass(5_000);
    const again = await world.client.start(greet, 'Ada', { id: 'g1' });
    expect(again.id).toBe('g1');
    expect((await world.store.readRun('g1'))!.createdAtMs).toBe(NOON_MS);
  });

  it('takes inputs for the same whose keys are in another order', async () => {
    const world = createWorld();
    await world.client.start('order', { a: 1, b: { c: 2, d: [1, 2] } }, { id: 'o1' });
    await expect(world.client.start('order', { b: { d: [1, 2], c: 2 }, a: 1 }, { id: 'o1' })).resolves.toBeDefined();
    await expect(world.client.start('order', { b: { d: [2, 1], c: 2 }, a: 1 }, { id: 'o1' })).rejects.toThrow();
  });

  it('is an error if the input differs, and leaves no value behind', async () => {
    const world = createWorld();
    await world.client.start(greet, 'Ada', { id: 'g1' });
    const values = new Map<string, 'put' | 'deleted'>();
    const store = aroundStore(world.store, ({ operation, args }, go) => {
      if (operation === 'putValue') values.set(args[1] as string, 'put');
      if (operation === 'deleteValue') values.set(args[1] as string, 'deleted');
      return go();
    });
    await expect(world.clientWith({ store }).start(greet, 'x'.repeat(500), { id: 'g1' })).rejects.toThrow(
      `the run id "g1" is taken: that run of workflow "greet" has another input. Choose another id, or say onConflict: 'use-existing' to get the run that is there`,
    );
    expect([...values.values()]).toEqual(['deleted']);
  });

  it('is an error if the workflow differs', async () => {
    const world = createWorld();
    await world.client.start(greet, 'Ada', { id: 'g1' });
    await expect(world.client.start('farewell', 'Ada', { id: 'g1' })).rejects.toMatchObject({
      code: 'RUN_ID_TAKEN',
      runId: 'g1',
      message: 'the run id "g1" is taken, and not by a run of workflow "farewell": choose another id',
    });
  });

  it("always is an error with onConflict 'fail'", async () => {
    const world = createWorld();
    await world.client.start(greet, 'Ada', { id: 'g1', onConflict: 'fail' });
    await expect(world.client.start(greet, 'Ada', { id: 'g1', onConflict: 'fail' })).rejects.toThrow(
      'that run has the same workflow and input',
    );
  });

  it("is no error with onConflict 'use-existing', whatever the input, also when that run has ended", async () => {
    const world = createWorld();
    await world.client.start(greet, 'Ada', { id: 'g1' });
    await endRun(world.store, 'g1', { status: 'completed', value: 'Hello, Ada' });
    takeWakes(world);
    const run = await world.client.start('greet', 42, { id: 'g1', onConflict: 'use-existing' });
    expect(await run.result()).toBe('Hello, Ada');
    expect(takeWakes(world)).toEqual([]);
  });

  it('does not lose the input of the run that is there when the same start is repeated', async () => {
    const world = createWorld();
    const input = 'x'.repeat(1_000);
    await world.client.start(greet, input, { id: 'g1' });
    await world.client.start(greet, input, { id: 'g1' });
    expect(await readInput(world, 'g1')).toBe(input);
  });

  it('sends the wake again while the run is pending: who created it may have died before', async () => {
    const world = createWorld();
    await world.client.start(greet, 'Ada', { id: 'g1', delay: '1m' });
    takeWakes(world);
    world.clock.pass(10_000);
    await world.client.start(greet, 'Ada', { id: 'g1' });
    expect(takeWakes(world)).toEqual([{ runId: 'g1', inMs: 60_000 }]);
  });
});

describe('an idempotency key', () => {
  it('starts one run for the same key and workflow', async () => {
    const world = createWorld();
    const first = await world.client.start(greet, 'Ada', { idempotencyKey: 'order 17 / payment' });
    const again = await world.client.start(greet, 'Ada', { idempotencyKey: 'order 17 / payment' });
    const otherKey = await world.client.start(greet, 'Ada', { idempotencyKey: 'order 18 / payment' });
    const otherWorkflow = await world.client.start('farewell', 'Ada', { idempotencyKey: 'order 17 / payment' });
    expect(again.id).toBe(first.id);
    expect(new Set([first.id, otherKey.id, otherWorkflow.id]).size).toBe(3);
    expect(first.id).toMatch(/^key-[\w-]{22}$/);
  });

  it('with another input is an error', async () => {
    const world = createWorld();
    const { id } = await world.client.start(greet, 'Ada', { idempotencyKey: 'k1' });
    await expect(world.client.start(greet, 'Grace', { idempotencyKey: 'k1' })).rejects.toThrow(
      `the idempotency key "k1" has started run "${id}" of workflow "greet" with another input: repeat the call with the same input, or use a new key`,
    );
  });

  const shared = { street: 'High Street' };
  let pairs: unknown = 'bottom'; // 2^60 places
  for (let level = 0; level < 60; level += 1) pairs = [pairs, pairs];
  it.each<[string, unknown, unknown]>([
    ['its keys in another order', { a: 1, b: 2 }, { b: 2, a: 1 }],
    ['copies of an object that it shared', [shared, shared], [{ ...shared }, { ...shared }]],
    ['its Set in another order', new Set([1, 2]), new Set([2, 1])],
    ['its Map in another order', new Map([['a', 1], ['b', 2]]), new Map([['b', 2], ['a', 1]])], // prettier-ignore
    ['zero in place of minus zero, as JSON writes it', { cents: -0 }, { cents: 0 }],
    ['what is shared more often than it could be written out', pairs, structuredClone(pairs)],
  ])('with an equal input finds the run: %s', async (_what, given, equal) => {
    const world = createWorld();
    const { id } = await world.client.start('keep', given, { idempotencyKey: 'k1' });
    expect((await world.client.start('keep', equal, { idempotencyKey: 'k1' })).id).toBe(id);
  });

  it.each<[string, unknown, unknown]>([
    ['another item of a Set', new Set([1, 2]), new Set([1, 3])],
    ['a list in another order', [1, 2], [2, 1]],
    ['a property more', { a: 1 }, { a: 1, b: undefined }],
    ['another property of a list', Object.assign([1], { a: 1 }), Object.assign([1], { a: 2 })],
  ])('with an input that is not equal is an error: %s', async (_what, given, other) => {
    const world = createWorld();
    await world.client.start('keep', given, { idempotencyKey: 'k1' });
    await expect(world.client.start('keep', other, { idempotencyKey: 'k1' })).rejects.toThrow('with another input');
  });

  it('finds a run whose digest is of the form before', async () => {
    const world = createWorld();
    const text = '{"to":"ada"}';
    await world.store.createRun({
      runId: 'r1',
      workflow: 'keep',
      createdAtMs: NOON_MS,
      input: { kind: 'inline', value: JSON.parse(text) as never },
      inputDigest: createHash('sha256').update(text).digest('base64url').slice(0, 22),
      dueAtMs: 0,
    });
    expect((await world.client.start('keep', { to: 'ada' }, { id: 'r1' })).id).toBe('r1');
    await expect(world.client.start('keep', { to: 'bob' }, { id: 'r1' })).rejects.toThrow('has another input');
  });

  it('finds the run again when the schema makes something new of the input each time', async () => {
    const world = createWorld();
    let count = 0;
    const input = z.object({ to: z.string(), number: z.number().default(() => (count += 1)) });
    const mail = workflow('mail', { input }, function* () {});
    const first = await world.client.start(mail, { to: 'ada' }, { idempotencyKey: 'k1' });
    const again = await world.client.start(mail, { to: 'ada' }, { idempotencyKey: 'k1' });
    expect(again.id).toBe(first.id);
    expect(await readInput(world, first.id)).toEqual({ to: 'ada', number: 1 });
  });
});

describe('a schema', () => {
  const order = workflow(
    'order',
    {
      input: z.object({
        id: z.string(),
        lines: z.array(z.object({ price: z.coerce.number() })),
        express: z.boolean().default(false),
      }),
    },
    function* () {},
  );

  it('decides what is stored', async () => {
    const world = createWorld();
    const run = await world.client.start(order, { id: 'o1', lines: [{ price: '12' }] });
    expect(await readInput(world, run.id)).toEqual({ id: 'o1', lines: [{ price: 12 }], express: false });
  });

  it('is asked before anything is written, and all that is wrong is said, with its path', async () => {
    const world = createWorld();
    const wrong = { id: 7, lines: [{ price: 'free' }] } as unknown as { id: string; lines: [] };
    await expect(world.client.start(order, wrong, { id: 'o1' })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      issues: [{ path: '$.id' }, { path: '$.lines[0].price' }],
      message: expect.stringMatching(
        /^the input of workflow "order" does not fit its schema: \$\.id: .+; \$\.lines\[0\]\.price: /,
      ) as string,
    });
    expect(await world.store.readRun('o1')).toBeUndefined();
    expect(takeWakes(world)).toEqual([]);
  });

  it('may be asynchronous', async () => {
    const world = createWorld();
    const even = workflow(
      'even',
      { input: z.number().refine(async (n) => Promise.resolve(n % 2 === 0), 'must be even') },
      function* () {},
    );
    await expect(world.client.start(even, 3)).rejects.toThrow(
      'the input of workflow "even" does not fit its schema: $: must be even',
    );
    await expect(world.client.start(even, 4)).resolves.toBeDefined();
  });

  it('is found by name if the client knows the workflows', async () => {
    const world = createWorld({ workflows: [order] });
    await expect(world.client.start('order', {})).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });
});

describe('what start refuses', () => {
  const world = createWorld({ workflows: { greet, idle } });
  const start = (options: object): Promise<unknown> => world.client.start(greet, 'Ada', options);

  it.each<[string, () => Promise<unknown>, string]>([
    [
      'an unknown workflow',
      () => world.client.start('greeet', 'Ada'),
      'there is no workflow "greeet": did you mean "greet"? Known are greet, idle',
    ],
    [
      'a name that is none',
      () => world.client.start('no/name', 'Ada'),
      'the name of a workflow is "no/name": give 1 to 128 letters, digits, "_", "." or "-", beginning with a letter or digit',
    ],
    [
      'an id with a slash',
      () => start({ id: 'a/b' }),
      'a run id cannot be "a/b": give 1 to 128 characters out of A-Z, a-z, 0-9 and . _ : -',
    ],
    ['an empty id', () => start({ id: '' }), 'a run id cannot be ""'],
    ['a long id', () => start({ id: 'a'.repeat(129) }), 'a run id cannot be "aaa'],
    ['an id with a line break', () => start({ id: 'a\n' }), 'a run id cannot be "a\\n"'],
    ['an id that is no text', () => start({ id: 17 }), 'a run id cannot be 17'],
    [
      'an empty idempotency key',
      () => start({ idempotencyKey: '' }),
      'an idempotency key cannot be "": give a text of 1 to 255 characters',
    ],
    [
      'an id and a key',
      () => start({ id: 'a', idempotencyKey: 'b' }),
      'start takes an id or an idempotencyKey, not both: each finds the run again',
    ],
    [
      'another onConflict',
      () => start({ id: 'a', onConflict: 'terminate-existing' }),
      `onConflict cannot be "terminate-existing": choose one of 'fail', 'use-existing'`,
    ],
    [
      'an onConflict without an id',
      () => start({ onConflict: 'fail' }),
      `onConflict: 'fail' says what to do when an id is taken: give the id too`,
    ],
    ['a negative delay', () => start({ delay: -1 }), 'the delay of a start cannot be -1: it must be zero or more'],
    [
      'an option that there is not',
      () => start({ delayMs: 100 }),
      'start has no option "delayMs": there are id, idempotencyKey, onConflict, delay',
    ],
    [
      'options that are no object',
      () => start('order-1' as unknown as object),
      'start takes its options as an object, not "order-1"',
    ],
    [
      'an input that cannot be stored',
      () => world.client.start('greet', { to: { send: () => undefined } }),
      'the input of workflow "greet"',
    ],
    [
      'an input above 5 MB',
      () => world.client.start(greet, 'x'.repeat(4_999_999)),
      'the input of workflow "greet" has 5000001 bytes, the limit is 5000000: store what is large elsewhere (such as S3) and pass a reference to it',
    ],
  ])('%s', async (_, call, message) => {
    await expect(call()).rejects.toThrow(message);
    expect(takeWakes(world)).toEqual([]);
  });

  it('takes an input of exactly 5 MB', async () => {
    const run = await world.client.start(greet, 'x'.repeat(4_999_998));
    expect(await readInput(world, run.id)).toHaveLength(4_999_998);
  });

  it('names the path to what cannot be stored', async () => {
    await expect(world.client.start('greet', { to: { send: () => undefined } })).rejects.toMatchObject({
      code: 'UNSERIALIZABLE_VALUE',
      path: '$.to.send',
    });
  });
});

describe('a store without a bucket', () => {
  const large = 256 * 1024;

  it('takes an input and a payload of 256 KB, and says of a larger one how to have a higher limit', async () => {
    const { clientWith } = createWorld();
    const client = clientWith({ store: new MemoryStore({ payloadBucket: false }) });
    const run = await client.start(greet, 'x'.repeat(large - 2));
    await run.signal('approved', 'x'.repeat(large - 2));
    const howTo =
      'has 262145 bytes, the limit is 262144: store what is large elsewhere (such as S3) and pass a reference to it. ' +
      'With a bucket the limit is 5000000: see payloadBucket of WorkflowEngine, or LULL_BUCKET_NAME';
    await expect(client.start(greet, 'x'.repeat(large - 1))).rejects.toThrow(howTo);
    await expect(run.signal('approved', 'x'.repeat(large - 1))).rejects.toThrow(howTo);
  });
});
