/**
 * The time that a call may take outside. A table that does not answer, or that says "later" again and again, must not keep
 * a caller longer than the caller waits: the SDK's tries and ours end together.
 *
 * What is given up may have happened, or may happen yet: as with every StoreUnavailableError.
 */
import { isListing } from '../ports/listing.ts';
import type { Store } from '../ports/store.ts';
import { StoreUnavailableError } from '../ports/world-errors.ts';
import type { CallPorts } from './call-ports.ts';

/** The ports for a call that begins now: all that it asks of store and queue has one budget together. */
export function beginCall<Ports extends CallPorts>(ports: Ports): Ports {
  const { callTimeoutMs } = ports;
  if (callTimeoutMs === Infinity) return ports;
  const endsAtMs = performance.now() + callTimeoutMs;
  const leftMs = (): number => Math.max(0, endsAtMs - performance.now());
  return {
    ...ports,
    openStore: async () => limitStore(await ports.openStore(), leftMs),
    openWakes: async () => {
      const wakes = await ports.openWakes();
      return { send: (runId, delayMs) => within(leftMs(), 'send a wake', () => wakes.send(runId, delayMs)) };
    },
  };
}

/** A store whose calls are given up after so long, each by itself: for those who ask again and again, as while waiting. */
export function limitStore(store: Store, leftMs: () => number): Store {
  return new Proxy(store, {
    get(target, operation: keyof Store) {
      const method = Reflect.get(target, operation) as unknown;
      if (typeof method !== 'function') return method;
      if (isListing(operation)) {
        return (...args: unknown[]) => limitPages(Reflect.apply(method, target, args) as Pages, operation, leftMs);
      }
      return (...args: unknown[]) =>
        within(leftMs(), operation, () => Reflect.apply(method, target, args) as Promise<unknown>);
    },
  });
}

type Pages = AsyncGenerator<unknown, void, undefined>;

/** Each page is a request. */
async function* limitPages(pages: Pages, operation: string, leftMs: () => number): Pages {
  for (;;) {
    const page = await within(leftMs(), operation, () => pages.next());
    if (page.done === true) return;
    yield page.value;
  }
}

async function within<T>(ms: number, operation: string, go: () => Promise<T>): Promise<T> {
  if (ms === Infinity) return go();
  if (ms <= 0) throw overError(operation, ms);
  let timer: NodeJS.Timeout | undefined;
  const isOver = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(overError(operation, ms)), ms);
    timer.unref(); // a process that has nothing else to do may end
  });
  try {
    return await Promise.race([go(), isOver]);
  } finally {
    clearTimeout(timer);
  }
}

function overError(operation: string, ms: number): StoreUnavailableError {
  const cause = new Error(
    ms <= 0
      ? "the call's time was over, after tries that were not answered"
      : `there was no answer within the call's time, of which ${Math.round(ms)} ms were left`,
  );
  return new StoreUnavailableError(operation, { cause });
}
