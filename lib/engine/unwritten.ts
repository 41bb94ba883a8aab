/**
 * What a turn has delivered, and what the code asked for because of it, that is in no record yet.
 *
 * Tested by: test/engine/read-only-steps.test.ts, test/invariants/i3-record-before-effect.test.ts
 */
import type { JournalEntry } from '../journal/event.ts';
import { entriesBytes } from '../ports/entries-text.ts';

export class Unwritten {
  #entries: JournalEntry[] = [];
  #mayWait = true;
  #waitingBytes = 0;

  get length(): number {
    return this.#entries.length;
  }

  /** Whether all of it came by `pushWaiting`. */
  get mayWait(): boolean {
    return this.#mayWait;
  }

  /** The stored form of what came by `pushWaiting`. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  push(entry: JournalEntry): void {
    this.#mayWait = false;
    this.#entries.push(entry);
  }

  pushAll(entries: readonly JournalEntry[]): void {
    for (const entry of entries) this.push(entry);
  }

  pushFirst(entry: JournalEntry): void {
    this.#mayWait = false;
    this.#entries.unshift(entry);
  }

  /** What may stay unwritten while readOnly steps go on (begin-early.ts). */
  pushWaiting(entries: readonly JournalEntry[]): void {
    for (const entry of entries) this.#entries.push(entry);
    this.#waitingBytes += entriesBytes(entries);
  }

  /** All of it, in order. */
  all(): readonly JournalEntry[] {
    return this.#entries;
  }

  /** The same. It is empty then. */
  take(): JournalEntry[] {
    const entries = this.#entries;
    this.#entries = [];
    this.#mayWait = true;
    this.#waitingBytes = 0;
    return entries;
  }
}
