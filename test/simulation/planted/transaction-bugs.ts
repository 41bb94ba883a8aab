/** Mistakes around transactions. */
import type { PlantedBug } from './planted-bug.ts';

export const transactionBugs: readonly PlantedBug[] = [
  {
    name: 'the record of a transaction has the nonce of its turn',
    file: 'lib/engine/commit-transaction.ts',
    find: 'nonce: `${turn.nonce}/${number}`',
    put: 'nonce: turn.nonce',
  },
  {
    name: 'a transaction is carried out although its record is there',
    file: 'lib/memory/memory-store.ts',
    find: `if (there !== undefined) return { kind: 'exists', record: fromItemText(there) };\n    checkRecordSize`,
    put: `if (there !== undefined && fromItemText<JournalRecord>(there).nonce === record.nonce) return { kind: 'exists', record };\n    checkRecordSize`,
  },
  {
    name: 'a transaction is not recorded with what it writes, but with the next record',
    file: 'lib/engine/commit-transaction.ts',
    find: `return { kind: 'event', event, isRecorded: true };`,
    put: `return { kind: 'event', event, isRecorded: false };`,
    also: {
      find: `entries: [event] };\n  const done`,
      put: `entries: [{ kind: 'steps-begun', atMs: event.atMs, ids: [] } as const] };\n  const done`,
    },
  },
  {
    name: 'what was delivered before a transaction is recorded after it',
    file: 'lib/engine/commit-transaction.ts',
    find: `  if ((await commit(turn, { putsTail: turn.journal.tail !== undefined })) === 'lost') return { kind: 'lost' };\n\n  const { engine`,
    put: `  const { engine`,
  },
  {
    name: 'a transaction that another worker has fenced off has failed',
    file: 'lib/engine/commit-transaction.ts',
    find: `if (done.kind === 'exists' && done.record.nonce !== record.nonce) return { kind: 'lost' };`,
    put: `if (done.kind === 'exists' && done.record.nonce !== record.nonce) return { kind: 'event', event, isRecorded: true };`,
  },
];
