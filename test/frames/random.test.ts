/**
 * Random programs with a round trip at each yield. `npm run frames` tries as many as one likes. What it
 * has found is in `fixtures/programs.txt`.
 */
import { expect, test } from 'vitest';
import { checkRandom } from './support/check-random.ts';

const PROGRAMS = 200;

test(`${PROGRAMS} random programs do natively what they do when they are stored at every yield`, () => {
  let roundTrips = 0;
  for (let seed = 1; seed <= PROGRAMS; seed += 1) {
    const result = checkRandom(seed);
    expect(result.wrong).toBe(undefined);
    roundTrips += result.roundTrips;
  }
  expect(roundTrips).toBeGreaterThan(PROGRAMS * 10);
});
