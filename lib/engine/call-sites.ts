/**
 * The workflows whose runs keep where their code made what it has not awaited. None does at first: to look at the stack takes
 * longer than all else that a replay does for a step. Where a message is to say such a place, the run is replayed by one that
 * keeps them, and so is each run of that workflow from then on.
 *
 * Tested by: test/engine/call-sites.test.ts
 */
export class CallSiteKeepers {
  /** By the author's function. */
  readonly #code = new WeakSet<object>();

  has(code: object): boolean {
    return this.#code.has(code);
  }

  add(code: object): void {
    this.#code.add(code);
  }
}
