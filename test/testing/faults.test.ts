import { describe, expect, it } from 'vitest';
import { gather, signal, sleep, step, workflow } from 'lull';
import { StoreUnavailableError } from 'lull/client';
import { createTestEngine, type Faults } from 'lull/testing';
import { silent } from './silent.ts';

const go = signal<number>('go');

const busy = workflow('busy', function* () {
  const [first, second] = yield* gather([step('first', () => 1), step('second', async () => 2)]);
  yield* sleep('2h');
  const third = yield* go.receive();
  return first + second + third;
});

async function playWith(faults: Faults, seed = 1): Promise<{ result: number; tookMs: number; calls: number }> {
  const engine = createTestEngine({ workflows: [busy], faults, seed, log: silent });
  const run = await engine.start(busy);
  await engine.settle();
  await run.signal(go, 3);
  const result = await run.result();
  const calls = engine.calls('first').length + engine.calls('second').length;
  return { result, tookMs: engine.now().getTime() - Date.UTC(2030, 0, 1), calls };
}

describe('a fault costs time and nothing else', () => {
  const kinds: Record<string, Faults> = {
    'the table does not answer now and then': { store: { failBefore: 0.2 } },
    'answers of the table are lost': { store: { failAfter: 0.2 } },
    'both happen': { store: { failBefore: 0.1, failAfter: 0.1 } },
    'most wakes are lost': { wakes: { lose: 0.9 } },
    'all wakes come twice': { wakes: { repeat: 1 } },
    'all wakes are late': { wakes: { delay: 1, longestDelay: '5m' } },
    'all of it': { store: { failBefore: 0.05, failAfter: 0.05 }, wakes: { lose: 0.3, repeat: 0.3, delay: 0.3 } },
  };

  it.each(Object.entries(kinds))('%s', async (_what, faults) => {
    for (let seed = 1; seed <= 10; seed += 1) expect((await playWith(faults, seed)).result).toBe(6);
  });
});

it('the same seed gives the same faults', async () => {
  const faults = { store: { failBefore: 0.1, failAfter: 0.1 }, wakes: { lose: 0.3 } };
  for (let seed = 1; seed <= 10; seed += 1) expect(await playWith(faults, seed)).toEqual(await playWith(faults, seed));
  const outcomes = await Promise.all([1, 2, 3, 4, 5, 6].map((seed) => playWith(faults, seed)));
  expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome))).size).toBeGreaterThan(1);
});

it('wakes that are lost are made up for by the sweeper', async () => {
  // Of the wakes of the sweeper, most are lost as well: it sends another one each time it looks.
  const delaysMs: number[] = [];
  for (let seed = 1; seed <= 10; seed += 1) {
    const { tookMs } = await playWith({ wakes: { lose: 0.8 } }, seed);
    delaysMs.push(tookMs - 2 * 3_600_000);
  }
  expect(Math.min(...delaysMs)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...delaysMs)).toBeGreaterThan(15_000);
  expect(Math.max(...delaysMs)).toBeLessThan(900_000);
});

it('a table that never answers is told to the caller', async () => {
  const engine = createTestEngine({ workflows: [busy], faults: { store: { failBefore: 1 } }, log: silent });
  await expect(engine.start(busy)).rejects.toBeInstanceOf(StoreUnavailableError);
});

it('what is no probability is refused', () => {
  expect(() => createTestEngine({ workflows: [busy], faults: { store: { failBefore: 2 } } })).toThrow(
    'faults.store.failBefore is 2: give a probability',
  );
  expect(() => createTestEngine({ workflows: [busy], faults: { wakes: { lose: -1 } } })).toThrow('faults.wakes.lose');
});
