/** A client on a table in memory, and what tests do to its runs in the place of an engine. */
import { encode } from '../../lib/codec/encode.ts';
import { toMessageEvent } from '../../lib/ports/message-event.ts';
import type { Logger } from '../../lib/core/logger.ts';
import { Client } from '../../lib/client/client.ts';
import type { ClientOptions } from '../../lib/client/client-ports.ts';
import type { JournalEntry } from '../../lib/journal/event.ts';
import { MemoryStore } from '../../lib/memory/memory-store.ts';
import { MemoryWakeQueue } from '../../lib/memory/memory-wake-queue.ts';
import type { Clock } from '../../lib/ports/clock.ts';
import type { ClosedStatus } from '../../lib/core/run-status.ts';
import type { StoredValue } from '../../lib/ports/run-item.ts';
import type { Store } from '../../lib/ports/store.ts';

export const NOON_MS = Date.parse('2026-11-22T12:00:00Z');

/** Time passes only when somebody waits for it, and then at once. */
export class JumpingClock implements Clock {
  #nowMs = NOON_MS;

  nowMs(): number {
    return this.#nowMs;
  }

  callAt(atMs: number, callback: () => void): () => void {
    const immediate = setImmediate(() => {
      this.#nowMs = Math.max(this.#nowMs, atMs);
      callback();
    });
    return () => clearImmediate(immediate);
  }

  pass(ms: number): void {
    this.#nowMs += ms;
  }
}

/** Keeps what was logged. */
export class KeptLog implements Logger {
  readonly lines: unknown[][] = [];
  debug(...values: unknown[]): void {
    this.lines.push(['debug', ...values]);
  }
  info(...values: unknown[]): void {
    this.lines.push(['info', ...values]);
  }
  warn(...values: unknown[]): void {
    this.lines.push(['warn', ...values]);
  }
  error(...values: unknown[]): void {
    this.lines.push(['error', ...values]);
  }
}

export interface World {
  readonly store: MemoryStore;
  readonly wakes: MemoryWakeQueue;
  readonly clock: JumpingClock;
  readonly log: KeptLog;
  readonly client: Client;
  /** A client like it, with other parts. */
  clientWith(options: ClientOptions): Client;
}

export function createWorld(options: ClientOptions = {}): World {
  const store = new MemoryStore();
  const clock = new JumpingClock();
  const wakes = new MemoryWakeQueue(clock);
  const log = new KeptLog();
  const clientWith = (others: ClientOptions): Client => new Client({ store, wakes, clock, log, ...options, ...others });
  return { store, wakes, clock, log, client: clientWith({}), clientWith };
}

/** Ids of the runs for which wakes were sent, in the order in which they come. */
export function takeWakes({ wakes }: World): { runId: string; inMs: number }[] {
  return wakes.takeDue(Infinity).map(({ runId, atMs }) => ({ runId, inMs: atMs - NOON_MS }));
}

/** All that an iteration gives. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

let turns = 0;

/** Takes the lease, does something and gives the number of the lease's epoch. */
export async function takeLease(store: Store, runId: string, nowMs = NOON_MS): Promise<number> {
  turns += 1;
  const lease = { owner: `turn-${turns}`, expiresAtMs: nowMs + 30_000 };
  const taking = await store.take(runId, { lease, nowMs, dueByMs: Number.MAX_SAFE_INTEGER });
  if (taking.kind !== 'taken') throw new Error(`not taken: ${JSON.stringify(taking)}`);
  return taking.before.epoch + 1;
}

/** Ends a run as the engine does: what is accepted before that goes into the journal. */
export async function endRun(
  store: Store,
  runId: string,
  end: { status: ClosedStatus; value: unknown; stored?: 'inline' | 'item' },
): Promise<void> {
  const epoch = await takeLease(store, runId);
  const value = encode(end.value, 'the result');
  const result: StoredValue =
    end.stored === 'item' ? { kind: 'item', key: `result-${epoch}` } : { kind: 'inline', value };
  if (result.kind === 'item') await store.putValue(runId, result.key, value);
  for (;;) {
    const wakesSeen = await loadInbox(store, runId);
    const finish = { epoch, wakesSeen, status: end.status, result, endedAtMs: NOON_MS + 60_000, purgeAtMs: undefined };
    if ((await store.finish(runId, finish)).kind === 'done') return;
  }
}

/** Writes the next record of a run's journal. */
export async function writeRecord(store: Store, runId: string, entries: readonly JournalEntry[]): Promise<void> {
  const number = (await store.loadRecords(runId, 0)).length + 1;
  await store.putRecord(runId, { number, epoch: 1, nonce: 'test', entries });
}

/** Entries of a run's journal, in order. */
export async function journalOf(store: Store, runId: string): Promise<JournalEntry[]> {
  return (await store.loadRecords(runId, 0)).flatMap(({ entries }) => entries);
}

/** A turn in which a run reads its inbox. */
export async function deliverMail(store: Store, runId: string): Promise<void> {
  const epoch = await takeLease(store, runId);
  for (;;) {
    const wakesSeen = await loadInbox(store, runId);
    const dueAtMs = NOON_MS + 86_400_000;
    const release = await store.release(runId, { epoch, wakesSeen, status: 'suspended', dueAtMs, inboxIds: [] });
    if (release.kind === 'done') return;
  }
}

/** Payloads into the journal, each once, then out of the inbox. Gives the number of wakes that it has seen. */
async function loadInbox(store: Store, runId: string): Promise<number> {
  const { inboxIds, letters, wakes } = (await store.readRun(runId))!;
  const known = new Set(
    (await journalOf(store, runId)).flatMap((entry) => ('messageId' in entry ? entry.messageId : [])),
  );
  const ids = inboxIds.filter((id) => !known.has(id));
  const messages = (await store.loadMessages(runId, ids, letters)).filter((message) => message.kind !== 'answered');
  if (messages.length < ids.length) throw new Error('the table is damaged: an accepted message has no payload');
  if (messages.length > 0)
    await writeRecord(
      store,
      runId,
      messages.map((message) => toMessageEvent(message, NOON_MS)),
    );
  await store.deleteMessages(runId, inboxIds, { keepDigests: true });
  return wakes;
}
