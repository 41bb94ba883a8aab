import { describe, expect, it } from 'vitest';
import { createRunRandom, randomSeed, toIdempotencyKey } from '../../lib/engine/run-seed.ts';

const UUID = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

const draw = (runId: string, seed: string | undefined, count = 3): number[] => {
  const random = createRunRandom(runId, seed);
  return Array.from({ length: count }, () => random.next());
};

it('a seed has 128 bits and is never given twice', () => {
  const seeds = Array.from({ length: 1000 }, randomSeed);
  expect(new Set(seeds).size).toBe(1000);
  for (const seed of seeds) expect(Buffer.from(seed, 'base64url')).toHaveLength(16);
});

describe('what follows from a seed is the same for good', () => {
  // A change of these changes what running runs replay to, and which keys their steps have.
  it('the random numbers', () => {
    expect(draw('r1', 'a seed')).toMatchInlineSnapshot(`
      [
        0.6538607984886072,
        0.2725491280550403,
        0.8897649206918533,
      ]
    `);
  });

  it('the idempotency keys', () => {
    expect(toIdempotencyKey('r1', 'a seed', 1)).toMatchInlineSnapshot(`"6b35eba4-c5bf-4365-bc87-e0f70586694d"`);
  });

  it('without a seed both follow from the id, as before there were seeds', () => {
    expect(draw('run-1', undefined)).toEqual([0.7912186831946638, 0.9447131207757762, 0.0803784552732626]);
    expect(toIdempotencyKey('run-1', undefined, 7)).toBe('run-1#7');
  });
});

it('another seed gives other numbers and other keys under the same id', () => {
  expect(draw('r1', 'one')).not.toEqual(draw('r1', 'two'));
  expect(toIdempotencyKey('r1', 'one', 1)).not.toBe(toIdempotencyKey('r1', 'two', 1));
});

it('each step has a key of its own, and so has each run that copied the seed', () => {
  const keys = Array.from({ length: 1000 }, (_, index) => toIdempotencyKey('r1', 'seed', index + 1));
  expect(new Set([...keys, toIdempotencyKey('r2', 'seed', 1)]).size).toBe(1001);
});

it('a key is a UUID, however long the id of the run is', () => {
  for (const runId of ['r', 'r'.repeat(128)]) {
    for (let id = 1; id <= 100; id += 1) expect(toIdempotencyKey(runId, randomSeed(), id)).toMatch(UUID);
  }
});
