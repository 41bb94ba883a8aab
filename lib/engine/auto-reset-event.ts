/**
 * An auto-reset event: wakes the task that waits for it, also when it was set before the wait began. The wait resets it.
 *
 * Tested by: test/engine/busy-run-hears.test.ts
 */
export class AutoResetEvent {
  #isSet = false;
  #resume: (() => void) | undefined;

  set(): void {
    const resume = this.#resume;
    this.#isSet = resume === undefined;
    this.#resume = undefined;
    resume?.();
  }

  /** Resolves at the next `set()`. Undefined: there was one since the last wait. */
  wait(): Promise<void> | undefined {
    if (!this.#isSet) return new Promise<void>((resolve) => (this.#resume = resolve));
    this.#isSet = false;
    return undefined;
  }
}
