/** The machine's own timers, as they are before a test framework puts fakes in their place. */
const { setImmediate, setTimeout } = globalThis;
const nextTick = process.nextTick.bind(process);
const now = performance.now.bind(performance);

/** Until all promises that can go on have done so: Node's ticks come after the last of them. No event is let in. */
export function promisesToGoOn(): Promise<void> {
  return new Promise((resolve) => {
    nextTick(resolve);
  });
}

/** Lets the event loop turn once. Dearer: it asks the system for events. */
export function turnOfTheLoop(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** A wait that is real. */
export function pauseReally(delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, delayMs);
  });
}

/** Counts on whatever the clocks of a test show. */
export function realNowMs(): number {
  return now();
}
