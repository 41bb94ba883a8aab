/**
 * The way between a process and the table or the queue: a request leaves, arrives, is carried out, is answered. Each
 * part takes time, and each may go wrong by itself.
 */
import type { PutEvents } from '../../../lib/lambda/event-bridge-bus.ts';
import type { Pin } from '../../../lib/engine/take-run.ts';
import { isClosed } from '../../../lib/core/run-status.ts';
import { isListing } from '../../../lib/ports/listing.ts';
import type { DeleteMessages, Store } from '../../../lib/ports/store.ts';
import type { TransactRecord, TransactResult } from '../../../lib/ports/transact.ts';
import type { WakeQueue } from '../../../lib/ports/wake-queue.ts';
import { StoreUnavailableError } from '../../../lib/ports/world-errors.ts';
import { aroundStore, isWrite, type StoreCall } from '../../../lib/testing/around-store.ts';
import type { Faults, Occasion } from './faults.ts';
import { never, type SimulatedProcess } from './simulated-process.ts';
import type { Table } from './table.ts';
import type { Timeline } from './timeline.ts';

export interface NetworkOptions {
  readonly timeline: Timeline;
  readonly faults: Faults;
  readonly table: Table;
  readonly queue: WakeQueue;
  /** What a request and its answer take together, mostly. */
  readonly latencyMs: number;
  /** The time scale of what is slow, frozen or late. */
  readonly leaseMs: number;
  /** Says whether the table refuses calls just now, by its share of them. */
  readonly outageShare: () => number;
}

/** After so long a caller is told that its call has failed. */
const REQUEST_LIMIT_MS = 5_000;
const SELDOM_TIMES = 30;

interface Outgoing<T> {
  readonly name: string;
  readonly isWrite: boolean;
  go(): Promise<T>;
  /** Carries out a part of it; undefined if it has no parts. */
  readonly goHalf: (() => Promise<unknown>) | undefined;
  /** For what is not sent twice: the page of an iterator. */
  readonly isOnce: boolean;
  /** What its repeat is answered while somebody else keeps its condition from being met; undefined where it says more. */
  readonly refusal: (() => Promise<T | undefined>) | undefined;
  /** Once in the life of a run. */
  readonly isSeldom: boolean;
  /** Asked when it is carried out late. */
  readonly isPointless: () => boolean;
}

export class Network {
  readonly #options: NetworkOptions;

  constructor(options: NetworkOptions) {
    this.#options = options;
  }

