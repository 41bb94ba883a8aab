import { expect, it } from 'vitest';
import { createPrng } from '../../lib/core/prng.ts';

const draw = (seed: string, count: number) => Array.from({ length: count }, createPrng(seed));

it('the same seed makes the same numbers, in every version', () => {
  // A change of these changes what running runs replay to.
  expect(draw('run-1', 3)).toEqual([0.7912186831946638, 0.9447131207757762, 0.0803784552732626]);
});

it('similar seeds make numbers that are not similar', () => {
  const first = new Set(Array.from({ length: 1000 }, (_, index) => createPrng(`run-${index}`)()));
  expect(first.size).toBe(1000);
  expect(draw('', 3)).not.toEqual(draw('a', 3));
});

it('numbers are spread evenly from 0 to 1, 1 left out', () => {
  const buckets = new Array<number>(10).fill(0);
  const numbers = draw('spread', 100_000);
  for (const number of numbers) {
    expect(number >= 0 && number < 1).toBe(true);
    buckets[Math.floor(number * 10)]! += 1;
  }
  for (const size of buckets) expect(Math.abs(size - 10_000)).toBeLessThan(400);
});

it('numbers have 53 random bits, not 32', () => {
  const low = new Set(draw('bits', 1000).map((number) => (number * 2 ** 53) % 2 ** 21));
  expect(low.size).toBeGreaterThan(950);
});
