/**
 * The signals of a run that nobody has received yet, and who waits for them: one queue for each name.
 *
 * asyncio's `Queue.get` without a limit: a signal wakes the receiver that waits longest, and stays in the buffer until
 * that one takes it. So a receiver that is cancelled in the same moment loses nothing (it wakes the next).
 */
import type { Future } from '../core/future.ts';
import { ReadyQueue } from './ready-queue.ts';

interface Line {
  readonly payloads: ReadyQueue<unknown>;
  readonly receivers: ReadyQueue<Receiver>;
}

export interface Receiver {
  readonly future: Future<unknown>;
  /** The signal is here. */
  wake(): void;
}

export class SignalBuffer {
  readonly #lines = new Map<string, Line>();
  #size = 0;

  /** All signals that are buffered, of whatever name. */
  get size(): number {
    return this.#size;
  }

  add(name: string, payload: unknown): void {
    this.#line(name).payloads.push(payload);
    this.#size += 1;
    this.wakeNext(name);
  }

  take(name: string): { readonly found: true; readonly payload: unknown } | { readonly found: false } {
    const payloads = this.#lines.get(name)?.payloads;
    if (payloads === undefined || payloads.size === 0) return { found: false };
    this.#size -= 1;
    return { found: true, payload: payloads.shift() };
  }

  count(name: string): number {
    return this.#lines.get(name)?.payloads.size ?? 0;
  }

  /** Stands in line for the next signal of that name. */
  wait(name: string, receiver: Receiver): void {
    this.#line(name).receivers.push(receiver);
  }

  wakeNext(name: string): void {
    const { receivers } = this.#line(name);
    while (receivers.size > 0) {
      const receiver = receivers.shift();
      if (receiver.future.done()) continue;
      receiver.wake();
      return;
    }
  }

  #line(name: string): Line {
    let line = this.#lines.get(name);
    if (line === undefined) {
      line = { payloads: new ReadyQueue(), receivers: new ReadyQueue() };
      this.#lines.set(name, line);
    }
    return line;
  }
}
