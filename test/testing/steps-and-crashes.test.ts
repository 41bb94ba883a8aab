import { describe, expect, it } from 'vitest';
import { defineStep, sleep, step, stepContext, type StepContext, workflow } from 'lull';
import { createTestEngine, MemoryStore } from 'lull/testing';
import { aroundStore } from '../../lib/testing/around-store.ts';
import { never } from '../../lib/testing/cloud-process.ts';

const nap = workflow('nap', function* (hours: number) {
  yield* sleep({ hours });
  return `slept ${hours} h`;
});

const charge = defineStep('charge', (cents: number, currency: string) => `${cents} ${currency}`);

const pay = workflow('pay', function* (cents: number) {
  return yield* charge(cents, 'EUR');
});

describe('mockStep', () => {
  it('is called with the arguments of a defineStep', async () => {
    const engine = createTestEngine({ workflows: [pay] });
    engine.mockStep('charge', (cents: number, currency: string) => `mocked ${cents} ${currency}`);
    expect(await engine.run(pay, 5)).toBe('mocked 5 EUR');
  });

  it('is called with the context of a plain step', async () => {
    const plain = workflow('plain', function* () {
      return yield* step('who', () => 'nobody');
    });
    const engine = createTestEngine({ workflows: [plain] });
    engine.mockStep('who', ({ runId, stepId }: StepContext) => `${stepId} of ${runId}`);
    expect(await engine.run(plain)).toBe('who#1 of run-0001');
  });

  it('may ask for the step context', async () => {
    const engine = createTestEngine({ workflows: [pay] });
    engine.mockStep('charge', () => stepContext().attempt);
    expect(await engine.run(pay, 5)).toBe(1);
  });

  it('may fail, and the step is tried again as its policy says', async () => {
    const engine = createTestEngine({ workflows: [pay] });
    let attempts = 0;
    engine.mockStep('charge', async () => {
      attempts += 1;
      if (attempts < 3) throw new Error('not yet');
      return 'at last';
    });
    expect(await engine.run(pay, 5)).toBe('at last');
    expect(engine.calls('charge')).toEqual([
      [5, 'EUR'],
      [5, 'EUR'],
      [5, 'EUR'],
    ]);
  });

  it('may be exchanged in the middle', async () => {
    const twice = workflow('twice', function* () {
      const first = yield* charge(1, 'EUR');
      yield* sleep('1h');
      return [first, yield* charge(2, 'EUR')];
    });
    const engine = createTestEngine({ workflows: [twice] });
    engine.mockStep('charge', () => 'first mock');
    const run = await engine.start(twice);
    await engine.settle();
    engine.mockStep('charge', () => 'second mock');
    expect(await run.result()).toEqual(['first mock', 'second mock']);
  });

  it('refuses what is no function', () => {
    const engine = createTestEngine({ workflows: [pay] });
    expect(() => engine.mockStep('charge', 'paid' as never)).toThrow('mockStep(\'charge\') was given "paid"');
  });
});

describe('calls', () => {
  it('of a plain step are the contexts of its attempts', async () => {
    const plain = workflow('plain', function* () {
      yield* step('flaky', ({ attempt }) => {
        if (attempt === 1) throw new Error('once');
      });
    });
    const engine = createTestEngine({ workflows: [plain] });
    await engine.run(plain);
    const contexts = engine.calls('flaky') as StepContext[];
    expect(contexts.map(({ attempt }) => attempt)).toEqual([1, 2]);
    expect(new Set(contexts.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
  });

  it('of a step that never ran are none', () => {
    expect(createTestEngine({ workflows: [pay] }).calls('charge')).toEqual([]);
  });
});

describe('crash', () => {
  it('loses steps in flight, and the run goes on when the lease is over', async () => {
    let begun = 0;
    const slow = workflow('slow', function* () {
      return yield* step('slow', () => {
        begun += 1;
        return begun === 1 ? new Promise<string>(() => {}) : 'second time';
      });
    });
    const engine = createTestEngine({ workflows: [slow] });
    const run = await engine.start(slow);
    await engine.settle();
    expect(begun).toBe(1);
    await engine.crash();
    await engine.settle();
    expect((await run.describe()).status).toBe('running');
    expect(await run.result()).toBe('second time');
    expect(engine.now().getTime() - Date.UTC(2030, 0, 1)).toBeLessThanOrEqual(60_000);
  });

  it('makes the later result of a lost step count for nothing', async () => {
    const results: ((value: string) => void)[] = [];
    const slow = workflow('slow', function* () {
      return yield* step('slow', () => new Promise<string>((resolve) => results.push(resolve)));
    });
    const engine = createTestEngine({ workflows: [slow] });
    const run = await engine.start(slow);
    await engine.settle();
    await engine.crash();
    results[0]!('of the dead');
    await engine.settle();
    expect((await run.describe()).status).toBe('running');
    await engine.advance('1m');
    results[1]!('of the living');
    expect(await run.result()).toBe('of the living');
  });

  it('ends the wait for a table that does not answer', async () => {
    let asked = 0;
    const store = aroundStore(new MemoryStore(), (call, go) => {
      if (call.operation !== 'release' || (asked += 1) > 1) return go();
      setImmediate(() => void engine.crash());
      return never();
    });
    const engine = createTestEngine({ workflows: [nap], store });
    const run = await engine.start(nap, 1);
    await engine.settle();
    expect(asked).toBe(1);
    expect((await run.describe()).status).toBe('running');
    expect(await run.result()).toBe('slept 1 h');
  });

  it('changes nothing for a run that sleeps', async () => {
    const engine = createTestEngine({ workflows: [nap] });
    const run = await engine.start(nap, 1);
    await engine.settle();
    await engine.crash();
    expect(await run.result()).toBe('slept 1 h');
    expect(engine.now()).toEqual(new Date('2030-01-01T01:00:00Z'));
  });
});

describe('deploy', () => {
  it('lets other code take the next turn', async () => {
    const greetOld = workflow('greet', function* () {
      yield* sleep('1h');
      return 'old';
    });
    const greetNew = workflow('greet', function* () {
      yield* sleep('1h');
      return 'new';
    });
    const engine = createTestEngine({ workflows: [greetOld] });
    const run = await engine.start(greetOld);
    await engine.settle();
    await engine.deploy([greetNew]);
    expect(await run.result()).toBe('new');
  });
});
