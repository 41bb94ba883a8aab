/**
 * The published versions of the worker, as Lambda has them: each can be invoked by itself, until it is deleted. Wakes
 * that are handed to one wait in a queue of its own.
 */
import type { Code } from './code.ts';
import type { Queue } from './queue.ts';

interface Published {
  readonly code: Code;
  readonly queue: Queue;
}

export class Versions {
  readonly #newQueue: (code: Code) => Queue;
  /** The oldest first. */
  readonly #there = new Map<string, Published>();

  /** `newQueue` makes the queue that feeds a version. */
  constructor(newQueue: (code: Code) => Queue) {
    this.#newQueue = newQueue;
  }

  publish(code: Code): void {
    this.#there.set(code.version, { code, queue: this.#newQueue(code) });
  }

  isThere(version: string): boolean {
    return this.#there.has(version);
  }

  /** With all wakes that wait for it. The newest stays. */
  delete(version: string): void {
    if (version !== [...this.#there.keys()].at(-1)) this.#there.delete(version);
  }

  /** All but the newest so many. */
  deleteOldest(kept: number): void {
    for (const version of [...this.#there.keys()].slice(0, -kept)) this.#there.delete(version);
  }

  async forward(runId: string, version: string): Promise<'forwarded' | 'gone'> {
    const published = this.#there.get(version);
    if (published === undefined) return 'gone';
    await published.queue.send(runId);
    return 'forwarded';
  }

  /** There is a worker free again. */
  pump(): void {
    for (const { queue } of this.#there.values()) queue.pump();
  }
}
