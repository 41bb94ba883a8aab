/**
 * The queue of wakes, as SQS is one: at least once, in any order, visible again after a while if nobody says that it is
 * done. It hands batches to workers as long as there are any to be had.
 */
import type { WakeQueue } from '../../../lib/ports/wake-queue.ts';
import type { Faults } from './faults.ts';
import type { Timeline } from './timeline.ts';

export interface QueuedWake {
  readonly id: number;
  readonly runId: string;
}

export interface QueueOptions {
  readonly timeline: Timeline;
  readonly faults: Faults;
  readonly batchSize: number;
  /** How long a wake is hidden that somebody works at. */
  readonly visibilityMs: number;
  readonly leaseMs: number;
  /** Whether all wakes are lost just now. */
  readonly isBlackedOut: () => boolean;
}

/** Takes a batch, or says that it cannot just now. */
export type TakeBatch = (batch: readonly QueuedWake[]) => 'taken' | 'no-capacity';

/** SQS's own limit. */
const LONGEST_DELAY_MS = 900_000;
/** After so many times a wake goes to the dead letters. */
const MOST_RECEIVES = 5;
const PAUSE_WITHOUT_CAPACITY_MS = 1_000;
const HANDING_OVER_MS = 10;

interface Queued extends QueuedWake {
  visibleAtMs: number;
  receives: number;
}

export class Queue implements WakeQueue {
  takeBatch: TakeBatch = () => 'no-capacity';
  readonly #options: QueueOptions;
  readonly #wakes = new Map<number, Queued>();
  #lastId = 0;
  #planned: { readonly atMs: number; readonly cancel: () => void } | undefined;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  async send(runId: string, delayMs = 0): Promise<void> {
    const { faults, leaseMs } = this.#options;
    const occasion = faults.occasion(`wake of ${runId}`);
    if (this.#options.isBlackedOut() || faults.happens('wakeLost', occasion)) return;
    const late = faults.happens('wakeLate', occasion) ? faults.roll(occasion, 'late') * 2 * leaseMs : 0;
    this.#add(runId, Math.min(Math.max(0, delayMs), LONGEST_DELAY_MS) + late);
    if (faults.happens('wakeRepeated', occasion)) this.#add(runId, delayMs + faults.roll(occasion, 'again') * leaseMs);
  }

  /** Somebody is done with it. */
  delete(wake: QueuedWake): void {
    this.#wakes.delete(wake.id);
  }

  /** Hands over what is there; to be called also when a worker is free again. */
  pump(): void {
    const { timeline, batchSize, visibilityMs } = this.#options;
    const visible = [...this.#wakes.values()].filter(({ visibleAtMs }) => visibleAtMs <= timeline.nowMs);
    for (let from = 0; from < visible.length; from += batchSize) {
      const batch = visible.slice(from, from + batchSize);
      if (this.takeBatch(batch) === 'no-capacity') {
        this.#pumpAt(timeline.nowMs + PAUSE_WITHOUT_CAPACITY_MS);
        return;
      }
      for (const wake of batch) {
        wake.visibleAtMs = timeline.nowMs + visibilityMs;
        wake.receives += 1;
        if (wake.receives >= MOST_RECEIVES) this.#wakes.delete(wake.id);
      }
    }
    this.#pumpAtNext();
  }

  #add(runId: string, delayMs: number): void {
    this.#lastId += 1;
    const visibleAtMs = this.#options.timeline.nowMs + delayMs + HANDING_OVER_MS;
    this.#wakes.set(this.#lastId, { id: this.#lastId, runId, visibleAtMs, receives: 0 });
    this.#pumpAt(visibleAtMs);
  }

  /** When the next wake becomes visible. */
  #pumpAtNext(): void {
    let nextMs = Infinity;
    for (const { visibleAtMs } of this.#wakes.values()) nextMs = Math.min(nextMs, visibleAtMs);
    if (nextMs !== Infinity) this.#pumpAt(nextMs);
  }

  /** One pump at a time is planned, the earliest: it plans the one after it. */
  #pumpAt(atMs: number): void {
    if (this.#planned !== undefined && this.#planned.atMs <= atMs) return;
    this.#planned?.cancel();
    const cancel = this.#options.timeline.at(atMs, () => {
      this.#planned = undefined;
      this.pump();
    });
    this.#planned = { atMs, cancel };
  }
}
