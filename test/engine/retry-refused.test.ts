/** A failed run that is not tried again, or not alone. */
import { describe, expect, test } from 'vitest';
import { child, sleep, startChild, step, stepContext, workflow } from '../../lib/index.ts';
import { createTestEngine } from '../../lib/testing/create-test-engine.ts';
import { failed } from './failed-runs.ts';

describe('refused', () => {
  const sleeper = workflow('sleeper', function* () {
    yield* sleep('1 hour');
  });

  test.each(['open', 'completed', 'cancelled', 'terminated'])('is a run that is %s', async (status) => {
    const engine = createTestEngine({ workflows: [sleeper] });
    const run = await engine.start(sleeper);
    if (status === 'cancelled') await run.cancel();
    if (status === 'terminated') await run.terminate();
    if (status !== 'open') await run.result().catch(() => undefined);
    await expect(run.retry()).rejects.toMatchObject({ code: 'NOT_FAILED', runId: run.id });
  });

  test('is a run that is not there, and an option that there is not', async () => {
    const engine = createTestEngine({ workflows: [sleeper] });
    await expect(engine.client.run('nobody').retry()).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    const odd = { frce: true } as never;
    await expect(engine.client.run('nobody').retry(odd)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    const number = { force: 1 } as never;
    await expect(engine.client.run('nobody').retry(number)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  test('is a run that has undone steps, also with force; its fork does them anew, with other keys', async () => {
    const keys: string[] = [];
    let isMended = false;
    const booking = workflow('booking', function* () {
      const seat = yield* step(
        'book',
        {
          undo: () => {
            keys.push('undone');
          },
        },
        () => {
          keys.push(stepContext().idempotencyKey);
          return 'seat 1';
        },
      );
      yield* step('pay', { retry: false }, () => {
        if (!isMended) throw new Error('no');
      });
      return seat;
    });
    const engine = createTestEngine({ workflows: [booking] });
    const run = await engine.start(booking);
    await failed(run);
    isMended = true;
    const refusal: unknown = await run.retry({ force: true }).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'RETRY_REFUSED' });
    expect((refusal as Error).message).toContain('"book#1"');
    const fork = await run.fork({ before: 'book#1' });
    expect(await fork.result()).toBe('seat 1');
    expect(keys).toHaveLength(3);
    expect(keys[2]).not.toBe(keys[0]);
  });

  test('is a run that did steps after the failure, but with force', async () => {
    const keys: string[] = [];
    let isMended = false;
    const careful = workflow('careful', function* () {
      try {
        yield* step('work', { retry: false }, () => {
          if (!isMended) throw new Error('no');
        });
      } catch (error) {
        yield* step('tell', () => keys.push(stepContext().idempotencyKey));
        throw error;
      }
      return yield* step('celebrate', () => keys.push(stepContext().idempotencyKey));
    });
    const engine = createTestEngine({ workflows: [careful] });
    const run = await engine.start(careful);
    await failed(run);
    await expect(run.retry()).rejects.toThrow(/"tell#2".*force/);
    await run.retry({ force: true });
    await failed(run);
    isMended = true;
    await run.retry({ force: true });
    expect(await run.result()).toBe(3);
    expect(keys[1]).toBe(keys[0]); // the same step at its place
    expect(keys[2]).not.toBe(keys[0]); // another one at the same place
  });

  test('is a run that is about to be purged', async () => {
    const kept = workflow('kept', { retention: '1 hour' }, function* () {
      yield* step('work', { retry: false }, () => {
        throw new Error('no');
      });
    });
    const engine = createTestEngine({ workflows: [kept] });
    const run = await engine.start(kept);
    await failed(run);
    await engine.advance('46 minutes');
    await expect(run.retry()).rejects.toThrow(/purged/);
    await engine.advance('1 hour');
    await expect(run.retry()).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
  });
});

describe('children', () => {
  test('that failed their parent are tried again with it, from the step that failed', async () => {
    let isMended = false;
    const inner = workflow('inner', function* () {
      yield* step('inner 1', () => 1);
      return yield* step('inner 2', { retry: false }, () => {
        if (!isMended) throw new Error('no');
        return 'inner';
      });
    });
    const outer = workflow('outer', function* () {
      yield* step('outer 1', () => 1);
      return yield* child(inner);
    });
    const engine = createTestEngine({ workflows: [inner, outer] });
    const run = await engine.start(outer);
    await failed(run);
    isMended = true;
    await run.retry();
    expect(await run.result()).toBe('inner');
    expect(engine.calls('inner 1')).toHaveLength(1);
    expect(engine.calls('inner 2')).toHaveLength(2);
    expect(engine.calls('outer 1')).toHaveLength(1);
  });

  test('that ended while their parent had failed are told then', async () => {
    let isMended = false;
    const inner = workflow('inner', function* () {
      yield* sleep('1 day');
      return 'inner';
    });
    const outer = workflow('outer', function* () {
      const started = yield* startChild(inner, undefined, { onParentClose: 'abandon' });
      yield* step('work', { retry: false }, () => {
        if (!isMended) throw new Error('no');
      });
      return yield* started;
    });
    const engine = createTestEngine({ workflows: [inner, outer] });
    const run = await engine.start(outer);
    await failed(run);
    await engine.advance('2 days');
    isMended = true;
    await run.retry();
    expect(await run.result()).toBe('inner');
  });

  test('that were stopped with their parent: it is refused, and says where to fork', async () => {
    const inner = workflow('inner', function* () {
      yield* sleep('1 day');
    });
    const outer = workflow('outer', function* () {
      const started = yield* startChild(inner);
      yield* step('work', { retry: false }, () => {
        throw new Error('no');
      });
      yield* started;
    });
    const engine = createTestEngine({ workflows: [inner, outer] });
    const run = await engine.start(outer);
    await failed(run);
    await engine.settle();
    await expect(run.retry({ force: true })).rejects.toThrow(/is cancelled since the run has ended.*"inner#1"/);
  });

  test('a parent that was told of the failure keeps what it was told', async () => {
    let isMended = false;
    const inner = workflow('inner', function* () {
      return yield* step('work', { retry: false }, () => {
        if (!isMended) throw new Error('no');
        return 'inner';
      });
    });
    const outer = workflow('outer', function* () {
      try {
        return yield* child(inner, undefined, { id: 'the-child' });
      } catch {
        yield* sleep('1 day');
        return 'told of the failure';
      }
    });
    const engine = createTestEngine({ workflows: [inner, outer] });
    const run = await engine.start(outer);
    await engine.advance('1 hour');
    isMended = true;
    const ofChild = engine.client.run('the-child');
    await ofChild.retry();
    expect(await ofChild.result()).toBe('inner');
    expect(await run.result()).toBe('told of the failure');
  });
});
