import { describe, expect, it } from 'vitest';
import {
  child,
  ChildFailedError,
  gather,
  getRun,
  isCancelled,
  race,
  runInfo,
  RunFailedError,
  signal,
  sleep,
  startChild,
  startRun,
  step,
  TimeoutError,
  timeout,
  query,
  update,
  waitUntil,
  workflow,
} from '../../lib/index.ts';
import { createTestEngine } from '../../lib/testing/create-test-engine.ts';
import { crashEverywhere } from '../../lib/testing/crash-everywhere.ts';

const ship = workflow('ship', function* (parcel: string) {
  yield* sleep('1 day');
  return `shipped ${parcel}`;
});
const fail = workflow('fail', function* () {
  yield* step('fall', { retry: false }, () => {
    throw new Error('fell');
  });
});
const stopped: string[] = [];
const long = workflow('long', function* (name: string) {
  try {
    yield* sleep('365 days');
    return name;
  } catch (error) {
    if (isCancelled(error)) {
      yield* step('clean', () => void stopped.push(`${name}: ${error.message}`));
    }
    throw error;
  }
});
const order = workflow('order', function* (parcels: string[]) {
  return yield* gather(parcels.map((parcel) => child(ship, parcel)));
});

describe('a child', () => {
  it('gives its result to its parent, which it knows', async () => {
    const inner = workflow('inner', function* () {
      return runInfo().parent;
    });
    const outer = workflow('outer', function* () {
      return yield* child(inner);
    });
    const engine = createTestEngine({ workflows: [inner, outer] });
    const run = await engine.start(outer, undefined, { id: 'o-1' });
    expect(await run.result()).toBe('o-1');
    for await (const { id } of engine.client.list({ workflow: 'inner' })) {
      expect(await engine.client.run(id).describe()).toMatchObject({ parent: 'o-1', status: 'completed' });
    }
  });

  it('is one of many', async () => {
    const engine = createTestEngine({ workflows: [order, ship] });
    expect(await engine.run(order, ['a', 'b', 'c'])).toEqual(['shipped a', 'shipped b', 'shipped c']);
  });

  it('that fails is a ChildFailedError with status and cause', async () => {
    const outer = workflow('outer', function* () {
      try {
        yield* child(fail);
      } catch (error) {
        if (!(error instanceof ChildFailedError)) throw error;
        return [error.status, error.message, (error.cause as Error).name];
      }
      return [];
    });
    const engine = createTestEngine({ workflows: [outer, fail] });
    const [status, message, cause] = await engine.run(outer);
    expect(status).toBe('failed');
    expect(message).toMatch(/^child "[0-9a-f-]{36}" of workflow "fail" failed: StepFailedError: step "fall" failed/);
    expect(cause).toBe('StepFailedError');
  });

  it('that loses a race has ended before the race returns', async () => {
    stopped.length = 0;
    const outer = workflow('outer', function* () {
      const won = yield* race([child(long, 'slow'), sleep('1h', 'clock')]);
      return [won, ...stopped];
    });
    const engine = createTestEngine({ workflows: [outer, long] });
    expect(await engine.run(outer)).toEqual(['clock', 'slow: ']);
  });

  it('is cancelled with its parent', async () => {
    stopped.length = 0;
    const outer = workflow('outer', function* () {
      return yield* child(long, 'one', { id: 'long-1' });
    });
    const engine = createTestEngine({ workflows: [outer, long] });
    const run = await engine.start(outer);
    await engine.settle();
    await run.cancel('no more');
    await expect(run.result()).rejects.toThrow('was cancelled: no more');
    expect(stopped).toEqual(['one: no more']);
    expect((await engine.client.run('long-1').describe()).status).toBe('cancelled');
  });

  it.each([
    ['cancel', 'cancelled'],
    ['terminate', 'terminated'],
    ['abandon', 'completed'],
  ] as const)('with onParentClose %s is %s when the parent ends without it', async (onParentClose, status) => {
    const outer = workflow('outer', function* () {
      const started = yield* startChild(long, 'left', { id: 'left', onParentClose });
      return started.id;
    });
    const engine = createTestEngine({ workflows: [outer, long] });
    expect(await engine.run(outer)).toBe('left');
    await engine.advance('800 days');
    expect((await engine.client.run('left').describe()).status).toBe(status);
  });

  it('is stopped when its parent is terminated', async () => {
    const outer = workflow('outer', function* () {
      return yield* child(long, 'left', { id: 'left' });
    });
    const engine = createTestEngine({ workflows: [outer, long] });
    const run = await engine.start(outer);
    await engine.settle();
    await run.terminate('enough');
    await engine.settle();
    const left = await engine.client.run('left').describe();
    expect(left.status).toBe('cancelled');
    expect('reason' in left && left.reason).toMatch(/has ended: it is terminated$/);
  });

  it('that is started can be awaited twice, and be sent signals', async () => {
    const word = signal<string>('word');
    const echo = workflow('echo', function* () {
      return yield* word.receive();
    });
    const outer = workflow('outer', function* () {
      const started = yield* startChild(echo);
      yield* started.signal(word, 'hello');
      return [yield* started, yield* started];
    });
    const engine = createTestEngine({ workflows: [outer, echo] });
    expect(await engine.run(outer)).toEqual(['hello', 'hello']);
  });

  it('under the id of another run is a RunIdTakenError', async () => {
    const outer = workflow('outer', function* () {
      return yield* child(ship, 'p', { id: 'taken' });
    });
    const engine = createTestEngine({ workflows: [outer, ship] });
    await engine.start(ship, 'p', { id: 'taken' });
    await expect(engine.run(outer)).rejects.toMatchObject({ code: 'RUN_ID_TAKEN' });
  });

  it('that times out is cancelled', async () => {
    stopped.length = 0;
    const outer = workflow('outer', function* () {
      try {
        return yield* timeout('1h', child(long, 'late'));
      } catch (error) {
        if (!(error instanceof TimeoutError)) throw error;
        return 'too late';
      }
    });
    const engine = createTestEngine({ workflows: [outer, long] });
    expect(await engine.run(outer)).toBe('too late');
    expect(stopped).toHaveLength(1);
  });
});

