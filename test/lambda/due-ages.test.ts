import { expect, it } from 'vitest';
import { createDueAges } from '../../lib/lambda/due-ages.ts';

const found = { kind: 'due-run-found', runId: 'r1' } as const;

it('the oldest of a sweep is the one that was due first', () => {
  const ages = createDueAges();
  ages.found({ ...found, atMs: 100_000, sinceMs: 90_000 });
  ages.found({ ...found, runId: 'r2', atMs: 100_000, sinceMs: 40_000 });
  expect(ages.takeOldestMs()).toBe(60_000);
  expect(ages.takeOldestMs()).toBeUndefined();
});

it('a run that a message made due counts from the sweep that found it first, as long as each sweep finds it', () => {
  const ages = createDueAges();
  const taken = [0, 60_000, 120_000].map((atMs) => {
    ages.found({ ...found, atMs, sinceMs: undefined });
    return ages.takeOldestMs();
  });
  expect(taken).toEqual([0, 60_000, 120_000]);
  expect(ages.takeOldestMs()).toBeUndefined(); // it took its turn
  ages.found({ ...found, atMs: 240_000, sinceMs: undefined });
  expect(ages.takeOldestMs()).toBe(0);
});
