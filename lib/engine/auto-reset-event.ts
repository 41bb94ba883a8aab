/**
 * An auto-reset event: wakes the task that waits for it, also when it was set before the wait began. The wait resets it.
 *
 * Tested by: test/engine/busy-run-hears.test.ts
 */
export class AutoResetEvent {
  #isSet = false;
  #resume: (() => void) | undefined;

  set(): void {
    this.#isSet = true;
    this.#resume?.();
  }

  /** Resolves at the next `set()`, or at once if there was one since the last wait. */
  async wait(): Promise<void> {
    if (!this.#isSet) await new Promise<void>((resolve) => (this.#resume = resolve));
    this.#isSet = false;
    this.#resume = undefined;
  }
}
