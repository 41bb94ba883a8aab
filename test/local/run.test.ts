import { describe, expect, it } from 'vitest';
import {
  child,
  createTask,
  gather,
  NonRetryableError,
  race,
  signal,
  sleep,
  startChild,
  step,
  transaction,
  workflow,
} from 'lull';
import { NothingToWaitForError, run } from 'lull/local';

describe('run, as asyncio.run', () => {
  it('gives the result of the workflow', async () => {
    const double = workflow('double', function* (n: number) {
      const [a, b] = yield* gather([step('a', () => n), step('b', async () => Promise.resolve(n))]);
      return a + b;
    });
    expect(await run(double, 21)).toBe(42);
  });

  it('takes no input where the workflow takes none', async () => {
    const answer = workflow('answer', function* () {
      return new Map([['answer', yield* step('think', () => 42n)]]);
    });
    expect(await run(answer)).toEqual(new Map([['answer', 42n]]));
  });

  it('waits in real time, at once for what is at once', async () => {
    const nap = workflow('nap', function* () {
      yield* gather([sleep('30ms'), sleep('40ms')]);
    });
    const startedAtMs = Date.now();
    await run(nap);
    const tookMs = Date.now() - startedAtMs;
    expect(tookMs).toBeGreaterThanOrEqual(39);
    expect(tookMs).toBeLessThan(1_000);
  });

  it('rejects with the error of the workflow itself', async () => {
    const fail = workflow('fail', function* () {
      yield* sleep(0);
      throw new RangeError('out of cheese');
    });
    await expect(run(fail)).rejects.toThrow(new RangeError('out of cheese'));
  });

  it('retries a step, and stops at an error that says not to', async () => {
    let attempts = 0;
    const flaky = workflow('flaky', function* () {
      return yield* step('flaky', { retry: { firstDelay: '1ms' } }, ({ attempt }) => {
        attempts += 1;
        if (attempt < 3) throw new Error('not yet');
        throw new NonRetryableError('never');
      });
    });
    await expect(run(flaky)).rejects.toMatchObject({ code: 'STEP_FAILED', attempts: 3 });
    expect(attempts).toBe(3);
  });

  it('cancels the tasks that outlive the workflow', async () => {
    const seen: string[] = [];
    const leave = workflow('leave', function* () {
      createTask(
        (function* () {
          try {
            yield* sleep('1 day');
          } finally {
            seen.push('cleaned up');
          }
        })(),
      );
      yield* sleep(0);
      return 'gone';
    });
    expect(await run(leave)).toBe('gone');
    expect(seen).toEqual(['cleaned up']);
  });

  it('says so when the workflow waits for a signal that nobody can send', async () => {
    const wait = workflow('wait', function* () {
      return yield* signal<string>('approved').receive();
    });
    await expect(run(wait)).rejects.toThrow(NothingToWaitForError);
  });

  it('refuses what is no workflow', async () => {
    await expect(run((() => undefined) as never)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('runs children beside it, and drops those that it leaves behind', async () => {
    const nap = workflow('nap', function* (name: string) {
      yield* sleep('5ms');
      return name;
    });
    const long = workflow('long', function* () {
      yield* sleep('1 day');
    });
    const parent = workflow('parent', function* () {
      yield* startChild(long, undefined, { onParentClose: 'abandon' });
      const won = yield* race([child(long), sleep('5ms', 'the clock')]);
      return [won, ...(yield* gather([child(nap, 'a'), child(nap, 'b')]))];
    });
    expect(await run(parent, undefined, { workflows: [nap, long] })).toEqual(['the clock', 'a', 'b']);
  });

  it('says which workflow it does not know', async () => {
    const nap = workflow('nap', function* () {
      yield* sleep('5ms');
    });
    const parent = workflow('parent', function* () {
      yield* child(nap);
    });
    await expect(run(parent)).rejects.toMatchObject({ code: 'UNKNOWN_WORKFLOW' });
  });
});

it('a put under a condition needs the key of its table, which the options name', async () => {
  const open = workflow('open', function* () {
    yield* transaction('book', (tx) => {
      const always = { ConditionExpression: ':one = :one', ExpressionAttributeValues: { ':one': 1 } };
      tx.put({ TableName: 'accounts', Item: { id: 'a', cents: 1 }, ...always });
    });
    return 'opened';
  });
  await expect(run(open)).rejects.toThrow('which attributes make the key of the table is not known here');
  expect(await run(open, undefined, { tables: { accounts: ['id'] } })).toBe('opened');
  await expect(run(open, undefined, { tables: { accounts: [] } })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
});
