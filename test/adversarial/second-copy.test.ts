// The suspicion: a bundle brings a second copy of lull, and its errors are strangers to the engine's: a NonRetryableError is
// tried again, a RetryAfterError is ignored, a cancelled run completes.
import { expect, it, vi } from 'vitest';
import * as own from 'lull';
import { createTestEngine } from 'lull/testing';
import { decode } from '../../lib/codec/decode.ts';
import { encode } from '../../lib/codec/encode.ts';

vi.resetModules();
const other = await import('../../lib/index.ts');

it('there are two copies', () => {
  expect(other.LullError).not.toBe(own.LullError);
});

it('an error is an instance of its class in both copies, and of no other class', () => {
  const error = new other.NonRetryableError('no');
  expect(error).toBeInstanceOf(own.NonRetryableError);
  expect(error).toBeInstanceOf(own.LullError);
  expect(error).not.toBeInstanceOf(own.RetryAfterError);
  expect(own.isCancelled(new other.CancelledError())).toBe(true);
  const group = new other.ExceptionGroup('two', [new Error('a')]);
  expect(group).toBeInstanceOf(own.ExceptionGroup);
  expect(group).toBeInstanceOf(own.LullError);
  class Declined extends own.NonRetryableError {}
  expect(error).not.toBeInstanceOf(Declined);
  expect(new Declined()).toBeInstanceOf(other.NonRetryableError);
});

it('an error comes back as one of the own copy', () => {
  const back = decode(encode(new other.StepFailedError('charge', 3, 'no'), 'it')) as own.StepFailedError;
  expect(Object.getPrototypeOf(back)).toBe(own.StepFailedError.prototype);
  expect(back).toMatchObject({ step: 'charge', attempts: 3, code: 'STEP_FAILED' });
});

it('a NonRetryableError ends the attempts, and a RetryAfterError says when the next one is', async () => {
  const shop = own.workflow('shop', function* () {
    yield* own.step('charge', ({ attempt }) => {
      if (attempt === 1) throw new other.RetryAfterError('1h');
      throw new other.NonRetryableError('declined');
    });
  });
  const engine = createTestEngine({ workflows: [shop] });
  const before = engine.now().getTime();
  await expect(engine.run(shop)).rejects.toMatchObject({ code: 'STEP_FAILED', attempts: 2 });
  expect(engine.now().getTime() - before).toBe(3_600_000);
});

it('futures, tasks and locks of either copy work in the calls of the other', async () => {
  const calls = own.workflow('calls', function* () {
    const seen: unknown[] = [];
    for (const [one, two] of [
      [own, other],
      [other, own],
    ] as const) {
      const future = new two.Future<number>();
      future.setResult(1);
      const task = two.createTask(two.sleep('1s', 2));
      seen.push(yield* one.gather([future, task, two.gather([two.sleep('1s', 3)])]));
      seen.push(yield* one.race([two.shield(two.sleep('1s', 4)), two.race([two.sleep('1h', 5)])]));
      const { done } = yield* one.wait([future, task]);
      seen.push(done.size);
      const changed = new one.Condition(new two.Lock());
      seen.push(
        yield* changed.with(function* () {
          return yield* two.sleep('1s', 6);
        }),
      );
    }
    return seen;
  });
  const engine = createTestEngine({ workflows: [calls] });
  const half = [[1, 2, [3]], 4, 2, 6];
  expect(await engine.run(calls)).toEqual([...half, ...half]);
});

it('steps of either engine find their context, whichever copy was loaded last', async () => {
  const { createTestEngine: createOther } = await import('../../lib/testing/create-test-engine.ts');
  const keyed = own.workflow('keyed', function* () {
    return yield* own.step('count', () => own.stepContext().attempt);
  });
  for (const create of [createTestEngine, createOther]) {
    expect(await create({ workflows: [keyed] }).run(keyed)).toBe(1);
  }
});
