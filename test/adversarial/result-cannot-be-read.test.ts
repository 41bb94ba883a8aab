import { expect, it } from 'vitest';
import { gather, registerClass, step, workflow } from 'lull';
import { createTestEngine } from 'lull/testing';
import { silent } from '../testing/silent.ts';

class Weight {
  readonly grams: number;
  constructor(grams: number) {
    this.grams = grams;
  }
}

let isRefused = true;
registerClass(Weight, {
  name: 'adversarial.Weight',
  toData: (weight) => weight.grams,
  fromData: (grams) => {
    if (isRefused) throw new RangeError('no such weight');
    return new Weight(grams);
  },
});

it('a step whose result cannot be read by the code that wrote it is recorded, and not run again at each look', async () => {
  isRefused = true;
  const weigh = workflow('weigh', function* () {
    const [, weight] = yield* gather([step('other', () => 1), step('weigh', () => new Weight(5))]);
    return weight.grams;
  });
  const engine = createTestEngine({ workflows: [weigh], log: silent });
  const run = await engine.start(weigh);
  await engine.advance('1h');
  expect((await run.describe()).status).toBe('blocked');
  expect(engine.calls('weigh').length).toBe(1);
  expect(engine.calls('other').length).toBe(1);
  isRefused = false;
  await engine.advance('10m');
  expect(await run.result()).toBe(5);
  expect(engine.calls('weigh').length).toBe(1);
});
