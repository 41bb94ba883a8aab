/**
 * Asynchronous invocations of one function: queued, tried again after a while if they fail, given up in the end.
 *
 * As in Lambda: one that failed is tried again after 1 minute and then 2; one for which there was no sandbox after 1 s,
 * 2 s, 4 s and so on up to 5 minutes, without counting as an attempt. After 6 hours it is given up.
 */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../ports/clock.ts';
import type { Invocation } from './invocation.ts';
import type { FunctionEvent } from '../function-event.ts';

const MAX_AGE_MS = 6 * 3_600_000;
const RETRY_MS = 60_000;
const FIRST_BACKOFF_MS = 1000;
const LONGEST_BACKOFF_MS = 300_000;

/** An event that is given up: what an on-failure destination gets. */
export interface FailedEvent {
  readonly requestId: string;
  readonly payload: string;
  /** How often it was tried. 0: there never was a sandbox. */
  readonly attempts: number;
  /** What the last attempt answered. */
  readonly response?: string;
  readonly reason: 'RetriesExhausted' | 'EventAgeExceeded' | 'Stopped';
}

export interface EventQueueOptions {
  readonly maxRetryAttempts: number;
  readonly clock: Clock;
  readonly report: (event: FunctionEvent) => void;
  readonly onFailed: (failed: FailedEvent) => void;
  invoke(event: QueuedEvent): Promise<Invocation>;
}

export interface QueuedEvent {
  /** The same for each attempt. */
  readonly requestId: string;
  readonly payload: string;
  readonly qualifier?: string;
}

/** One in line. */
interface Entry {
  readonly event: QueuedEvent;
  readonly sinceMs: number;
  attempts: number;
  throttles: number;
  response?: string;
  /** Takes its next attempt back. */
  cancel?: () => void;
}

export class EventQueue {
  readonly #options: EventQueueOptions;
  readonly #entries = new Set<Entry>();
  #isStopped = false;

  constructor(options: EventQueueOptions) {
    this.#options = options;
  }

  /** Returns the request's id. */
  add(payload: string, qualifier?: string): string {
    const event = { requestId: randomUUID(), payload, ...(qualifier !== undefined && { qualifier }) };
    const entry: Entry = { event, sinceMs: this.#options.clock.nowMs(), attempts: 0, throttles: 0 };
    this.#entries.add(entry);
    void this.#try(entry);
    return event.requestId;
  }

  /** Gives up what waits. What is being tried goes on, for the last time. */
  stop(): void {
    this.#isStopped = true;
    for (const entry of this.#entries) {
      if (!entry.cancel) continue;
      entry.cancel();
      this.#giveUp(entry, 'Stopped');
    }
  }

  async #try(entry: Entry): Promise<void> {
    delete entry.cancel;
    const invocation = await this.#options.invoke(entry.event);
    switch (invocation.kind) {
      case 'succeeded':
        this.#entries.delete(entry);
        break;
      case 'throttled':
      case 'refused': // it was taken once, so what refuses it now is a stop
        entry.throttles += 1;
        this.#tryAgain(entry, Math.min(FIRST_BACKOFF_MS * 2 ** (entry.throttles - 1), LONGEST_BACKOFF_MS));
        break;
      case 'failed':
        entry.attempts += 1;
        entry.response = invocation.payload;
        if (entry.attempts > this.#options.maxRetryAttempts) this.#giveUp(entry, 'RetriesExhausted');
        else this.#tryAgain(entry, RETRY_MS * entry.attempts);
    }
  }

  #tryAgain(entry: Entry, inMs: number): void {
    const { clock, report } = this.#options;
    const atMs = clock.nowMs() + inMs;
    if (this.#isStopped) this.#giveUp(entry, 'Stopped');
    else if (atMs > entry.sinceMs + MAX_AGE_MS) this.#giveUp(entry, 'EventAgeExceeded');
    else {
      entry.cancel = clock.callAt(atMs, () => void this.#try(entry));
      report({ kind: 'event-retried', requestId: entry.event.requestId, attempts: entry.attempts, inMs });
    }
  }

  #giveUp(entry: Entry, reason: FailedEvent['reason']): void {
    this.#entries.delete(entry);
    const { event, attempts, response } = entry;
    const { requestId, payload } = event;
    this.#options.report({ kind: 'event-dropped', requestId, attempts, payload, reason });
    this.#options.onFailed({ requestId, payload, attempts, reason, ...(response !== undefined && { response }) });
  }
}
