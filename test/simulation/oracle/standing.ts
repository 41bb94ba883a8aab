/**
 * What of a run's journal stands, reckoned by the oracle itself: where the engine reckons wrongly (lib/journal/standing.ts),
 * the two differ.
 */
import { isRecordedCommand, type JournalEntry, type RecordedCommand } from '../../../lib/journal/event.ts';

interface Placed {
  readonly entry: JournalEntry;
  readonly index: number;
}

export class StandingBook {
  #placed: Placed[] = [];
  #count = 0;
  /** Messages that stand no more and have to come again, in their order. */
  #again: string[] = [];
  /** Steps that stand open, and whose results stand no more: they come again, and no body runs for them. */
  readonly #doneAgain = new Set<number>();
  readonly #ended = new Set<number>();
  /** Messages that came again, though others had to come before them, or that others have passed. */
  readonly outOfOrder: string[] = [];
  /** `retried` entries. */
  retried = 0;
  isForked = false;

  get entries(): readonly JournalEntry[] {
    return this.#placed.map(({ entry }) => entry);
  }

  get again(): readonly string[] {
    return this.#again;
  }

  commands(): RecordedCommand[] {
    return this.#placed.flatMap(({ entry }) => (isRecordedCommand(entry) ? [entry] : []));
  }

  /** A step has an end that stands, or that comes again. */
  hasEnded(id: number): boolean {
    return this.#ended.has(id) || this.#doneAgain.has(id);
  }

  /** Says whether entries before it do not stand any more. */
  add(entry: JournalEntry): boolean {
    const turnsBack = entry.kind === 'retried' || entry.kind === 'forked';
    if (turnsBack) this.#turnBack(entry);
    else if ('messageId' in entry) this.#hear(entry.messageId);
    if (entry.kind === 'step-completed' || entry.kind === 'step-failed') {
      this.#ended.add(entry.id);
      this.#doneAgain.delete(entry.id);
    }
    this.#placed.push({ entry, index: this.#count });
    this.#count += 1;
    return turnsBack;
  }

  /** Whether the message stood before: then it comes again, and is none more. */
  comesAgain(messageId: string): boolean {
    return this.#again.includes(messageId);
  }

  #hear(messageId: string): void {
    if (this.#again.length === 0) return;
    if (this.#again[0] !== messageId) this.outOfOrder.push(messageId);
    this.#again = this.#again.filter((other) => other !== messageId);
  }

  #turnBack(entry: Extract<JournalEntry, { readonly keeps: number }>): void {
    const gone = this.#placed.filter(({ index }) => index >= entry.keeps).map((placed) => placed.entry);
    this.#placed = this.#placed.filter(({ index }) => index < entry.keeps);
    if (entry.kind === 'retried') this.retried += 1;
    else this.isForked = true;
    const triedAgain: readonly string[] = entry.kind === 'retried' ? (entry.children ?? []) : [];
    const fromOutside = gone.flatMap((each) => {
      if (!('messageId' in each) || each.kind === 'cancel-requested' || each.kind === 'terminate-requested') return [];
      return each.kind === 'run-ended' && triedAgain.includes(each.runId) ? [] : [each.messageId];
    });
    this.#again = [...this.#again, ...fromOutside];
    this.#ended.clear();
    const open = new Set<number>();
    for (const each of this.entries) {
      if (each.kind === 'step') open.add(each.id);
      if (each.kind === 'step-completed' || each.kind === 'step-failed') this.#ended.add(each.id);
    }
    const done = gone.flatMap((each) => (each.kind === 'step-completed' ? [each.id] : []));
    for (const id of [...this.#doneAgain]) if (!open.has(id) || this.#ended.has(id)) this.#doneAgain.delete(id);
    for (const id of done) if (open.has(id) && !this.#ended.has(id)) this.#doneAgain.add(id);
  }
}