  storeFor(process: SimulatedProcess): Store {
    const { table } = this.#options;
    const inner = aroundStore(table.store, (call, go) => {
      const { operation, runId = '' } = call;
      const there = table.ledger.of(runId);
      return this.#call(process, {
        name: call.runId === undefined ? operation : `${operation} of ${call.runId}`,
        isWrite: isWrite(call),
        go: () => table.carryOut(process.name, call, go),
        goHalf: this.#halfOf(process, call),
        isOnce: isListing(operation) || operation === 'purge',
        refusal: refusalOf(table, call) as (() => Promise<never>) | undefined,
        isSeldom: operation === 'purge' || operation === 'retryRun' || operation === 'deleteRun',
        // Retention is hours: no request is under way for so long.
        // A deletion is of the run that it has read.
        isPointless: () =>
          (operation === 'createRun' && table.ledger.of(runId).isPurged) ||
          (operation === 'deleteRun' && table.ledger.of(runId) !== there),
      });
    });
    return Object.assign(Object.create(inner) as Store, {
      listDue: (dueByMs: number, begin?: number) => this.#listDue(process, inner, [dueByMs, begin]),
    });
  }

  wakesFor(process: SimulatedProcess): WakeQueue {
    const { queue } = this.#options;
    return {
      send: (runId, delayMs) => this.#callOfQueue(process, `send of ${runId}`, () => queue.send(runId, delayMs)),
    };
  }

  /** The way to other versions of the worker. */
  forwarderFor(process: SimulatedProcess, forward: Pin['forward']): Pin['forward'] {
    return (runId, version) => this.#callOfQueue(process, `forward of ${runId}`, () => forward(runId, version));
  }

  eventsOf(process: SimulatedProcess, put: PutEvents): PutEvents {
    return (input) => this.#callOfQueue(process, `events of ${process.name}`, () => put(input));
  }

  #callOfQueue<T>(process: SimulatedProcess, name: string, go: () => Promise<T>): Promise<T> {
    const isPointless = (): boolean => false;
    return this.#call(process, {
      ...{
        name,
        isWrite: true,
        go,
        goHalf: undefined,
        isOnce: false,
        refusal: undefined,
        isSeldom: false,
        isPointless,
      },
    });
  }

  #halfOf(process: SimulatedProcess, { operation, runId, args }: StoreCall): (() => Promise<unknown>) | undefined {
    if (runId === undefined) return undefined;
    if (operation === 'purge') return () => this.#purgeHalf(process, runId, args[1] as number);
    if (operation !== 'deleteMessages') return undefined;
    const some = (args[1] as string[]).filter((_id, index) => index % 2 === 1);
    const options = args[2] as DeleteMessages | undefined;
    const { table } = this.#options;
    return () =>
      table.carryOut(process.name, { operation, runId, args: [runId, some, options] }, () =>
        table.store.deleteMessages(runId, some, options),
      );
  }

  /** The run item goes last. Where something is on its way, nothing else goes. */
  async #purgeHalf(process: SimulatedProcess, runId: string, dueByMs: number): Promise<void> {
    const { table } = this.#options;
    const run = table.ledger.of(runId);
    const { status = 'pending', dueAtMs = Infinity } = run.item ?? {};
    if (!isClosed(status) || dueAtMs > dueByMs || run.inbox.size + run.unreferred().length > 0) return;
    for (const key of [...run.values.keys()]) {
      const call: StoreCall = { operation: 'deleteValue', runId, args: [runId, key] };
      await table.carryOut(process.name, call, () => table.store.deleteValue(runId, key));
    }
  }

  /** The index may be behind: then one page of what it showed a while ago. */
  async *#listDue(
    process: SimulatedProcess,
    inner: Store,
    args: Parameters<Store['listDue']>,
  ): AsyncGenerator<readonly string[]> {
    const { faults, table, leaseMs } = this.#options;
    const occasion = faults.occasion('listDue');
    if (faults.happens('indexBehind', occasion)) {
      const shown = table.dueBehind(args[0], faults.roll(occasion, 'behind') * leaseMs);
      if (!process.isAlive) await never();
      yield shown;
      return;
    }
    yield* inner.listDue(...args);
  }

  #call<T>(process: SimulatedProcess, outgoing: Outgoing<T>): Promise<T> {
    if (!process.isAlive) return never();
    const { faults, timeline, leaseMs } = this.#options;
    const occasion = faults.occasion(outgoing.name);
    if (faults.happens('dieBefore', occasion)) {
      process.die();
      return never();
    }
    if (faults.happens('freeze', occasion)) process.freeze(this.#span(occasion, 'freeze', leaseMs));
    return new Promise<T>((resolve, reject) => {
      const arrive = (): Promise<void> => this.#arrive(process, outgoing, occasion, { resolve, reject });
      const leave = (): void => void timeline.after(this.#latency(occasion, 'request'), arrive);
      // What stands still sends nothing; what has left is on its way, whatever becomes of the sender.
      if (!process.isFrozen) leave();
      else process.reachAt(process.goesOnAtMs, leave);
    });
  }

  async #arrive<T>(
    process: SimulatedProcess,
    outgoing: Outgoing<T>,
    occasion: Occasion,
    { resolve, reject }: { resolve: (answer: T) => void; reject: (error: unknown) => void },
  ): Promise<void> {
    const { faults, timeline, leaseMs } = this.#options;
    const answerAtMs = timeline.nowMs + this.#latency(occasion, 'answer');
    const answerIn = (atMs: number, settle: () => void): void => void process.reachAt(atMs, settle);
    const fail = (atMs: number): void => answerIn(atMs, () => reject(new StoreUnavailableError(outgoing.name)));

    if (faults.happens('requestLost', occasion) || this.#isRefused(occasion)) {
      fail(answerAtMs);
      return;
    }
    if (outgoing.goHalf !== undefined && faults.happens('half', occasion)) {
      await outgoing.goHalf();
      fail(answerAtMs);
      return;
    }
    if (outgoing.refusal !== undefined && faults.happens('overtaken', occasion)) {
      const refused = await outgoing.refusal();
      if (refused !== undefined) {
        timeline.after(this.#latency(occasion, 'overtaken') * 3, () => void outgoing.go().catch(() => undefined));
        answerIn(answerAtMs, () => resolve(refused));
        return;
      }
    }
    if (outgoing.isWrite && faults.happens('carriedOutLater', occasion, outgoing.isSeldom ? SELDOM_TIMES : 1)) {
      timeline.after(this.#span(occasion, 'later', leaseMs), () => {
        if (!outgoing.isPointless()) outgoing.go().catch(() => undefined);
      });
      fail(timeline.nowMs + REQUEST_LIMIT_MS * faults.roll(occasion, 'limit'));
      return;
    }
    const answer = await settled(outgoing.go());
    if (faults.happens('dieAfter', occasion)) {
      process.die();
      return;
    }
    if (faults.happens('answerLost', occasion)) {
      fail(answerAtMs);
      return;
    }
    const settle = (outcome: Settled<T>): void => {
      if (outcome.kind === 'fulfilled') resolve(outcome.value);
      else reject(outcome.error);
    };
    if (!outgoing.isOnce && faults.happens('sentTwice', occasion)) {
      timeline.after(this.#span(occasion, 'again', REQUEST_LIMIT_MS), async () => {
        const second = asRepeated(answer, await settled(outgoing.go()));
        answerIn(timeline.nowMs + this.#latency(occasion, 'second answer'), () => settle(second));
      });
      return;
    }
    const slowMs = faults.happens('slow', occasion) ? this.#span(occasion, 'slow', leaseMs) : 0;
    answerIn(answerAtMs + slowMs, () => settle(answer));
  }

  #isRefused(occasion: Occasion): boolean {
    const { faults, outageShare } = this.#options;
    return !faults.areOver && faults.roll(occasion, 'refused') < outageShare();
  }

  #latency(occasion: Occasion, part: string): number {
    const { faults, latencyMs } = this.#options;
    return latencyMs * faults.roll(occasion, part);
  }

  /** Around `scaleMs`: from a twentieth of it to three times as long. */
  #span(occasion: Occasion, name: string, scaleMs: number): number {
    return scaleMs * 0.05 * 60 ** this.#options.faults.roll(occasion, name);
  }
}

