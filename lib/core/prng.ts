/**
 * Random numbers that a seed decides, the same each time: for tests, and for runs whose journal has no seed.
 *
 * The generator is sfc32 (Chris Doty-Humphrey, PractRand), seeded by four FNV-1a hashes of the seed with different
 * starts. Changing either changes what running runs replay to.
 */

/** A function that gives 0 <= x < 1, in an order that the seed decides. */
export function createPrng(seed: string): () => number {
  return toRandom(sfc32(seed));
}

/** Of words of 32 random bits: a function that gives 0 <= x < 1, with 53 random bits as Math.random has. */
export function toRandom(next32: () => number): () => number {
  return () => ((next32() >>> 5) * 0x400_0000 + (next32() >>> 6)) / 2 ** 53;
}

/** 32 random bits at each call, as a signed integer. */
function sfc32(seed: string): () => number {
  let a = hash(seed, 0x811c9dc5);
  let b = hash(seed, 0x9e3779b9);
  let c = hash(seed, 0x243f6a88);
  let counter = hash(seed, 0xb7e15162);
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return sum;
  };
  // The state is well mixed after a dozen rounds.
  for (let round = 0; round < 12; round += 1) next();
  return next;
}

function hash(text: string, start: number): number {
  let state = start | 0;
  for (let index = 0; index < text.length; index += 1) {
    state = Math.imul(state ^ text.charCodeAt(index), 0x01000193);
  }
  return state;
}
