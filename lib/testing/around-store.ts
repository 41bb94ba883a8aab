/** A Store with something around each of its calls: how faults, crashes and counts get between the engine and a table. */
import { isListing } from '../ports/listing.ts';
import type { Store } from '../ports/store.ts';

export interface StoreCall {
  readonly operation: keyof Store;
  /** The run that it is about; of a query, none. */
  readonly runId: string | undefined;
  readonly args: readonly unknown[];
}

/** Calls `go`, once or not at all or twice, and answers in its place. */
export type Around = <T>(call: StoreCall, go: () => Promise<T>) => Promise<T>;

/** Each page of a listing is a call. */
export function aroundStore(store: Store, around: Around): Store {
  return new Proxy(store, {
    get(target, operation: keyof Store) {
      const method = Reflect.get(target, operation) as unknown;
      if (typeof method !== 'function') return method; // such as `then`, for which a promise asks
      if (isListing(operation)) {
        return (...args: unknown[]) =>
          pages({ operation, runId: undefined, args }, around, () => Reflect.apply(method, target, args) as Pages);
      }
      return (...args: unknown[]) => {
        const call = { operation, runId: runIdOf(args), args };
        return around(call, () => Reflect.apply(method, target, args) as Promise<unknown>);
      };
    },
  });
}

/** Whether a call may change what the table has. */
export function isWrite({ operation }: StoreCall): boolean {
  return WRITES.has(operation);
}

const WRITES: ReadonlySet<keyof Store> = new Set<keyof Store>([
  'createRun',
  'putValue',
  'deleteValue',
  'putMessage',
  'accept',
  'deleteMessages',
  'take',
  'putRecord',
  'removeRecords',
  'transact',
  'renew',
  'release',
  'finish',
  'continueRun',
  'retryRun',
  'pauseRun',
  'resumeRun',
  'changeWorkflowList',
  'holdRun',
  'putRunBack',
  'changePool',
  'joinLine',
  'leaveLine',
  'makeRunDue',
  'purge',
  'deleteRun',
  'watch',
  'settleEnd',
  'claimUpdate',
  'answerUpdate',
]);

function runIdOf([first]: readonly unknown[]): string | undefined {
  if (typeof first === 'string') return first;
  const { runId } = (first ?? {}) as { runId?: unknown };
  return typeof runId === 'string' ? runId : undefined;
}

type Pages = AsyncIterable<readonly string[]>;

async function* pages(call: StoreCall, around: Around, begin: () => Pages): AsyncGenerator<readonly string[]> {
  const iterator = begin()[Symbol.asyncIterator]();
  for (;;) {
    const page = await around(call, () => iterator.next());
    if (page.done === true) return;
    yield page.value;
  }
}