describe('the timeout of a parent', () => {
  it('is that of its child, too', async () => {
    const hangs = workflow('hangs', function* () {
      yield* sleep('10 days');
    });
    const outer = workflow('outer', { timeout: '1 day' }, function* () {
      yield* sleep('1h');
      yield* startChild(hangs, undefined, { id: 'hangs', onParentClose: 'abandon' });
      yield* sleep('1h');
    });
    const engine = createTestEngine({ workflows: [outer, hangs] });
    await engine.run(outer);
    await engine.advance('2 days');
    const child = await engine.client.run('hangs').describe();
    expect(child.status).toBe('failed');
    expect(child.endedAt!.getTime() - child.createdAt.getTime()).toBe(23 * 3_600_000);
  });
});

describe('another run', () => {
  it('is started and goes on by itself', async () => {
    const outer = workflow('outer', function* () {
      return yield* startRun(ship, 'p', { id: 'own', delay: '1h', timeout: '2 days', attributes: { customer: 'c1' } });
    });
    const engine = createTestEngine({ workflows: [outer, ship] });
    expect(await engine.run(outer)).toBe('own');
    expect(await engine.client.run('own').result()).toBe('shipped p');
    expect((await engine.client.run('own').describe()).attributes).toEqual({ customer: 'c1' });
  });

  it('is waited for, whether it has ended or not', async () => {
    const outer = workflow('outer', function* () {
      const first = yield* getRun<string>('s').result();
      return [first, yield* getRun<string>('s').result()];
    });
    const engine = createTestEngine({ workflows: [outer, ship] });
    await engine.start(ship, 'p', { id: 's' });
    expect(await engine.run(outer)).toEqual(['shipped p', 'shipped p']);
  });

  it('that failed, or is not there, is an error of its own', async () => {
    const outer = workflow('outer', function* () {
      const codes: unknown[] = [];
      for (const id of ['f', 'none']) {
        try {
          yield* getRun(id).result();
        } catch (error) {
          codes.push((error as { code: string }).code, error instanceof RunFailedError);
        }
      }
      return codes;
    });
    const engine = createTestEngine({ workflows: [outer, fail] });
    await engine.start(fail, undefined, { id: 'f' });
    expect(await engine.run(outer)).toEqual(['RUN_FAILED', true, 'RUN_NOT_FOUND', false]);
  });
});

describe('a run that asks another one', () => {
  const total = query<number>('total');
  const add = update<number, number>('add');
  const till = workflow('till', function* () {
    let sum = 0;
    let isOpen = true;
    total.handle(() => sum);
    add.handle({
      validate: (cents) => {
        if (cents < 0) throw new RangeError('less than nothing');
      },
      *run(cents) {
        yield* sleep('10 min');
        sum += cents;
        isOpen = sum < 10;
        return sum;
      },
    });
    yield* waitUntil(() => !isOpen);
    return sum;
  });
  const cashier = workflow('cashier', function* () {
    const other = getRun('till');
    const refused: unknown = yield* gather([other.update(add, -1)], { returnExceptions: true });
    const sums = [yield* other.update(add, 4), yield* other.query(total), yield* other.update(add, 7)];
    return [...sums, (refused as { code: string }[])[0]!.code];
  });

  it('gets the answers of its queries and updates, however long they take', async () => {
    const engine = createTestEngine({ workflows: [till, cashier] });
    await engine.start(till, undefined, { id: 'till' });
    expect(await engine.run(cashier)).toEqual([4, 4, 11, 'UPDATE_REFUSED']);
    expect(await engine.client.run('till').result()).toBe(11);
  });
});

describe('crashes', () => {
  it('change nothing for parents and children', async () => {
    const quick = workflow('quick', function* (name: string) {
      return yield* step('work', () => `did ${name}`);
    });
    const outer = workflow('outer', function* () {
      const done = yield* child(quick, 'a');
      const left = yield* startChild(long, 'left', { id: 'left' });
      const won = yield* race([child(long, 'slow', { id: 'slow' }), sleep('1h', 'clock')]);
      return [done, left.id, won];
    });
    const report = await crashEverywhere({
      workflows: [outer, quick, long],
      scenario: async (engine) => {
        const result = await engine.run(outer);
        expect(result).toEqual(['did a', 'left', 'clock']);
        await engine.settle();
        for (const id of ['slow', 'left']) {
          expect((await engine.client.run(id).describe()).status).toBe('cancelled');
        }
      },
    });
    expect(report).toBeDefined();
  });
});
