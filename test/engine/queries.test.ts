/** What a query may see and do, on the testing kit: the run does not notice that it was asked. */
import {
  allTasks,
  continueAsNew,
  createTask,
  LullError,
  now,
  patched,
  query,
  Queue,
  runInfo,
  signal,
  sleep,
  step,
  workflow,
  WorkflowCodeError,
} from 'lull';
import { createTestEngine } from 'lull/testing';
import { describe, expect, it } from 'vitest';
import { createRegistry } from '../../lib/core/workflow-registry.ts';
import { createQueryEngine } from '../../lib/engine/query-engine.ts';
import { aroundStore, isWrite } from '../../lib/testing/around-store.ts';
import { MemoryStore } from '../../lib/memory/memory-store.ts';
import { silent } from '../testing/silent.ts';

const status = query<string>('status');
const total = query<number, { factor: number }>('total');
const paid = signal<number>('paid');

const order = workflow('order', function* () {
  let state = 'open';
  let sum = 0;
  status.handle(() => state);
  total.handle(({ factor }) => sum * factor);
  for (;;) {
    const cents = yield* paid.receive();
    if (cents === 0) break;
    sum += cents;
    state = 'paid in part';
  }
  yield* step('ship', () => 'shipped');
  state = 'done';
  return sum;
});

async function caught(promise: Promise<unknown>): Promise<LullError> {
  return promise.then(
    (value) => {
      throw new Error(`no error, but ${String(value)}`);
    },
    (error: unknown) => error as LullError,
  );
}

describe('a query', () => {
  it('is answered from the state of the run, before and after its end', async () => {
    const engine = createTestEngine({ workflows: [order] });
    const run = await engine.start(order, undefined);
    await engine.settle();
    expect(await run.query(status)).toBe('open');
    await run.signal(paid, 40);
    expect(await run.query(status)).toBe('paid in part');
    expect(await run.query(total, { factor: 2 })).toBe(80);
    expect(await run.query('total', { factor: 3 })).toBe(120);
    await run.signal(paid, 0);
    expect(await run.result()).toBe(40);
    expect(await run.query(status)).toBe('done');
  });

  it('does not move the clock', async () => {
    const nap = workflow('nap', function* () {
      let days = 0;
      status.handle(() => `${days} days`);
      for (; days < 3; days += 1) yield* sleep('1 day');
    });
    const engine = createTestEngine({ workflows: [nap] });
    const run = await engine.start(nap, undefined);
    const before = engine.now();
    expect(await run.query(status)).toBe('0 days');
    expect(engine.now()).toEqual(before);
    await engine.advance('1 day');
    expect(await run.query(status)).toBe('1 days');
  });

  it('writes nothing and takes no turn', async () => {
    const writes: string[] = [];
    const reads: string[] = [];
    const store = aroundStore(new MemoryStore(), (call, go) => {
      if (isWrite(call)) writes.push(call.operation);
      else reads.push(call.operation);
      return go();
    });
    const engine = createTestEngine({ workflows: [order], store });
    const run = await engine.start(order, undefined);
    await engine.settle();
    writes.length = 0;
    reads.length = 0;
    for (let asked = 0; asked < 5; asked += 1) await run.query(status);
    expect(writes).toEqual([]);
    expect(reads.filter((read) => read !== 'listDue')).toEqual(Array(5).fill(['readRun', 'loadRecords']).flat());
    expect((await engine.history(run)).map(({ kind }) => kind)).toEqual(['started', 'receive']);
  });

  it('leaves the run as it was, whatever the handler does to its variables', async () => {
    const list = query<number>('list');
    const keep = workflow('keep', function* () {
      const items: number[] = [];
      list.handle(() => items.push(1));
      yield* sleep('1 day');
      return items.length;
    });
    const engine = createTestEngine({ workflows: [keep] });
    const run = await engine.start(keep, undefined);
    expect([await run.query(list), await run.query(list)]).toEqual([1, 1]);
    expect(await run.result()).toBe(0);
  });

  it('keeps the types of arguments and answer', async () => {
    const same = query<unknown, unknown>('same');
    const keep = workflow('keep', function* () {
      same.handle((value) => ({ value, also: new Map([[1n, new Date(0)]]) }));
      yield* sleep('1 day');
    });
    const engine = createTestEngine({ workflows: [keep] });
    const run = await engine.start(keep, undefined);
    const given = { at: new Date(5), tags: new Set(['a']), none: undefined };
    const answer = (await run.query(same, given)) as { value: typeof given };
    expect(answer).toEqual({ value: given, also: new Map([[1n, new Date(0)]]) });
    expect(answer.value).not.toBe(given);
  });

  it('takes the handler that was given last', async () => {
    const phases = workflow('phases', function* () {
      status.handle(() => 'first');
      yield* sleep('1h');
      status.handle(() => 'second');
      yield* sleep('1h');
    });
    const engine = createTestEngine({ workflows: [phases] });
    const run = await engine.start(phases, undefined);
    expect(await run.query(status)).toBe('first');
    await engine.advance('1h');
    expect(await run.query(status)).toBe('second');
  });

  it('may read what the run knows: time, tasks, queues, signals that wait, patches that were decided before', async () => {
    const facts = query<unknown>('facts');
    const know = workflow('know', function* () {
      const queue = new Queue<number>();
      queue.putNowait(1);
      const isNew = patched('new');
      const task = createTask(sleep('3 days', 'rested'), { name: 'rest' });
      facts.handle(() => [
        now().getTime() - runInfo().startedAt.getTime(),
        [...allTasks()].map(({ name }) => name),
        queue.qsize(),
        paid.pending(),
        isNew,
        task.done(),
        Date.now() === now().getTime(),
      ]);
      yield* sleep('1 day');
      yield* task;
    });
    const engine = createTestEngine({ workflows: [know] });
    const run = await engine.start(know, undefined);
    await run.signal(paid, 7);
    await engine.advance('1 day');
    const [elapsed, ...rest] = (await run.query(facts)) as [number, ...unknown[]];
    expect(elapsed).toBeGreaterThanOrEqual(86_400_000);
    expect(rest).toEqual([['Task-1', 'rest'], 1, 1, true, false, true]);
  });
});