type Settled<T> =
  { readonly kind: 'fulfilled'; readonly value: T } | { readonly kind: 'rejected'; readonly error: unknown };

function settled<T>(promise: Promise<T>): Promise<Settled<T>> {
  return promise.then(
    (value): Settled<T> => ({ kind: 'fulfilled', value }),
    (error: unknown): Settled<T> => ({ kind: 'rejected', error }),
  );
}

/** Of a transaction, as long as its record is not there: somebody else has changed an item for a moment, or is at it. */
function refusalOf(
  { store }: Table,
  { operation, runId = '', args }: StoreCall,
): (() => Promise<TransactResult | undefined>) | undefined {
  if (operation !== 'transact') return undefined;
  const { record, link, writes } = args[1] as TransactRecord;
  const index = writes.findIndex(({ condition }) => condition !== undefined);
  const refusal: TransactResult =
    index === -1
      ? { kind: 'conflict', why: 'TransactionConflict of write #0' }
      : { kind: 'condition-failed', failed: [{ index }] };
  return async () => {
    const [there] = await store.loadRecords(runId, record.number - 1, 1, link);
    return there === undefined ? refusal : undefined;
  };
}

/** As the table's store, which knows its own writes again, says it of a request that the SDK sent twice. */
function asRepeated<T>(first: Settled<T>, second: Settled<T>): Settled<T> {
  if (kindOf(first) === 'deleted' && kindOf(second) === 'not-found') return first;
  // Of an `accept`: what was refused may have been accepted before.
  if (kindOf(second) === 'full') return { kind: 'rejected', error: new StoreUnavailableError('accept') };
  if (second.kind === 'rejected' || kindOf(second) !== 'closed') return second;
  return { kind: 'fulfilled', value: { ...second.value, isRepeat: true } };
}

function kindOf<T>(answer: Settled<T>): unknown {
  if (answer.kind === 'rejected' || typeof answer.value !== 'object' || answer.value === null) return undefined;
  return (answer.value as { readonly kind?: unknown }).kind;
}
