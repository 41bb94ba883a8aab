/**
 * Steps that are asked for and whose body is not running: those that may begin, in the order in which they became so, and
 * those whose next attempt is still to come, by its time. One that the code has withdrawn is forgotten when it would be
 * next: no look at them goes through them all.
 *
 * Tested by: test/engine/many-steps.test.ts, test/engine/step-retry.test.ts
 */
import type { CommandId } from '../journal/event.ts';
import type { LiveRun, PendingStep } from '../scheduler/live-run.ts';
import { TimerHeap } from './timer-heap.ts';

/** Each time that a step becomes ready. */
interface Entry {
  readonly id: CommandId;
}

export class StepsToBegin {
  readonly #live: LiveRun;
  /** From `#head` on; those that are not in `#waiting` have begun. */
  #ready: Entry[] = [];
  #head = 0;
  readonly #waiting = new Map<CommandId, Entry>();
  readonly #later = new TimerHeap();

  constructor(live: LiveRun) {
    this.#live = live;
  }

  add({ id, retryAtMs }: PendingStep): void {
    if (retryAtMs === 0) this.#addReady(id);
    else this.#later.add({ id, dueAtMs: retryAtMs });
  }

  /** It has begun. */
  delete(id: CommandId): void {
    this.#waiting.delete(id);
  }

  /** Those that may begin. One may be deleted on the way. */
  *due(nowMs: number): Generator<PendingStep> {
    this.#takeDue(nowMs);
    this.#dropBegun();
    for (let at = this.#head; at < this.#ready.length; at += 1) {
      const step = this.#waitingAt(at);
      if (step !== undefined) yield step;
    }
  }

  /** When the first of all may begin; undefined if there is none. */
  nextAtMs(): number | undefined {
    let firstAtMs: number | undefined;
    this.#dropBegun();
    for (let at = this.#head; at < this.#ready.length; at += 1) {
      const step = this.#waitingAt(at);
      if (step === undefined) continue;
      firstAtMs = Math.min(firstAtMs ?? Infinity, step.retryAtMs);
      if (step.retryAtMs === 0) break; // none is earlier
    }
    const laterAtMs = this.#firstLater()?.dueAtMs;
    return firstAtMs === undefined || laterAtMs === undefined
      ? (firstAtMs ?? laterAtMs)
      : Math.min(firstAtMs, laterAtMs);
  }

  #addReady(id: CommandId): void {
    if (this.#waiting.has(id)) return;
    const entry: Entry = { id };
    this.#waiting.set(id, entry);
    this.#ready.push(entry);
  }

  #waitingAt(at: number): PendingStep | undefined {
    const entry = this.#ready[at] as Entry;
    if (!this.#isWaiting(entry)) return undefined;
    const step = this.#pending(entry.id);
    if (step === undefined) this.#waiting.delete(entry.id);
    return step;
  }

  /** At the head. Room is given back when half of the list is behind it, so that each is moved once on average. */
  #dropBegun(): void {
    while (this.#head < this.#ready.length && !this.#isWaiting(this.#ready[this.#head] as Entry)) this.#head += 1;
    if (this.#head * 2 <= this.#ready.length) return;
    this.#ready = this.#ready.slice(this.#head);
    this.#head = 0;
  }

  #isWaiting(entry: Entry): boolean {
    return this.#waiting.get(entry.id) === entry;
  }

  #takeDue(nowMs: number): void {
    for (;;) {
      const first = this.#firstLater();
      if (first === undefined || first.dueAtMs > nowMs) return;
      this.#later.removeFirst();
      this.#addReady(first.id);
    }
  }

  /** Of a step whose times were set anew, its entry of before does not count. */
  #firstLater(): { readonly id: CommandId; readonly dueAtMs: number } | undefined {
    for (;;) {
      const first = this.#later.first();
      if (first === undefined || this.#pending(first.id)?.retryAtMs === first.dueAtMs) return first;
      this.#later.removeFirst();
    }
  }

  #pending(id: CommandId): PendingStep | undefined {
    const pending = this.#live.pending.get(id);
    return pending?.kind === 'step' ? pending : undefined;
  }
}
