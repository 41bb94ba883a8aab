import {
  type Attributes,
  createTask,
  PayloadTooLargeError,
  setAttributes,
  setStatus,
  signal,
  sleep,
  step,
  UnserializableValueError,
  WorkflowCodeError,
  workflow,
} from 'lull';
import { createTestEngine, crashEverywhere } from 'lull/testing';
import { describe, expect, it } from 'vitest';
import { SmallCloud } from './small-cloud.ts';

const go = signal<string>('go');

const order = workflow('order', function* () {
  setStatus('new');
  setAttributes({ customer: 'c1', lines: 3, draft: true });
  setStatus({ phase: 'waiting', since: new Date(0) });
  yield* go.receive();
  setAttributes({ lines: 4, draft: undefined });
  yield* sleep('1 day');
  setStatus(undefined);
});

describe('what a run shows', () => {
  it('is there when it suspends and when it has ended, in describe and in lists, beside what its start gave', async () => {
    const engine = createTestEngine({ workflows: [order] });
    const run = await engine.start(order, undefined, { attributes: { customer: 'c0', region: 'eu' } });
    expect(await run.describe()).toMatchObject({ attributes: { customer: 'c0', region: 'eu' } });
    await engine.settle();
    const shown = {
      customStatus: { phase: 'waiting', since: new Date(0) },
      attributes: { customer: 'c1', region: 'eu', lines: 3, draft: true },
    };
    expect(await run.describe()).toMatchObject(shown);
    await run.signal(go, 'on');
    await engine.settle();
    expect((await run.describe()).attributes).toEqual({ customer: 'c1', region: 'eu', lines: 4 });
    await run.result();
    const listed = [];
    for await (const summary of engine.client.list({ workflow: 'order' })) listed.push(summary);
    expect(listed).toMatchObject([{ id: run.id, attributes: { customer: 'c1', region: 'eu', lines: 4 } }]);
    expect(listed[0]).not.toHaveProperty('customStatus');
    expect(await engine.client.count({ workflow: 'order' })).toBe(1);
  });

  it('comes to the same whichever worker dies where', async () => {
    await crashEverywhere({
      workflows: [order],
      scenario: async (engine) => {
        const run = await engine.start(order, undefined, { id: 'o-1', attributes: { region: 'eu' } });
        await run.signal(go, 'on');
        await run.result();
        const { customStatus, attributes } = await run.describe();
        expect(customStatus).toBeUndefined();
        expect(attributes).toEqual({ region: 'eu', customer: 'c1', lines: 4 });
      },
    });
  });

  it('is written by the release and by renewals of the lease, and by no write of its own', async () => {
    let finishStep = (): void => undefined;
    const slow = workflow('slow', function* () {
      setStatus('copying');
      yield* step('copy', () => new Promise<void>((resolve) => (finishStep = resolve)));
      setStatus('copied');
      yield* go.receive();
    });
    const writes: string[] = [];
    const cloud = new SmallCloud([slow]);
    const worker = cloud.worker({
      leaseMs: 30_000,
      around: ({ operation }, goOn) => {
        if (!/^(?:read|load|list)/.test(operation)) writes.push(operation);
        return goOn();
      },
    });
    await cloud.client.start(slow, undefined, { id: 's' });
    const turn = worker.turn('s');
    await settled();
    expect((await cloud.run('s')).customStatus).toBeUndefined();
    cloud.pass(10_000);
    await settled();
    expect((await cloud.run('s')).customStatus).toBe('copying');
    finishStep();
    await turn;
    expect((await cloud.run('s')).customStatus).toBe('copied');
    expect(writes).toEqual(['take', 'putRecord', 'renew', 'release']);
  });

  it('is not what code has set whose record was not written', async () => {
    const cloud = new SmallCloud([order]);
    const worker = cloud.worker({
      around: ({ operation }, goOn) => (operation === 'release' ? Promise.reject(new Error('no table')) : goOn()),
    });
    await cloud.client.start(order, undefined, { id: 'o', attributes: { region: 'eu' } });
    await expect(worker.turn('o')).rejects.toThrow('no table');
    expect(await cloud.run('o')).toMatchObject({ attributes: { region: 'eu' } });
    expect((await cloud.run('o')).customStatus).toBeUndefined();
  });

  it('stays when the run is terminated, and when it is blocked', async () => {
    const cloud = new SmallCloud([order]);
    const run = await cloud.client.start(order, undefined, { id: 'o' });
    await cloud.worker().turn('o');
    const other = workflow('order', function* () {
      setStatus('other');
      yield* sleep('1h');
    });
    await run.signal(go, 'on');
    expect(await cloud.worker({ workflows: [other] }).turn('o')).toMatchObject({ kind: 'blocked' });
    expect(await run.describe()).toMatchObject({ status: 'blocked', customStatus: { phase: 'waiting' } });
    await run.terminate();
    await cloud.worker().turn('o');
    expect(await run.describe()).toMatchObject({ status: 'terminated', customStatus: { phase: 'waiting' } });
  });

  const refusals: [string, () => void, new (...args: never[]) => Error, string][] = [
    ['a function', () => setStatus({ a: () => 1 }), UnserializableValueError, '$.a'],
    ['a status of 1,001 bytes', () => setStatus('x'.repeat(999)), PayloadTooLargeError, 'has 1001 bytes'],
    ['attributes of an array', () => setAttributes([] as never), WorkflowCodeError, 'are an array'],
    ['an attribute of null', () => setAttributes({ a: null } as never), WorkflowCodeError, 'have null for "a"'],
    ['an attribute of NaN', () => setAttributes({ a: NaN }), WorkflowCodeError, 'have NaN for "a"'],
    ['a name of 65 characters', () => setAttributes({ ['n'.repeat(65)]: 1 }), WorkflowCodeError, 'have the name'],
    ['attributes of 1,001 bytes', () => setAttributes({ a: 'ü'.repeat(497) }), WorkflowCodeError, 'the limit is 1000'],
  ];
  it.each(refusals)('refuses %s at the call, and goes on', async (_what, call, Class, message) => {
    const careless = workflow('careless', function* () {
      let caught: unknown;
      try {
        call();
      } catch (error) {
        caught = error;
      }
      yield* sleep(1);
      expect(caught).toBeInstanceOf(Class);
      return (caught as Error).message;
    });
    expect(await createTestEngine({ workflows: [careless] }).run(careless, undefined)).toContain(message);
  });

  it('has room for 1,000 bytes in all that the code has set, and as many from the start', async () => {
    const wide = workflow('wide', function* () {
      setStatus('x'.repeat(998));
      setAttributes({ a: 'x'.repeat(495) });
      setAttributes({ b: 'x'.repeat(486) }); // as pairs, [["a",""],["b",""]] has 19 more
      let refused = false;
      try {
        setAttributes({ c: 1 });
      } catch (error) {
        refused = error instanceof PayloadTooLargeError;
      }
      setAttributes({ b: undefined });
      setAttributes({ c: 1 });
      createTask(sleep(1));
      yield* sleep(2);
      return refused;
    });
    const engine = createTestEngine({ workflows: [wide] });
    const start: Attributes = { s: 'x'.repeat(992) };
    expect(await (await engine.start(wide, undefined, { attributes: start })).result()).toBe(true);
    await expect(engine.start(wide, undefined, { attributes: { s: 'x'.repeat(993) } })).rejects.toThrow(
      'the attributes of a start have 1001 bytes, the limit is 1000',
    );
  });

  it('is refused outside of a run', () => {
    expect(() => setStatus(1)).toThrow('setStatus() was called where no run is going on');
    expect(() => setAttributes({})).toThrow('setAttributes() was called where no run is going on');
  });
});

async function settled(): Promise<void> {
  for (let round = 0; round < 50; round += 1) await Promise.resolve();
}
