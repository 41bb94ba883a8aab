/**
 * The table: the MemoryStore, with everybody who wants to see each call that reaches it, and an index of the due that
 * can be behind.
 */
import { MemoryStore } from '../../../lib/memory/memory-store.ts';
import type { Store } from '../../../lib/ports/store.ts';
import type { StoreCall } from '../../../lib/testing/around-store.ts';
import { Ledger, type RunLedger, type TableCall } from '../oracle/ledger.ts';
import type { Timeline } from './timeline.ts';

/** Told of each call, before the ledger takes it in. */
export type TableObserver = (run: RunLedger, call: TableCall) => void;

const CHANGES_RUN_ITEM: ReadonlySet<keyof Store> = new Set<keyof Store>([
  'createRun',
  'accept',
  'take',
  'renew',
  'release',
  'finish',
  'continueRun',
  'retryRun',
  'purge',
  'deleteRun',
  'watch',
  'settleEnd',
]);

const KEPT_CALLS = 200;

export class Table {
  readonly store: Store = new MemoryStore({ payloadBucket: false });
  readonly ledger = new Ledger();
  #calls = 0;
  readonly #lines: (() => string)[] = [];
  readonly #timeline: Timeline;
  readonly #observer: TableObserver;

  constructor(timeline: Timeline, observer: TableObserver) {
    this.#timeline = timeline;
    this.#observer = observer;
  }

  /** Carries a call out; nothing else happens meanwhile. */
  async carryOut<T>(by: string, { operation, runId, args }: StoreCall, go: () => Promise<T>): Promise<T> {
    const answer = await go();
    if (runId === undefined) return answer;
    const run = operation === 'createRun' ? this.ledger.begin(runId) : this.ledger.of(runId);
    const before = run.item;
    const after = CHANGES_RUN_ITEM.has(operation) ? await this.store.readRun(runId) : before;
    const call: TableCall = { operation, args, answer, by, before, after, atMs: this.#timeline.nowMs };
    this.#lines[this.#calls % KEPT_CALLS] = () => describe(call, run.runId);
    this.#calls += 1;
    this.#observer(run, call);
    this.ledger.enter(run, call);
    return answer;
  }

  /** The newest calls, oldest first, for people. */
  lastCalls(count: number): string[] {
    const kept = Math.min(count, this.#calls, KEPT_CALLS);
    return Array.from({ length: kept }, (_, index) => {
      return this.#lines[(this.#calls - kept + index) % KEPT_CALLS]?.() ?? '';
    });
  }

  /** The runs that were due at `nowMs`, as the index showed it `behindMs` ago. */
  dueBehind(nowMs: number, behindMs: number): string[] {
    const thenMs = this.#timeline.nowMs - behindMs;
    return [...this.ledger.runs.values()].flatMap(({ runId, dueTimes }) => {
      const shown = dueTimes.findLast(({ atMs }) => atMs <= thenMs);
      return shown?.dueAtMs !== undefined && shown.dueAtMs <= nowMs ? [runId] : [];
    });
  }
}

const LINE_CHARACTERS = 220;

function describe({ operation, args, answer, by, atMs }: TableCall, runId: string): string {
  const time = new Date(atMs).toISOString().slice(5, 23);
  const asked = JSON.stringify(args.slice(1)).slice(1, LINE_CHARACTERS);
  const answered = JSON.stringify(answer)?.slice(0, LINE_CHARACTERS / 2) ?? 'done';
  return `${time} ${by}: ${operation} of ${runId} ${asked} => ${answered}`;
}
