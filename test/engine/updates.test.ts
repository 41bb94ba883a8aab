/** Updates, on the testing kit: what a run makes of them, and what their callers get. */
import { gather, isCancelled, Lock, query, signal, sleep, step, update, workflow, type Coroutine } from 'lull';
import { createTestEngine, type TestEngine } from 'lull/testing';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

const add = update<number, number>('add');
const close = signal<void>('close');
const open = signal<void>('open');
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

async function kindsOf(engine: TestEngine, id: string): Promise<string[]> {
  return (await engine.history(id)).map(({ kind }) => kind);
}

describe('an update', () => {
  it.each([false, true])('is carried out and answered (rebuilt at every await: %s)', async (rebuildAtEveryAwait) => {
    const engine = createTestEngine({ workflows: [counter], rebuildAtEveryAwait });
    const run = await engine.start(counter, undefined);
    expect([await run.update(add, 2), await run.update('add', 3)]).toEqual([2, 5]);
    expect(await run.query(sum)).toBe(5);
    await run.signal(close);
    expect(await run.result()).toBe(5);
  });

  it('moves the clock as far as its handler waits, and no further', async () => {
    const slow = workflow('slow', function* () {
      add.handle({
        *run(days) {
          yield* sleep({ days });
          return days;
        },
      });
      yield* close.receive();
    });
    const engine = createTestEngine({ workflows: [slow] });
    const run = await engine.start(slow, undefined);
    const before = engine.now().getTime();
    expect(await run.update(add, 40)).toBe(40);
    expect(Math.round((engine.now().getTime() - before) / 86_400_000)).toBe(40);
    await expect(run.update(add, 40, { timeout: '1 day' })).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(Math.round((engine.now().getTime() - before) / 86_400_000)).toBe(41);
  });

  it('that is refused leaves no trace in the journal, and its caller gets the reason', async () => {
    const engine = createTestEngine({ workflows: [counter] });
    const run = await engine.start(counter, undefined, { id: 'c1' });
    await engine.settle();
    const before = await kindsOf(engine, 'c1');
    const error = await run.update(add, -1).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'UPDATE_REFUSED', cause: { name: 'RangeError' } });
    expect((error as Error).message).toContain('the counter only goes up');
    expect(await kindsOf(engine, 'c1')).toEqual(before);
    expect(await run.update(add, 1)).toBe(1);
  });

  it('whose handler throws fails, and the run goes on', async () => {
    const fail = workflow('fail', function* () {
      add.handle({
        *run(n) {
          throw new TypeError(`no ${n}`);
        },
      });
      yield* close.receive();
      return 'went on';
    });
    const engine = createTestEngine({ workflows: [fail], log: quiet });
    const run = await engine.start(fail, undefined);
    await expect(run.update(add, 1)).rejects.toMatchObject({ code: 'UPDATE_FAILED', cause: { message: 'no 1' } });
    await run.signal(close);
    expect(await run.result()).toBe('went on');
  });

  it('gives the same answer under the same id, and is carried out once', async () => {
    const engine = createTestEngine({ workflows: [counter] });
    const run = await engine.start(counter, undefined, { id: 'c1' });
    expect(await run.update(add, 2, { id: 'u1' })).toBe(2);
    expect(await run.update(add, 3)).toBe(5);
    expect(await run.update(add, 2, { id: 'u1' })).toBe(2);
    expect(await code(run.update(add, 4, { id: 'u1' }))).toBe('IDEMPOTENCY_KEY_REUSED');
    expect(await code(run.update(add, -1, { idempotencyKey: 'u2' }))).toBe('UPDATE_REFUSED');
    expect(await code(run.update(add, -1, { idempotencyKey: 'u2' }))).toBe('UPDATE_REFUSED');
    await run.signal(close);
    expect(await run.result()).toBe(5);
    expect(await run.update(add, 2, { id: 'u1' })).toBe(2); // until the run is purged
    expect(await code(run.update(add, -1, { idempotencyKey: 'u2' }))).toBe('UPDATE_REFUSED');
    expect(await code(run.update(add, 1))).toBe('RUN_ENDED');
    expect((await kindsOf(engine, 'c1')).filter((kind) => kind === 'update-received')).toHaveLength(2);
  });

  it('waits in the inbox for its handler, in order, and others pass it', async () => {
    const late = workflow('late', function* () {
      const seen: string[] = [];
      yield* open.receive();
      seen.push('open');
      yield* sleep('1h');
      add.handle({
        *run(n) {
          yield* sleep(0);
          seen.push(`add ${n}`);
          return n;
        },
      });
      yield* close.receive();
      return seen;
    });
    const engine = createTestEngine({ workflows: [late] });
    const run = await engine.start(late, undefined, { id: 'l1' });
    expect(await code(run.update(add, 1, { id: 'a', timeout: '1s' }))).toBe('TIMEOUT');
    expect(await code(run.update(add, 2, { id: 'b', timeout: '1s' }))).toBe('TIMEOUT');
    expect((await kindsOf(engine, 'l1')).filter((kind) => kind === 'message-waiting')).toHaveLength(2);
    await run.signal(open);
    expect(await run.update(add, 1, { id: 'a' })).toBe(1);
    expect(await run.update(add, 2, { id: 'b' })).toBe(2);
    await run.signal(close);
    expect(await run.result()).toEqual(['open', 'add 1', 'add 2']);
  });

  it('that comes before the run begins is carried out in its first turn', async () => {
    const engine = createTestEngine({ workflows: [counter] });
    const run = await engine.start(counter, undefined, { delay: '1 day' });
    expect(await run.update(add, 2)).toBe(2);
    expect(engine.now().getTime()).toBeGreaterThanOrEqual(Date.UTC(2030, 0, 2));
  });

  it('runs beside others, and beside the workflow', async () => {
    const order: string[] = [];
    const busy = workflow('busy', function* () {
      const lock = new Lock();
      add.handle({
        *run(n): Coroutine<number> {
          return yield* lock.with(function* () {
            order.push(`begin ${n}`);
            yield* sleep('1h');
            order.push(`end ${n}`);
            return n;
          });
        },
      });
      yield* close.receive();
    });
    const engine = createTestEngine({ workflows: [busy] });
    const run = await engine.start(busy, undefined);
    const ends = await Promise.all([1, 2, 3].map((n) => run.update(add, n)));
    expect(ends).toEqual([1, 2, 3]);
    expect([...new Set(order)]).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2', 'begin 3', 'end 3']);
  });

  it('has a task with its name', async () => {
    const names = workflow('names', function* () {
      const ask = update<void, string>('ask/my name ☕');
      ask.handle({
        *run() {
          yield* sleep('1s');
          return (yield* gather([])).length.toString();
        },
      });
      yield* close.receive();
    });
    const engine = createTestEngine({ workflows: [names] });
    const run = await engine.start(names, undefined);
    expect(await run.update('ask/my name ☕')).toBe('0');
  });

  it('keeps the types of input and answer, and is given what the schema makes of the input', async () => {
    const schema = z.object({ at: z.string().transform((text) => new Date(text)) });
    const plan = update<{ at: Date }, Map<Date, number>, { at: string }>('plan', { schema });
    const planner = workflow('planner', function* () {
      plan.handle({
        validate: ({ at }) => {
          if (at.getTime() < 0) throw new Error('too early');
        },
        *run({ at }) {
          yield* sleep(0);
          return new Map([[at, at.getUTCDate()]]);
        },
      });
      yield* close.receive();
    });
    const engine = createTestEngine({ workflows: [planner] });
    const run = await engine.start(planner, undefined);
    expect(await run.update(plan, { at: '2030-01-05' })).toEqual(new Map([[new Date('2030-01-05'), 5]]));
    expect(await code(run.update(plan, { at: '1960-01-05' }))).toBe('UPDATE_REFUSED');
    expect(await code(run.update(plan, { at: 5 } as never))).toBe('INVALID_INPUT');
    expect(await code(run.update('plan', { at: 5 }))).toBe('UPDATE_REFUSED'); // its schema is known in the run alone
  });
});

