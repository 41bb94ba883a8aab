/**
 * Random numbers that a seed decides, the same each time: for tests, and for runs whose journal has no seed.
 *
 * The generator is sfc32 (Chris Doty-Humphrey, PractRand), seeded by four FNV-1a hashes of the seed with different
 * starts. Changing either changes what running runs replay to.
 */
import { RandomNumbers } from './random-numbers.ts';

export class Prng extends RandomNumbers {
  // The state of sfc32. `next32` alone changes it.
  #a: number;
  #b: number;
  #c: number;
  #counter: number;

  constructor(seed: string) {
    super();
    this.#a = hash(seed, 0x811c9dc5);
    this.#b = hash(seed, 0x9e3779b9);
    this.#c = hash(seed, 0x243f6a88);
    this.#counter = hash(seed, 0xb7e15162);
    // The state is well mixed after a dozen rounds.
    for (let round = 0; round < 12; round += 1) this.next32();
  }

  override next32(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum;
  }
}

/** The same numbers from a function, as `Math.random` gives them. */
export function createPrng(seed: string): () => number {
  const prng = new Prng(seed);
  return () => prng.next();
}

function hash(text: string, start: number): number {
  let state = start | 0;
  for (let index = 0; index < text.length; index += 1) {
    state = Math.imul(state ^ text.charCodeAt(index), 0x01000193);
  }
  return state;
}
