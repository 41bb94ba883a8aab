/** Wakes the one who waits, also when it rang before the wait began. */
export interface Doorbell {
  ring(): void;
  /** Resolves at the next ring, or at once if it rang since the last wait. */
  wait(): Promise<void>;
}

export function createDoorbell(): Doorbell {
  let rang = false;
  let answer: (() => void) | undefined;
  return {
    ring() {
      rang = true;
      answer?.();
    },
    async wait() {
      if (!rang) await new Promise<void>((resolve) => (answer = resolve));
      rang = false;
      answer = undefined;
    },
  };
}