describe('what goes wrong', () => {
  it('an error of the handler reaches the caller as itself', async () => {
    class NoStock extends Error {
      override name = 'NoStock';
    }
    const fail = workflow('fail', function* () {
      status.handle(() => {
        throw new NoStock('none left');
      });
      yield* sleep('1 day');
    });
    const engine = createTestEngine({ workflows: [fail] });
    const run = await engine.start(fail, undefined);
    await expect(run.query(status)).rejects.toBeInstanceOf(NoStock);
  });

  it('what is no Error is wrapped in one', async () => {
    const fail = workflow('fail', function* () {
      status.handle(() => {
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- what is no Error
        throw 'a text';
      });
      yield* sleep('1 day');
    });
    const engine = createTestEngine({ workflows: [fail] });
    const run = await engine.start(fail, undefined);
    await expect(run.query(status)).rejects.toThrow('"a text" was thrown');
  });

  it('an answer that cannot be stored is refused, with the path to it', async () => {
    const odd = query<unknown>('odd');
    const keep = workflow('keep', function* () {
      odd.handle(() => ({ lines: [{ price: () => 1 }] }));
      yield* sleep('1 day');
    });
    const engine = createTestEngine({ workflows: [keep] });
    const run = await engine.start(keep, undefined);
    const error = await caught(run.query(odd));
    expect([error.code, error.message]).toEqual(['UNSERIALIZABLE_VALUE', expect.stringContaining('$.lines[0].price')]);
  });

  it('an answer that is too large is refused', async () => {
    const large = query<string>('large');
    const keep = workflow('keep', function* () {
      large.handle(() => 'x'.repeat(2_000));
      yield* sleep('1 day');
    });
    const engine = createTestEngine({ workflows: [keep], settings: { maxValueBytes: 1_000 } });
    const run = await engine.start(keep, undefined);
    expect((await caught(run.query(large))).code).toBe('PAYLOAD_TOO_LARGE');
  });

  it('an unknown query names the one that was probably meant', async () => {
    const engine = createTestEngine({ workflows: [order] });
    const run = await engine.start(order, undefined);
    const error = await caught(run.query('statsu'));
    expect(error.code).toBe('UNKNOWN_QUERY');
    expect(error.message).toContain('did you mean "status"?');
    expect(error.message).toContain('status, total');
  });

  it('a run whose code has given no handler says so', async () => {
    const mute = workflow('mute', function* () {
      yield* sleep('1 day');
    });
    const engine = createTestEngine({ workflows: [mute] });
    const run = await engine.start(mute, undefined);
    expect((await caught(run.query(status))).message).toContain('It has none for any');
  });

  it('a run that is not there, and one that has not begun', async () => {
    const engine = createTestEngine({ workflows: [order] });
    expect((await caught(engine.client.run('none').query(status))).code).toBe('RUN_NOT_FOUND');
    const run = await engine.start(order, undefined, { delay: '1 day' });
    expect((await caught(run.query(status))).code).toBe('RUN_NOT_BEGUN');
  });

  it('a handler that is no function is refused where it is given', async () => {
    const odd = workflow('odd', function* () {
      status.handle('open' as never);
    });
    const engine = createTestEngine({ workflows: [odd] });
    await expect(engine.run(odd)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('names that no URL can have are refused, others are not', () => {
    for (const name of ['', '..', 'a/../b', 'x'.repeat(129), '\ud800', 'a\nb', 7 as never]) {
      expect(() => query(name)).toThrow(WorkflowCodeError);
    }
    for (const name of ['a/b', 'naïve ☕', '数']) expect(query(name).name).toBe(name);
  });

  it('outside of a run there is nothing to handle', () => {
    expect(() => status.handle(() => 'x')).toThrow('no run is going on');
  });
});

describe('runs that are not as others', () => {
  it('a blocked run answers from where its code stands', async () => {
    const body = (second: string) =>
      workflow('moving', function* () {
        let at = 'start';
        status.handle(() => at);
        yield* step('first', () => 1);
        at = 'after first';
        yield* step(second, () => 2);
        at = `after ${second}`;
        yield* sleep('1 day');
      });
    const before = body('second');
    const engine = createTestEngine({ workflows: [before], log: { ...console, error: () => undefined } });
    const run = await engine.start(before, undefined);
    await engine.settle();
    expect(await run.query(status)).toBe('after second');
    await engine.deploy([body('another')]);
    await engine.advance('1 day');
    expect((await run.describe()).status).toBe('blocked');
    expect(await run.query(status)).toBe('after first');
  });

  it('a terminated run, a failed one and a cancelled one answer as their code left them', async () => {
    const stay = workflow('stay', function* (fail: boolean) {
      let at = 'waiting';
      status.handle(() => `${at}, ${paid.pending()} unread`);
      try {
        yield* paid.receive();
        if (fail) throw new Error('no');
        yield* sleep('1 day');
      } finally {
        at = 'over';
      }
    });
    const engine = createTestEngine({ workflows: [stay] });
    const [terminated, failed, cancelled] = [
      await engine.start(stay, false),
      await engine.start(stay, true),
      await engine.start(stay, false),
    ];
    await engine.settle();
    await terminated.signal(paid, 1);
    await engine.settle();
    await terminated.terminate('enough');
    await terminated.signal(paid, 2);
    await failed.signal(paid, 1);
    await cancelled.cancel();
    await engine.settle();
    expect(await terminated.query(status)).toBe('waiting, 0 unread');
    expect(await failed.query(status)).toBe('over, 0 unread');
    expect(await cancelled.query(status)).toBe('over, 0 unread');
    expect((await terminated.describe()).status).toBe('terminated');
  });

  it('a run whose workflow is not deployed any more cannot answer', async () => {
    const other = workflow('other', function* () {});
    const engine = createTestEngine({ workflows: [order], log: { ...console, error: () => undefined } });
    const run = await engine.start(order, undefined);
    await engine.settle();
    await engine.deploy([other]);
    expect((await caught(run.query(status))).code).toBe('UNKNOWN_WORKFLOW');
  });

  it('a purged run is not found', async () => {
    const brief = workflow('brief', { retention: '1h' }, function* () {
      status.handle(() => 'here');
    });
    const engine = createTestEngine({ workflows: [brief] });
    const run = await engine.start(brief, undefined);
    await run.result();
    expect(await run.query(status)).toBe('here');
    await engine.advance('3h');
    expect((await caught(run.query(status))).code).toBe('RUN_NOT_FOUND');
  });

  it('a run that is rebuilt at every await answers the same', async () => {
    const engine = createTestEngine({ workflows: [order], rebuildAtEveryAwait: true });
    const run = await engine.start(order, undefined);
    await run.signal(paid, 40);
    expect(await run.query(status)).toBe('paid in part');
  });
});

describe('a query while the run continues as new', () => {
  it('is answered by the next link, where the input of the one before is gone', async () => {
    const store = new MemoryStore();
    const size = query<number>('size');
    const growing = workflow('growing', function* (text: string) {
      size.handle(() => text.length);
      yield* paid.receive();
      return yield* continueAsNew(`${text}!`);
    });
    const long = 'x'.repeat(40_000); // it has an item of its own
    let before: unknown;
    const behind = aroundStore(store, async (call, carryOut) => {
      const found = await carryOut();
      if (call.operation !== 'readRun' || before === undefined) return found;
      const link = before; // what was read a moment before
      before = undefined;
      return link as typeof found;
    });
    const engine = createTestEngine({ workflows: [growing], store: behind });
    const run = await engine.start(growing, long, { id: 'g1' });
    await engine.settle();
    expect(await run.query(size)).toBe(40_000);
    const first = await store.readRun('g1');
    await run.signal(paid, 1);
    await engine.settle();
    before = first;
    expect(await run.query(size)).toBe(40_001);
    expect(before).toBeUndefined();
    before = first;
    const clock = { nowMs: () => engine.now().getTime(), callAt: () => () => undefined };
    const looking = createQueryEngine({ registry: createRegistry([growing]), store: behind, clock, log: silent });
    expect(await looking.inspectRun('g1')).toMatchObject({
      kind: 'inspected',
      commands: [{ command: { name: 'paid' } }],
    });
    expect(before).toBeUndefined();
  });
});
