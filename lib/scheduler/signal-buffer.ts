/**
 * The signals of a run that no code has received yet, and the receives that wait for one: a channel for each name.
 *
 * asyncio's `Queue.get` without a limit: a signal wakes the receiver that waits longest, and stays in the buffer until
 * that one takes it. So a receiver that is cancelled in the same moment loses nothing (it wakes the next).
 */
import type { Signals } from '../core/loop.ts';
import type { CommandId } from '../journal/event.ts';
import { FifoQueue } from '../core/fifo-queue.ts';

/** A signal that no code has received. */
interface Buffered {
  readonly payload: unknown;
  readonly messageId: string;
}

/** The signals of one name. */
interface Channel {
  readonly payloads: FifoQueue<Buffered>;
  /** The receives that wait. One that was cancelled is no longer pending, and is skipped when its turn comes. */
  readonly receivers: FifoQueue<CommandId>;
}

/** The pending commands, as the buffer sees them. */
export interface PendingReceives {
  isPending(id: CommandId): boolean;
  endReceive(id: CommandId): void;
}

export class SignalBuffer implements Signals {
  readonly #receives: PendingReceives;
  readonly #channels = new Map<string, Channel>();
  /** Message ids of the payloads in all channels, in the order of their delivery. */
  readonly #unread = new Set<string>();
  /** Payloads in all channels: `add` counts up, `take` down. */
  #size = 0;

  constructor(receives: PendingReceives) {
    this.#receives = receives;
  }

  /** Of those that are buffered, in the order in which they were delivered. */
  messageIds(): readonly string[] {
    return [...this.#unread];
  }

  /** How many signals are buffered, of all names. */
  get size(): number {
    return this.#size;
  }

  add(name: string, payload: unknown, messageId: string): void {
    this.#channel(name).payloads.add({ payload, messageId });
    this.#unread.add(messageId);
    this.#size += 1;
    this.wakeNext(name);
  }

  take(name: string): { readonly found: true; readonly payload: unknown } | { readonly found: false } {
    const payloads = this.#channels.get(name)?.payloads;
    if (payloads === undefined || payloads.size === 0) return { found: false };
    this.#size -= 1;
    const { payload, messageId } = payloads.take();
    this.#unread.delete(messageId);
    return { found: true, payload };
  }

  count(name: string): number {
    return this.#channels.get(name)?.payloads.size ?? 0;
  }

  /** Adds a receive to those that wait for the next signal of that name. */
  wait(name: string, receive: CommandId): void {
    this.#channel(name).receivers.add(receive);
  }

  wakeNext(name: string): void {
    const { receivers } = this.#channel(name);
    while (receivers.size > 0) {
      const receive = receivers.take();
      if (!this.#receives.isPending(receive)) continue;
      this.#receives.endReceive(receive);
      return;
    }
  }

  #channel(name: string): Channel {
    let channel = this.#channels.get(name);
    if (channel === undefined) {
      channel = { payloads: new FifoQueue(), receivers: new FifoQueue() };
      this.#channels.set(name, channel);
    }
    return channel;
  }
}
