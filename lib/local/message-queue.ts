/**
 * A standard queue with SQS's rules: at least once, in no promised order; a message that was received is hidden for
 * the visibility timeout and comes back unless it was deleted; after `maxReceives` of these it is a dead letter.
 *
 * It lives in memory only. Its messages are hints, and whoever loses them finds the truth in the table (I1).
 */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../ports/clock.ts';

export interface MessageQueueOptions {
  readonly clock: Clock;
  readonly visibilityTimeoutMs: number;
  readonly maxReceives: number;
  onDeadLetter(body: string): void;
}

export interface ReceivedMessage {
  readonly id: string;
  readonly body: string;
  /** What `delete` takes. Each receive gives a new one, and only the newest counts. */
  readonly receipt: string;
  readonly sentAtMs: number;
  readonly firstReceivedAtMs: number;
  /** 1 for the first time. */
  readonly receives: number;
}

interface Entry {
  readonly id: string;
  readonly body: string;
  readonly sentAtMs: number;
  visibleAtMs: number;
  receives: number;
  firstReceivedAtMs: number;
  receipt: string | undefined;
}

export class MessageQueue {
  readonly #options: MessageQueueOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #deadLetters: string[] = [];
  #listener: () => void = () => undefined;
  #cancelTimer: (() => void) | undefined;

  constructor(options: MessageQueueOptions) {
    this.#options = options;
  }

  /** Gives the message's id. */
  send(body: string, delayMs = 0): string {
    const nowMs = this.#options.clock.nowMs();
    const id = randomUUID();
    const visibleAtMs = nowMs + delayMs;
    this.#entries.set(id, {
      id,
      body,
      sentAtMs: nowMs,
      visibleAtMs,
      receives: 0,
      firstReceivedAtMs: 0,
      receipt: undefined,
    });
    this.#watch();
    return id;
  }

  /** Hides and gives up to `limit` messages that are visible now. */
  receive(limit: number): ReceivedMessage[] {
    const nowMs = this.#options.clock.nowMs();
    const received: ReceivedMessage[] = [];
    for (const entry of this.#entries.values()) {
      if (received.length >= limit) break;
      if (entry.visibleAtMs > nowMs) continue;
      if (entry.receives >= this.#options.maxReceives) this.#bury(entry);
      else received.push(this.#hide(entry, nowMs));
    }
    this.#watch();
    return received;
  }

  /** Removes a message. An outdated receipt does nothing: the message was received again since. */
  delete(receipt: string): void {
    for (const entry of this.#entries.values()) {
      if (entry.receipt === receipt) this.#entries.delete(entry.id);
    }
    this.#watch();
  }

  /** Calls the one listener whenever a message is, or becomes, visible. It may be called in vain. */
  onVisible(listener: () => void): void {
    this.#listener = listener;
    this.#watch();
  }

  /** Bodies of the messages that were received too often, oldest first. */
  deadLetters(): readonly string[] {
    return this.#deadLetters;
  }

  /** Messages that wait, hidden ones included. */
  size(): number {
    return this.#entries.size;
  }

  /** No listener is called after this. */
  close(): void {
    this.#cancelTimer?.();
    this.#listener = () => undefined;
    this.#entries.clear();
  }

  #hide(entry: Entry, nowMs: number): ReceivedMessage {
    entry.receives += 1;
    entry.firstReceivedAtMs ||= nowMs;
    entry.receipt = randomUUID();
    entry.visibleAtMs = nowMs + this.#options.visibilityTimeoutMs;
    const { id, body, receipt, sentAtMs, firstReceivedAtMs, receives } = entry;
    return { id, body, receipt, sentAtMs, firstReceivedAtMs, receives };
  }

  #bury(entry: Entry): void {
    this.#entries.delete(entry.id);
    this.#deadLetters.push(entry.body);
    this.#options.onDeadLetter(entry.body);
  }

  /** Sets the one timer for the message that becomes visible next. */
  #watch(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    let nextMs = Infinity;
    for (const entry of this.#entries.values()) nextMs = Math.min(nextMs, entry.visibleAtMs);
    if (nextMs === Infinity) return;
    this.#cancelTimer = this.#options.clock.callAt(nextMs, () => this.#listener());
  }
}
