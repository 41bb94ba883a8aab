/**
 * A write under a condition, tried again where its refusal cannot be explained: each time the item changed before it was
 * read.
 */
import type { StoreOperation } from '../ports/store.ts';
import { StoreUnavailableError } from '../ports/world-errors.ts';
import { type Item, itemKey } from './item.ts';
import { runSortKey } from './schema.ts';
import { findRun, fromRunItem, type StoredRun } from './stored-run.ts';
import type { Table, Update, Write } from './table.ts';

const ATTEMPTS = 4;

export interface ConditionalWrite<Answer> {
  send(): Promise<Write>;
  written(item: Item): Answer;
  /** Undefined: what is there does not explain the refusal, it has changed since. */
  refused(there: Item | undefined, isRepeat: boolean): Answer | undefined | Promise<Answer | undefined>;
}

export async function conditionalWrite<Answer>(
  table: Table,
  operation: StoreOperation,
  key: Item,
  write: ConditionalWrite<Answer>,
): Promise<Answer> {
  let isRepeat = false;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const sent = await write.send();
    if (sent.kind === 'written') return write.written(sent.item);
    isRepeat ||= sent.isRepeat;
    const answer = await write.refused(sent.item ?? (await table.get(operation, key)), isRepeat);
    if (answer !== undefined) return answer;
  }
  throw new StoreUnavailableError(operation, { cause: new Error(`its item changed ${ATTEMPTS} times meanwhile`) });
}

export interface RunChange<Answer> extends Update {
  /** Gets the run item before or after the update, as `gives` says. */
  written(stored: StoredRun): Answer;
  refused(there: StoredRun | undefined, isRepeat: boolean): Answer | undefined;
}

/** The same for an update of the run item. */
export function changeRun<Answer>(
  table: Table,
  operation: StoreOperation,
  runId: string,
  change: RunChange<Answer>,
): Promise<Answer> {
  const key = itemKey(runId, runSortKey);
  return conditionalWrite<Answer>(table, operation, key, {
    send: () => table.update(operation, key, change),
    written: (item) => change.written(fromRunItem(item)),
    refused: (there, isRepeat) => change.refused(there && findRun(there), isRepeat),
  });
}
