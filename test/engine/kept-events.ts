/** An event bus that keeps what it takes, and refuses for as long as a test wants. */
import type { EventBus, LifecycleEvent } from '../../lib/ports/event-bus.ts';

export class KeptEvents implements EventBus {
  readonly taken: LifecycleEvent[] = [];
  isAway = false;
  /** How often it was asked. */
  asked = 0;

  async put(event: LifecycleEvent): Promise<boolean> {
    this.asked += 1;
    if (this.isAway) return false;
    this.taken.push(event);
    return true;
  }

  /** As in `started r1`. */
  said(): string[] {
    return this.taken.map(({ kind, run }) => `${kind} ${run.runId}`);
  }
}
