/** The run's random numbers, counted: the journal records how many were drawn before each command (I8). */
import type { RandomSource } from '../core/loop.ts';

export class CountedRandom implements RandomSource {
  readonly #source: RandomSource;
  /** Numbers drawn since `takeDraws`. */
  #draws = 0;

  constructor(source: RandomSource) {
    this.#source = source;
  }

  next(): number {
    this.#draws += 1;
    return this.#source.next();
  }

  /** How many numbers were drawn since the last call. */
  takeDraws(): number {
    const draws = this.#draws;
    this.#draws = 0;
    return draws;
  }
}
