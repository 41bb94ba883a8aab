/**
 * A standard queue with SQS's rules: at least once, in no promised order; a message that was received is hidden for
 * the visibility timeout and comes back unless it was deleted; after `maxReceives` of these it is a dead letter; what is
 * older than the retention is gone.
 *
 * It lives in memory only. Its messages are hints: the table is the truth (I1), so a lost message loses nothing.
 */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../ports/clock.ts';
import type { MessageAttributes } from './message-attributes.ts';

export interface MessageQueueOptions {
  readonly clock: Clock;
  readonly visibilityTimeoutMs: number;
  readonly maxReceives: number;
  /** Default: forever. */
  readonly retentionMs?: number;
  /** Of messages that are sent without a delay of their own. Default 0. */
  readonly delayMs?: number;
  onDeadLetter(body: string, message: QueuedMessage): void;
}

/** What a message has besides its body. */
export interface MessageExtras {
  readonly attributes?: MessageAttributes;
  /** The system attribute AWSTraceHeader. */
  readonly traceHeader?: string;
}

export interface QueuedMessage extends MessageExtras {
  readonly id: string;
  readonly body: string;
  readonly sentAtMs: number;
}

export interface ReceivedMessage extends QueuedMessage {
  /** What `delete` takes. Each receive makes a new one, and only the newest counts. */
  readonly receipt: string;
  readonly firstReceivedAtMs: number;
  /** 1 for the first time. */
  readonly receives: number;
  /** What SQS itself says of the message. */
  readonly systemAttributes: Readonly<Record<string, string>>;
}

interface Entry {
  readonly message: QueuedMessage;
  visibleAtMs: number;
  receives: number;
  firstReceivedAtMs: number;
  receipt: string | undefined;
}

export class MessageQueue {
  readonly #options: MessageQueueOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #deadLetters: string[] = [];
  readonly #listeners = new Set<() => void>();
  #cancelTimer: (() => void) | undefined;

  constructor(options: MessageQueueOptions) {
    this.#options = options;
  }

  /** Returns the message's id. */
  send(body: string, delayMs = this.#options.delayMs ?? 0, extras: MessageExtras = {}): string {
    const nowMs = this.#options.clock.nowMs();
    const id = randomUUID();
    this.#add({ id, body, sentAtMs: nowMs, ...extras }, nowMs + delayMs);
    return id;
  }

  /** Takes a message from another queue as it is. Its receives are counted anew. */
  redrive({ id, body, sentAtMs, attributes, traceHeader }: QueuedMessage): void {
    const extras = { ...(attributes ? { attributes } : {}), ...(traceHeader === undefined ? {} : { traceHeader }) };
    this.#add({ id, body, sentAtMs, ...extras }, this.#options.clock.nowMs());
  }

  /** Hides and returns up to `limit` messages that are visible now. */
  receive(limit: number, visibilityTimeoutMs = this.#options.visibilityTimeoutMs): ReceivedMessage[] {
    const nowMs = this.#options.clock.nowMs();
    this.#expire(nowMs);
    const received: ReceivedMessage[] = [];
    for (const entry of this.#entries.values()) {
      if (received.length >= limit) break;
      if (entry.visibleAtMs > nowMs) continue;
      if (entry.receives >= this.#options.maxReceives) this.#moveToDeadLetters(entry);
      else received.push(this.#hide(entry, nowMs, visibilityTimeoutMs));
    }
    this.#watch();
    return received;
  }

  /** Removes a message. An outdated receipt does nothing: the message was received again since. */
  delete(receipt: string): void {
    const entry = this.#entryOf(receipt);
    if (entry) this.#entries.delete(entry.message.id);
    this.#watch();
  }

  /** Hides a received message for so long from now. False if it is not hidden, or the receipt is outdated. */
  changeVisibility(receipt: string, visibilityTimeoutMs: number): boolean {
    const nowMs = this.#options.clock.nowMs();
    const entry = this.#entryOf(receipt);
    if (!entry || entry.visibleAtMs <= nowMs) return false;
    entry.visibleAtMs = nowMs + visibilityTimeoutMs;
    this.#watch();
    return true;
  }

  /**
   * Calls the listener whenever a message is, or becomes, visible. It may be called in vain. Returns a way to call it no
   * more.
   */
  onVisible(listener: () => void): () => void {
    this.#listeners.add(listener);
    this.#watch();
    return () => {
      this.#listeners.delete(listener);
      this.#watch();
    };
  }

  /** Bodies of the messages that were received too often, oldest first. */
  deadLetters(): readonly string[] {
    return this.#deadLetters;
  }

  /** Messages that wait, hidden ones included. */
  size(): number {
    return this.#entries.size;
  }

  /** How many can be received now, how many were and may come again, how many were not and will be visible later. */
  counts(): { readonly visible: number; readonly inFlight: number; readonly delayed: number } {
    const nowMs = this.#options.clock.nowMs();
    this.#expire(nowMs);
    const entries = [...this.#entries.values()];
    const hidden = entries.filter((entry) => entry.visibleAtMs > nowMs);
    const delayed = hidden.filter((entry) => entry.receives === 0).length;
    return { visible: entries.length - hidden.length, inFlight: hidden.length - delayed, delayed };
  }

  /** Removes all messages. */
  purge(): void {
    this.#entries.clear();
    this.#watch();
  }

  /** No listener is called after this. */
  close(): void {
    this.#listeners.clear();
    this.purge();
  }

  #add(message: QueuedMessage, visibleAtMs: number): void {
    this.#entries.set(message.id, { message, visibleAtMs, receives: 0, firstReceivedAtMs: 0, receipt: undefined });
    this.#watch();
  }

  #entryOf(receipt: string): Entry | undefined {
    for (const entry of this.#entries.values()) if (entry.receipt === receipt) return entry;
    return undefined;
  }

  #hide(entry: Entry, nowMs: number, visibilityTimeoutMs: number): ReceivedMessage {
    entry.receives += 1;
    entry.firstReceivedAtMs ||= nowMs;
    entry.receipt = randomUUID();
    entry.visibleAtMs = nowMs + visibilityTimeoutMs;
    const { message, receipt, firstReceivedAtMs, receives } = entry;
    const systemAttributes = {
      ApproximateReceiveCount: String(receives),
      ...(message.traceHeader === undefined ? {} : { AWSTraceHeader: message.traceHeader }),
      SentTimestamp: String(message.sentAtMs),
      SenderId: 'local',
      ApproximateFirstReceiveTimestamp: String(firstReceivedAtMs),
    };
    return { ...message, receipt, firstReceivedAtMs, receives, systemAttributes };
  }

  #moveToDeadLetters({ message }: Entry): void {
    this.#entries.delete(message.id);
    this.#deadLetters.push(message.body);
    this.#options.onDeadLetter(message.body, message);
  }

  #expire(nowMs: number): void {
    const oldestMs = nowMs - (this.#options.retentionMs ?? Infinity);
    for (const { message } of this.#entries.values()) {
      if (message.sentAtMs < oldestMs) this.#entries.delete(message.id);
    }
  }

  /** Sets the one timer for the message that becomes visible next. */
  #watch(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (this.#listeners.size === 0) return;
    let nextMs = Infinity;
    for (const entry of this.#entries.values()) nextMs = Math.min(nextMs, entry.visibleAtMs);
    if (nextMs === Infinity) return;
    this.#cancelTimer = this.#options.clock.callAt(nextMs, () => {
      for (const listener of [...this.#listeners]) listener();
    });
  }
}
