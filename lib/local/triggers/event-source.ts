/**
 * Feeds a queue to a function, as Lambda's event source mapping does: batches of a size or a window, so many at a time,
 * and partial failures.
 *
 * What failed is not sent again from here: it was not deleted, so the queue shows it again when its visibility timeout is
 * over. The same goes for a batch that was throttled, or whose process died.
 */
import type { Clock } from '../../ports/clock.ts';
import type { MessageQueue, ReceivedMessage } from '../services/sqs/message-queue.ts';
import type { Invocation } from '../functions/invocation.ts';
import type { EventSourceResource } from '../resources.ts';
import { failedIds, toSqsEvent } from './sqs-event.ts';

/** Of what Lambda takes in one invocation; what does not fit is another batch. */
const BATCH_LIMIT_BYTES = 6 * 1024 * 1024;
/** What a record has besides its body. */
const RECORD_BYTES = 1024;

export interface EventSourceOptions {
  readonly source: EventSourceResource;
  readonly region: string;
  readonly queue: Pick<MessageQueue, 'receive' | 'delete' | 'onVisible'>;
  readonly clock: Clock;
  /** Batches at a time. */
  readonly concurrency: number;
  /** Whether the function can take a batch at once, and a way to hear that it can again. Default: it can. */
  readonly room?: { hasRoom(): boolean; onRoom(listener: () => void): void };
  /** Is called with each batch before it is handed over, and what it returns when that is over. */
  readonly observe?: (batch: readonly ReceivedMessage[]) => () => void;
  /** Invokes the function, at the qualifier that the mapping names, with a JSON text. */
  readonly invoke: (payload: string) => Promise<Invocation>;
}

export class EventSource {
  readonly #parts: EventSourceOptions;
  /** Received, and not yet handed over: more than one batch only if they are large. */
  #received: ReceivedMessage[] = [];
  /** When the window closes that opened with the first of them. */
  #windowEndsAtMs = Infinity;
  #cancelWindow: () => void = () => undefined;
  #active = 0;
  #isStopped = false;

  /** Begins at once. */
  constructor(parts: EventSourceOptions) {
    this.#parts = parts;
    parts.queue.onVisible(() => this.#poll());
    parts.room?.onRoom(() => this.#poll());
    this.#poll();
  }

  /** A batch is being worked on. */
  isBusy(): boolean {
    return this.#active > 0;
  }

  /** Takes no further messages. */
  stop(): void {
    this.#isStopped = true;
    this.#cancelWindow();
  }

  #poll(): void {
    while (!this.#isStopped && this.#active < this.#parts.concurrency && (this.#parts.room?.hasRoom() ?? true)) {
      this.#receive();
      if (this.#received.length === 0 || this.#mayGrow()) return;
      void this.#handOver(this.#cutBatch());
    }
  }

  #receive(): void {
    const { queue, clock, source } = this.#parts;
    const wanted = source.batchSize - this.#received.length;
    const messages = wanted > 0 ? queue.receive(wanted) : [];
    if (messages.length > 0 && this.#received.length === 0) {
      this.#windowEndsAtMs = clock.nowMs() + source.maxBatchingWindowMs;
    }
    for (const message of messages) this.#received.push(message);
  }

  /** The batch is not full, and its window is open: messages that come until it closes belong to it. */
  #mayGrow(): boolean {
    const { clock, source } = this.#parts;
    const isFull = this.#received.length >= source.batchSize || this.#batchLength() < this.#received.length;
    this.#cancelWindow();
    if (isFull || clock.nowMs() >= this.#windowEndsAtMs) return false;
    this.#cancelWindow = clock.callAt(this.#windowEndsAtMs, () => this.#poll());
    return true;
  }

  #cutBatch(): ReceivedMessage[] {
    return this.#received.splice(0, this.#batchLength());
  }

  /** How many of those received go into one invocation: at least one. */
  #batchLength(): number {
    let bytes = 0;
    const fits = this.#received.findIndex((message) => {
      bytes += Buffer.byteLength(JSON.stringify(message.body)) + RECORD_BYTES;
      return bytes > BATCH_LIMIT_BYTES;
    });
    return fits < 0 ? this.#received.length : Math.max(1, fits);
  }

  async #handOver(batch: readonly ReceivedMessage[]): Promise<void> {
    const { queue, source, region, invoke, observe } = this.#parts;
    this.#active += 1;
    const onEnd = observe?.(batch);
    try {
      const result = await invoke(JSON.stringify(toSqsEvent(batch, { queueArn: source.queueArn, region })));
      const failed = this.#failedOf(result, batch);
      for (const message of batch) if (!failed.has(message.id)) queue.delete(message.receipt);
    } catch {
      // The function could not be called, or its answer is no JSON: the messages come again.
    } finally {
      this.#active -= 1;
      onEnd?.();
      this.#poll();
    }
  }

  #failedOf(result: Invocation, batch: readonly ReceivedMessage[]): ReadonlySet<string> {
    if (result.kind !== 'succeeded') return new Set(batch.map((message) => message.id));
    if (!this.#parts.source.reportsBatchItemFailures) return new Set();
    return failedIds(JSON.parse(result.payload || 'null'), batch);
  }
}
