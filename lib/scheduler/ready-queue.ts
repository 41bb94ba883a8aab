/**
 * The jobs of a run that are ready, in the order in which they became ready; those of the next round wait beside them.
 */
import type { Job } from '../core/job.ts';
import type { ReadyJobs } from '../core/loop.ts';
import { FifoQueue } from '../core/fifo-queue.ts';

export class ReadyQueue implements ReadyJobs {
  /** Jobs of this round and, behind them, those that this round makes ready. */
  readonly #ready = new FifoQueue<Job>();
  /** Moved behind `#ready` when a round begins. */
  #nextRound: Job[] = [];

  enqueue(job: Job): void {
    this.#ready.add(job);
  }

  enqueueNextRound(job: Job): void {
    this.#nextRound.push(job);
  }

  /** Begins a round; returns how many jobs it has. */
  beginRound(): number {
    if (this.#nextRound.length > 0) {
      for (const job of this.#nextRound) this.#ready.add(job);
      this.#nextRound = [];
    }
    return this.#ready.size;
  }

  /** Takes the oldest job; there must be one. */
  shift(): Job {
    return this.#ready.take();
  }

  clear(): void {
    this.#ready.clear();
    this.#nextRound = [];
  }
}
