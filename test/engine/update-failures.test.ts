/** Updates that go wrong, on the testing kit: the caller is told, and the run goes on. */
import { query, signal, sleep, step, update, workflow } from 'lull';
import { createTestEngine } from 'lull/testing';
import { describe, expect, it } from 'vitest';

const add = update<number, number>('add');
const close = signal<void>('close');
const sum = query<number>('sum');

const counter = workflow('counter', function* () {
  let total = 0;
  sum.handle(() => total);
  add.handle({
    validate: (n) => {
      if (n < 0) throw new RangeError('the counter only goes up');
    },
    *run(n) {
      yield* step('note', () => undefined);
      return (total += n);
    },
  });
  yield* close.receive();
  return total;
});

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

async function code(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    (value) => `no error, but ${String(value)}`,
    (error: unknown) => (error as { code: string }).code,
  );
}

describe('what goes wrong', () => {
  const refusing = (validate: (n: number) => unknown) =>
    workflow('refusing', function* () {
      let total = 0;
      add.handle({
        validate,
        *run(n) {
          yield* sleep(0);
          return (total += n);
        },
      });
      yield* close.receive();
    });

  it.each<[string, (n: number) => unknown]>([
    ['draws a random number', () => Math.random()],
    ['awaits', () => sleep('1s')],
    ['is async', async () => Promise.reject(new Error('lost'))],
  ])('a validator that %s refuses', async (_what, validate) => {
    const wrong = refusing(validate);
    const engine = createTestEngine({ workflows: [wrong] });
    const run = await engine.start(wrong, undefined);
    await expect(run.update(add, 1)).rejects.toMatchObject({ code: 'UPDATE_REFUSED', cause: { code: 'READ_ONLY' } });
  });

  it('a handler that is none is refused where it is given, and one that is no generator when it is called', async () => {
    const odd = workflow('odd', function* () {
      add.handle({ run: 7 } as never);
    });
    const async_ = workflow('async', function* () {
      add.handle({ run: (async () => 7) as never });
      yield* close.receive();
    });
    const engine = createTestEngine({ workflows: [odd, async_], log: quiet });
    await expect(engine.run(odd)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    const run = await engine.start(async_, undefined);
    await expect(run.update(add, 1)).rejects.toMatchObject({ code: 'UPDATE_FAILED', cause: { code: 'NOT_AWAITABLE' } });
  });

  it('an answer that cannot be stored, or is too large, fails the update alone', async () => {
    const odd = update<string, unknown>('odd');
    const keep = workflow('keep', function* () {
      odd.handle({
        *run(what) {
          yield* sleep(0);
          return what === 'function' ? () => 1 : 'x'.repeat(2_000);
        },
      });
      yield* close.receive();
      return 'went on';
    });
    const engine = createTestEngine({ workflows: [keep], settings: { maxValueBytes: 1_000 } });
    const run = await engine.start(keep, undefined);
    const causeOf = (promise: Promise<unknown>): Promise<string> =>
      promise.then(String, (error: unknown) => (error as { cause: { code: string } }).cause.code);
    expect(await causeOf(run.update(odd, 'function'))).toBe('UNSERIALIZABLE_VALUE');
    expect(await causeOf(run.update(odd, 'large'))).toBe('PAYLOAD_TOO_LARGE');
    await run.signal(close);
    expect(await run.result()).toBe('went on');
  });

  it('an answer of a megabyte has a value of its own, and goes with the run', async () => {
    const big = update<void, string>('big');
    const keep = workflow('keep', { retention: '1h' }, function* () {
      big.handle({
        *run() {
          yield* sleep(0);
          return 'x'.repeat(1_000_000);
        },
      });
      yield* close.receive();
    });
    const engine = createTestEngine({ workflows: [keep] });
    const run = await engine.start(keep, undefined);
    expect((await run.update(big, undefined, { id: 'b' })).length).toBe(1_000_000);
    await run.signal(close);
    await run.result();
    await engine.advance('2h');
    expect(await code(run.update(big, undefined, { id: 'b' }))).toBe('RUN_NOT_FOUND');
  });

  it('more tasks than a run may have refuse the update', async () => {
    const many = workflow('many', function* () {
      add.handle({
        *run(n) {
          yield* sleep('1 day');
          return n;
        },
      });
      yield* close.receive();
    });
    const engine = createTestEngine({ workflows: [many], settings: { maxTasks: 2 } });
    const run = await engine.start(many, undefined);
    for (const id of ['a', 'b']) await code(run.update(add, 1, { id, timeout: '1s' }));
    await expect(run.update(add, 1)).rejects.toMatchObject({
      code: 'UPDATE_REFUSED',
      cause: { code: 'TOO_MANY_TASKS' },
    });
    expect(await run.update(add, 1, { id: 'a' })).toBe(1);
  });

  it('a blocked run keeps the update, and answers it when its code can follow', async () => {
    const body = (name: string) =>
      workflow('moving', function* () {
        add.handle({
          *run(n) {
            yield* sleep(0);
            return n;
          },
        });
        yield* step(name, () => 1);
        yield* close.receive();
      });
    const [before, other] = [body('first'), body('another')];
    const engine = createTestEngine({ workflows: [before], log: quiet });
    const run = await engine.start(before, undefined);
    await engine.settle();
    await engine.deploy([other]);
    expect(await code(run.update(add, 1, { id: 'u', timeout: '1h' }))).toBe('TIMEOUT');
    expect((await run.describe()).status).toBe('blocked');
    await engine.deploy([before]);
    expect(await run.update(add, 1, { id: 'u' })).toBe(1);
  });

  it('code that has lost the handler cannot follow a run that has used it', async () => {
    const without = workflow('counter', function* () {
      sum.handle(() => 0);
      yield* close.receive();
    });
    const engine = createTestEngine({ workflows: [counter], log: quiet });
    const run = await engine.start(counter, undefined);
    await run.update(add, 1);
    await engine.deploy([without]);
    await engine.advance('1 day');
    await run.signal(close);
    await engine.advance('1 day');
    const described = await run.describe();
    expect(described.status).toBe('blocked');
    expect(JSON.stringify(described)).toContain('update-received');
    await engine.deploy([counter]);
    expect(await run.result()).toBe(1);
  });

  it('a run that is not there, and one that waits for nothing', async () => {
    const engine = createTestEngine({ workflows: [counter] });
    expect(await code(engine.client.run('none').update(add, 1))).toBe('RUN_NOT_FOUND');
    const run = await engine.start(counter, undefined);
    expect(await code(run.update('ad', 1))).toBe('RUN_STUCK');
    expect(await code(run.update(add, (() => 1) as never))).toBe('UNSERIALIZABLE_VALUE');
    expect(await code(run.update(add, 1, { id: '' }))).toBe('INVALID_ARGUMENT');
    expect(await code(run.update(add, 1, { id: 'a', idempotencyKey: 'b' }))).toBe('INVALID_ARGUMENT');
    expect(await code(run.update(add, 1, { twice: 1 } as never))).toBe('INVALID_ARGUMENT');
  });
});
