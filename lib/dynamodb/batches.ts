/** Requests for many items at once: in chunks that DynamoDB takes, what it left undone asked for again. */
import type { StoreOperation } from '../ports/store.ts';
import { StoreUnavailableError } from '../ports/world-errors.ts';
import type { Item } from './item.ts';
import type { Table } from './table.ts';

const GET_LIMIT = 100;
const DELETE_LIMIT = 25;

const ATTEMPTS = 8;
const FIRST_PAUSE_MS = 20;

/** The items that are there, in any order. The keys are different from each other. */
export async function getItems(table: Table, operation: StoreOperation, keys: readonly Item[]): Promise<Item[]> {
  const found = await Promise.all(
    chunks(keys, GET_LIMIT).map(async (chunk) => {
      let items: Item[] = [];
      await untilAllAreProcessed(operation, chunk, async (pending) => {
        const answer = await table.batchGet(operation, pending);
        items = items.concat(answer.items);
        return answer.unprocessed;
      });
      return items;
    }),
  );
  return found.flat();
}

/** The keys are different from each other. */
export async function deleteItems(table: Table, operation: StoreOperation, keys: readonly Item[]): Promise<void> {
  await Promise.all(
    chunks(keys, DELETE_LIMIT).map((chunk) =>
      untilAllAreProcessed(operation, chunk, async (pending) => {
        return (await table.batchDelete(operation, pending)).unprocessed;
      }),
    ),
  );
}

/** `process` gives the keys that it did not get to. */
async function untilAllAreProcessed(
  operation: StoreOperation,
  keys: readonly Item[],
  process: (keys: readonly Item[]) => Promise<readonly Item[]>,
): Promise<void> {
  let pending = await process(keys);
  for (let attempt = 2; pending.length > 0; attempt += 1) {
    if (attempt > ATTEMPTS) {
      throw new StoreUnavailableError(operation, {
        cause: new Error(`${pending.length} of ${keys.length} items were left unprocessed ${ATTEMPTS} times`),
      });
    }
    // Half of it by chance, so that several who were held back do not come back together.
    await pause(FIRST_PAUSE_MS * 2 ** (attempt - 2) * (0.5 + Math.random() / 2));
    pending = await process(pending);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function chunks<T>(all: readonly T[], length: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / length) }, (_, index) =>
    all.slice(index * length, (index + 1) * length),
  );
}
