/**
 * The table: the MemoryStore, with everybody who wants to see each call that reaches it, and an index of the due that
 * can be behind.
 */
import { least } from '../../../lib/core/least.ts';
import { sealingStore } from '../../../lib/encryption/sealing-store.ts';
import { MemoryStore } from '../../../lib/memory/memory-store.ts';
import type { MemoryTables } from '../../../lib/memory/tables/memory-tables.ts';
import type { WorkflowList, ChangeWorkflowListResult } from '../../../lib/ports/paused-workflows.ts';
import type { PayloadKey } from '../../../lib/ports/payload-key.ts';
import type { CreateRunResult, Store } from '../../../lib/ports/store.ts';
import type { StoreCall } from '../../../lib/testing/around-store.ts';
import { PoolWatch } from '../../../lib/testing/pool-watch.ts';
import { Ledger } from '../oracle/ledger.ts';
import type { RunLedger, TableCall } from '../oracle/run-ledger.ts';
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
  'pauseRun',
  'resumeRun',
  'holdRun',
  'putRunBack',
  'makeRunDue',
  'purge',
  'deleteRun',
  'watch',
  'settleEnd',
]);

const KEPT_CALLS = 200;

/** The values in it are encrypted. */
export interface TableEncryption {
  /** It may be away. */
  readonly key: PayloadKey;
  readonly alwaysThere: PayloadKey;
  /** It is away, or was a moment ago: a process asks again a few seconds after a refusal. */
  readonly isAway: boolean;
  /** Looks at what is stored. */
  readonly around: (memory: Store) => Store;
}

export interface TableOptions {
  readonly encryption?: TableEncryption | undefined;
  readonly hasBucket?: boolean | undefined;
}

export class Table {
  /** As processes have it, behind the network. */
  readonly store: Store;
  /** As it is, under all others. */
  readonly memory: MemoryStore;
  /** The author's own tables. */
  readonly tables: MemoryTables;
  /** The same, to look at: it decrypts also while the payload key is away. */
  readonly seen: Store;
  readonly ledger = new Ledger();
  readonly #pools = new PoolWatch();
  #calls = 0;
  readonly #lines: (() => string)[] = [];
  readonly #timeline: Timeline;
  readonly #observer: TableObserver;
  readonly #encryption: TableEncryption | undefined;

  constructor(timeline: Timeline, observer: TableObserver, { encryption, hasBucket = false }: TableOptions = {}) {
    this.#timeline = timeline;
    this.#observer = observer;
    this.#encryption = encryption;
    const memory = new MemoryStore({ payloadBucket: hasBucket });
    const nowMs = (): number => timeline.nowMs;
    this.memory = memory;
    this.tables = memory.tables;
    this.store = encryption
      ? sealingStore(encryption.around(memory), { key: encryption.key, table: 'runs', nowMs })
      : memory;
    this.seen = encryption ? sealingStore(memory, { key: encryption.alwaysThere, table: 'runs', nowMs }) : memory;
  }

  /** Runs may be blocked for it. */
  get isKeyAway(): boolean {
    return this.#encryption?.isAway === true;
  }

  /** Carries a call out; nothing else happens meanwhile. */
  async carryOut<T>(by: string, { operation, runId, args }: StoreCall, go: () => Promise<T>): Promise<T> {
    const answer = await go();
    this.#pools.saw({ operation, runId, args }, answer);
    if (operation === 'changeWorkflowList' && (answer as ChangeWorkflowListResult).kind === 'done') {
      this.ledger.workflows.enter(args[0] as WorkflowList, this.#timeline.nowMs);
    }
    if (runId === undefined) return answer;
    const isNew = operation === 'createRun' && (answer as CreateRunResult).kind === 'created';
    const run = isNew ? this.ledger.begin(runId) : this.ledger.of(runId);
    const before = run.item;
    const after = CHANGES_RUN_ITEM.has(operation) ? await this.seen.readRun(runId) : before;
    const isGone = before !== undefined && after === undefined && operation === 'deleteRun';
    const gone = isGone ? { left: await this.#leftOf(run), keepsId: await this.#keepsId(runId) } : {};
    const call: TableCall = { operation, args, answer, by, before, after, atMs: this.#timeline.nowMs, ...gone };
    this.#lines[this.#calls % KEPT_CALLS] = () => describe(call, run.runId);
    this.#calls += 1;
    this.#observer(run, call);
    this.ledger.enter(run, call);
    return answer;
  }

  /** When a sweep would find something to do at the earliest; undefined if it never would. */
  earliestDueMs(): number | undefined {
    const leaseOf = (runId: string): number | undefined => this.ledger.of(runId).item?.lease?.expiresAtMs;
    const times = [this.ledger.earliestDueMs(), this.#pools.lookAtMs(this.#timeline.nowMs, leaseOf)];
    return least(times.filter((atMs) => atMs !== undefined));
  }

  /** The newest calls, oldest first, for people. */
  lastCalls(count: number): string[] {
    const kept = Math.min(count, this.#calls, KEPT_CALLS);
    return Array.from({ length: kept }, (_, index) => {
      return this.#lines[(this.#calls - kept + index) % KEPT_CALLS]?.() ?? '';
    });
  }

  /** What belonged to a run that is not there any more. */
  async #leftOf(run: RunLedger): Promise<string[]> {
    const { runId, item } = run;
    const left: string[] = [];
    for (let link = 1; link <= run.link; link += 1) {
      const records = await this.seen.loadRecords(runId, 0, undefined, link);
      left.push(...records.map(({ number }) => `record ${number} of link ${link}`));
    }
    for (const stored of [item?.input, item?.result]) {
      if (stored?.kind !== 'item') continue;
      if ((await this.seen.readValue(runId, stored.key)) !== undefined) left.push(`value ${stored.key}`);
    }
    const { runs } = await this.store.listRuns({ workflows: [item?.workflow ?? ''], limit: 1_000 });
    if (runs.some((row) => row.runId === runId)) left.push('its row in the list');
    return left;
  }

  async #keepsId(runId: string): Promise<boolean> {
    for await (const page of this.store.listDue(Infinity)) if (page.includes(runId)) return true;
    return false;
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
