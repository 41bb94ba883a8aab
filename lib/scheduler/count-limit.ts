/**
 * A limit for what code has alive at once. The first refusal opens a reserve of a tenth: the code that cleans up after
 * it, such as a saga's undos, may need a task and some steps.
 */
export class CountLimit {
  readonly #limit: number;
  #hasRefused = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether there may be one more than `count`. */
  admits(count: number): boolean {
    if (count < this.#limit) {
      this.#hasRefused = false;
      return true;
    }
    if (this.#hasRefused) return count < this.#limit * (1 + RESERVE);
    this.#hasRefused = true;
    return false;
  }
}

/** How far a limit is passed while code cleans up. */
const RESERVE = 0.1;