describe('at the end of the run', () => {
  it('an update that is still running is cancelled, and its caller is told that the run has ended', async () => {
    const cleaned: string[] = [];
    const brief = workflow('brief', function* () {
      add.handle({
        *run(n) {
          try {
            yield* sleep('10 days');
            return n;
          } finally {
            cleaned.push('cleaned up');
          }
        },
      });
      yield* sleep('1 day');
      return 'done';
    });
    const engine = createTestEngine({ workflows: [brief], checkReplay: false });
    const run = await engine.start(brief, undefined);
    expect(await code(run.update(add, 1))).toBe('RUN_ENDED');
    expect(await run.result()).toBe('done');
    expect(cleaned).toEqual(['cleaned up']);
  });

  it('an update whose handler has ended is answered before the run ends', async () => {
    const last = workflow('last', function* () {
      let isAsked = false;
      const asked = new Lock();
      yield* asked.acquire();
      add.handle({
        *run(n) {
          isAsked = true;
          asked.release();
          return n + 1;
        },
      });
      yield* asked.acquire();
      return isAsked;
    });
    const engine = createTestEngine({ workflows: [last] });
    const run = await engine.start(last, undefined);
    expect(await run.update(add, 1)).toBe(2);
    expect(await run.result()).toBe(true);
  });

  it('a handler that cleans up and returns has answered', async () => {
    const kind = workflow('kind', function* () {
      add.handle({
        *run(n) {
          try {
            yield* sleep('10 days');
          } catch (error) {
            if (!isCancelled(error)) throw error;
          }
          return n;
        },
      });
      yield* sleep('1 day');
    });
    const engine = createTestEngine({ workflows: [kind] });
    const run = await engine.start(kind, undefined);
    expect(await run.update(add, 7)).toBe(7);
  });

  it('updates that have no handler are in the history as unread', async () => {
    const deaf = workflow('deaf', function* () {
      yield* close.receive();
    });
    const engine = createTestEngine({ workflows: [deaf] });
    const run = await engine.start(deaf, undefined);
    expect(await code(run.update(add, 1, { timeout: '1s' }))).toBe('TIMEOUT');
    await run.signal(close);
    await run.result();
    expect(await engine.history(run)).toContainEqual(
      expect.objectContaining({ kind: 'update-received', unread: true, value: 1 }),
    );
  });

  it.each(['cancel', 'terminate'] as const)('a run that is asked to %s tells callers so', async (how) => {
    const wait = workflow('wait', function* () {
      add.handle({
        *run(n) {
          yield* sleep('10 days');
          return n;
        },
      });
      yield* close.receive();
    });
    const engine = createTestEngine({ workflows: [wait] });
    const run = await engine.start(wait, undefined);
    expect(await code(run.update(add, 1, { id: 'u', timeout: '1s' }))).toBe('TIMEOUT');
    await run[how]();
    expect(await code(run.update(add, 1, { id: 'u' }))).toBe('RUN_ENDED');
  });

  it('a run that was cancelled still answers what ends before its clean-up does', async () => {
    const tidy = workflow('tidy', function* () {
      add.handle({
        *run(n) {
          yield* sleep('1h');
          return n;
        },
      });
      try {
        yield* close.receive();
      } finally {
        yield* sleep('2h');
      }
    });
    const engine = createTestEngine({ workflows: [tidy] });
    const run = await engine.start(tidy, undefined);
    await engine.settle();
    await run.cancel();
    expect(await run.update(add, 5)).toBe(5);
    expect((await run.describe({ wait: '3h' })).status).toBe('cancelled');
  });
});
