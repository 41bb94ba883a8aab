/** A future that may be released more than once: by a timer, and by another future. */
import { Future } from '../core/future.ts';
import type { Watcher } from '../core/job.ts';
import type { TimerTarget } from './timer.ts';

export class Latch extends Future<void> implements Watcher, TimerTarget {
  release(): void {
    if (!this.done()) this.setResult();
  }

  futureDone(): void {
    this.release();
  }

  timerDue(): void {
    this.release();
  }
}
