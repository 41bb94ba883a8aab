import { expect, test } from 'vitest';
import { byWorkers, longJournal, signalsToOne, startsAtOnce, wakesAtOnce } from '../../bench/scale/scenarios.ts';

// The tables of docs/scale.md, in small: what they count agrees with the table that counts its units (test/dynamodb/cost).
test('a run of three steps takes 10 write units and has one worker, however many there are', async () => {
  for (const workers of [1, 8]) {
    expect(await byWorkers(20, workers)).toMatchObject({ unitsOfARun: 10, refusedTakes: 0 });
  }
  expect(await startsAtOnce(20)).toMatchObject({ unitsOfARun: 10, dueUnitsOfARun: 2, workflowUnitsOfARun: 2 });
});

test('timers of one second fire once each, and not before their time', async () => {
  const { lastAfterMs, environments } = await wakesAtOnce(40, 10);
  expect(lastAfterMs).toBeGreaterThan(0);
  expect(lastAfterMs).toBeLessThan(10_000);
  expect(environments).toBeLessThanOrEqual(10);
});

test('signals of which some were refused are all delivered, and a journal is read whole', async () => {
  const { refused, unitsOfASignal } = await signalsToOne(400);
  expect(refused).toBeGreaterThan(0);
  expect(unitsOfASignal).toBeGreaterThan(4);
  const { bytes, readUnits } = await longJournal(100);
  expect(readUnits).toBe(Math.ceil(bytes / 4_096));
});
