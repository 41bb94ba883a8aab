/** The table of operations in docs/protocol.md, column "units": base + index of the due + index by workflow. */
import { afterAll, beforeEach, expect, test } from 'vitest';
import { createDynamodbStore, type TableStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import { LETTER_LIMIT_BYTES, mayBeLetter } from '../../lib/ports/letters.ts';
import { meterWrites } from '../../lib/dynamodb/write-meter.ts';
import {
  LEASE_MS,
  INBOX_LIMIT,
  START_MS,
  createdRun,
  encoded,
  finishing,
  journalRecord,
  newRun,
  releasing,
  signal,
  takenRun,
  taking,
  uniqueName,
} from '../store/samples.ts';
import { startTableServer } from './table-server.ts';

const server = await startTableServer();
const tableName = await server.newTable();
const client = server.newClient();
const writes = meterWrites(client);

/** What the server itself counts; dynalite leaves out the indexes. */
let reported = 0;
const store: TableStore = createDynamodbStore({
  tableName,
  client,
  onConsumedCapacity: (_operation, { CapacityUnits = 0 }) => {
    reported += CapacityUnits;
  },
});

afterAll(async () => {
  client.destroy();
  await server.close();
});

/** A run item of about 600 bytes. */
function ordinaryRun() {
  return {
    runId: uniqueName('01JCZ5K8V3Q9Y7X2W4M6N0P1RS'),
    input: { kind: 'inline', value: encoded({ order: 'o-1', lines: 'x'.repeat(140) }) },
    inputDigest: 'd'.repeat(22),
  } as const;
}

let runId: string;
beforeEach(async () => {
  ({ runId } = await takenRun(store, ordinaryRun()));
});

/** The units of what the store does: table + index of the due + index by workflow. */
async function units(action: () => Promise<unknown>): Promise<[table: number, due: number, workflow: number]> {
  writes.length = 0;
  reported = 0;
  await action();
  const sum = (part: 'table' | 'dueIndex' | 'workflowIndex' | 'total') =>
    writes.reduce((total, each) => total + each[part], 0);
  // DynamoDB Local says of a transaction 4 for each KB; DynamoDB documents 2.
  const hasTransaction = writes.some(({ command }) => command === 'TransactWriteItemsCommand');
  if (server.isFaithful && !hasTransaction) expect(reported).toBe(sum('total'));
  return [sum('table'), sum('dueIndex'), sum('workflowIndex')];
}

test('starting a run costs 1 + 1 + 1', async () => {
  expect(await units(() => store.createRun(newRun(ordinaryRun())))).toEqual([1, 1, 1]);
});

test('taking the lease costs 1 and touches no index, overdue or just due, free or taken over', async () => {
  const now = await createdRun(store, ordinaryRun());
  expect(await units(() => store.take(now.runId, taking('worker-1')))).toEqual([1, 0, 0]);
  const timer = await createdRun(store, { ...ordinaryRun(), dueAtMs: START_MS - 5 });
  expect(await units(() => store.take(timer.runId, taking('worker-1')))).toEqual([1, 0, 0]);
  expect(await units(() => store.take(runId, taking('worker-2', START_MS + LEASE_MS)))).toEqual([1, 0, 0]);
});

test('accepting a message costs 1, and 0, 1 or 2 for the index of the due: from now, from never, from a time', async () => {
  expect(await units(() => store.accept(runId, 'm1', INBOX_LIMIT))).toEqual([1, 0, 0]);
  await store.release(runId, releasing({ wakesSeen: 1 }));
  expect(await units(() => store.accept(runId, 'm2', INBOX_LIMIT))).toEqual([1, 1, 0]);
  await store.take(runId, taking('worker-2'));
  await store.release(runId, releasing({ epoch: 2, wakesSeen: 2, dueAtMs: START_MS + 1000 }));
  expect(await units(() => store.accept(runId, 'm3', INBOX_LIMIT))).toEqual([1, 2, 0]);
});

test('a letter is accepted by one write as well, and loading and deleting it costs nothing', async () => {
  const letter = signal('m1', 'x'.repeat(100));
  expect(mayBeLetter(letter)).toBe(true);
  const run = await createdRun(store, ordinaryRun());
  expect(await units(() => store.accept(run.runId, 'm1', INBOX_LIMIT, 'signal', letter))).toEqual([1, 0, 0]);
  expect(await units(() => store.take(run.runId, taking('worker-1')))).toEqual([1, 0, 0]);
  const release = releasing({ wakesSeen: 1, lettersSeen: ['m1'] });
  expect(await units(() => store.release(run.runId, release))).toEqual([1, 1, 0]);
});

test('with as many letters as it takes, a lease and a long input a run item is within one unit', async () => {
  const run = await takenRun(store, { ...ordinaryRun(), input: { kind: 'inline', value: encoded('i'.repeat(190)) } });
  for (const id of ['m1'.padEnd(22, '-'), 'm2'.padEnd(22, '-')]) {
    const letter = signal(id, 'x'.repeat(LETTER_LIMIT_BYTES - JSON.stringify(signal(id, '')).length));
    expect(mayBeLetter(letter)).toBe(true);
    expect(await units(() => store.accept(run.runId, id, INBOX_LIMIT, 'signal', letter))).toEqual([1, 0, 0]);
  }
});

test('renewing the lease costs 1', async () => {
  expect(await units(() => store.renew(runId, { epoch: 1, expiresAtMs: START_MS + 2 * LEASE_MS }))).toEqual([1, 0, 0]);
});

test('releasing costs 1, and 2 with a next time, 1 without', async () => {
  expect(await units(() => store.release(runId, releasing({ dueAtMs: START_MS + 1000 })))).toEqual([1, 2, 0]);
  const other = await takenRun(store, ordinaryRun());
  expect(await units(() => store.release(other.runId, releasing()))).toEqual([1, 1, 0]);
});

test('finishing costs 1 + 1 + 1, and one more when a purge is to come', async () => {
  expect(await units(() => store.finish(runId, finishing()))).toEqual([1, 1, 1]);
  const other = await takenRun(store, ordinaryRun());
  expect(await units(() => store.finish(other.runId, finishing({ purgeAtMs: START_MS + 9 })))).toEqual([1, 2, 1]);
});

test.each([
  ['one more in all, where the last turn was due at once', 0, [1, 0, 1], 1],
  ['three more, where it was due at a time', START_MS - 5, [1, 2, 1], 3],
])('an end that goes to an event bus costs %s', async (_when, dueAtMs, finishUnits, more) => {
  for (const purgeAtMs of [undefined, START_MS + 9]) {
    const [plain, emitting] = [
      await takenRun(store, ordinaryRun()),
      await takenRun(store, { ...ordinaryRun(), dueAtMs }),
    ];
    const { endedAtMs } = finishing();
    const without = await units(() => store.finish(plain.runId, finishing({ purgeAtMs })));
    const finish = await units(() => store.finish(emitting.runId, finishing({ afterEnd: 'emit', purgeAtMs })));
    const settle = await units(() => store.settleEnd(emitting.runId, { endedAtMs, purgeAtMs }));
    expect(finish).toEqual(finishUnits);
    expect(sum([...finish, ...settle]) - sum(without)).toBe(more);
  }
});

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

test('continuing as new costs 1, and nothing for the index where the run was due already, else 2; never one by workflow', async () => {
  const next = { epoch: 1, wakesSeen: 0, input: { kind: 'inline', value: encoded('next') }, inboxIds: [] } as const;
  const first = await units(() => store.continueRun(runId, { ...next, link: 2, deadlineAtMs: undefined }));
  expect(first).toEqual([1, 0, 0]);
  const other = await takenRun(store, { ...ordinaryRun(), dueAtMs: START_MS });
  const second = await units(() => store.continueRun(other.runId, { ...next, link: 2, deadlineAtMs: undefined }));
  expect(second).toEqual([1, 2, 0]);
});

test('trying a failed run again costs 1, and 1 for each index, one more where it had a retention', async () => {
  const goesOnFrom = { kind: 'retry', number: 1, keeps: 9, reason: 'Error: no' } as const;
  const failed = await takenRun(store, ordinaryRun());
  await store.finish(failed.runId, finishing({ status: 'failed' }));
  const retry = { epoch: 1, retries: 1, goesOnFrom };
  expect(await units(() => store.retryRun(failed.runId, { ...retry, purgeAtMs: undefined }))).toEqual([1, 1, 1]);
  const kept = await takenRun(store, ordinaryRun());
  await store.finish(kept.runId, finishing({ status: 'failed', purgeAtMs: START_MS }));
  expect(await units(() => store.retryRun(kept.runId, { ...retry, purgeAtMs: START_MS }))).toEqual([1, 2, 1]);
});

test('pausing and resuming cost 1 each, and 1 for the index where the run has a time; what a paused run is sent costs 1', async () => {
  const paused = await createdRun(store, ordinaryRun());
  const pausedAtMs = START_MS;
  expect(await units(() => store.pauseRun(paused.runId, { wakesSeen: 0, pausedAtMs }))).toEqual([1, 1, 0]);
  expect(await units(() => store.accept(paused.runId, 'm1', INBOX_LIMIT))).toEqual([1, 0, 0]);
  expect(await units(() => store.resumeRun(paused.runId, { wakesSeen: 2 }))).toEqual([1, 1, 0]);
  const waiting = await takenRun(store, ordinaryRun());
  await store.release(waiting.runId, releasing());
  expect(await units(() => store.pauseRun(waiting.runId, { wakesSeen: 0, pausedAtMs }))).toEqual([1, 0, 0]);
  expect(await units(() => store.resumeRun(waiting.runId, { wakesSeen: 1 }))).toEqual([1, 0, 0]);
  await store.pauseRun(waiting.runId, { wakesSeen: 2, pausedAtMs });
  expect(await units(() => store.accept(waiting.runId, 'm1', INBOX_LIMIT, 'cancel'))).toEqual([1, 1, 0]);
});

test('holding a run and putting it back cost 1 each, and 2 for the index; so does taking it without that', async () => {
  const workflow = 'held-at-a-cost';
  const hold = { workflow, nowMs: START_MS, dueByMs: START_MS };
  const held = await createdRun(store, { ...ordinaryRun(), workflow });
  expect(await units(() => store.holdRun(held.runId, hold))).toEqual([1, 2, 0]);
  expect(await units(() => store.accept(held.runId, 'm1', INBOX_LIMIT))).toEqual([1, 0, 0]);
  expect(await units(() => store.putRunBack(held.runId, workflow))).toEqual([1, 2, 0]);
  await store.holdRun(held.runId, hold);
  expect(await units(() => store.take(held.runId, taking('worker-1')))).toEqual([1, 2, 0]);
  const list = {
    version: (await store.readWorkflowList()).version + 1,
    workflows: [{ workflow, pausedAtMs: START_MS }],
  };
  expect(await units(() => store.changeWorkflowList(list))).toEqual([1, 0, 0]);
});

test('what a run shows costs no write of its own, and no index', async () => {
  const shows = { customStatus: encoded('waiting'), attributes: { customer: 'c1' } };
  const renewal = { epoch: 1, expiresAtMs: START_MS + 2 * LEASE_MS, shows };
  expect(await units(() => store.renew(runId, renewal))).toEqual([1, 0, 0]);
  expect(await units(() => store.release(runId, releasing({ dueAtMs: START_MS + 1000, shows })))).toEqual([1, 2, 0]);
  const other = await takenRun(store, ordinaryRun());
  expect(await units(() => store.finish(other.runId, finishing({ shows })))).toEqual([1, 1, 1]);
});

test('a record, a message and a value cost 1 for each KB and touch no index', async () => {
  const entries = [{ kind: 'step-completed', id: 1, atMs: START_MS, value: 'x'.repeat(3000) }] as const;
  expect(await units(() => store.putRecord(runId, journalRecord(1)))).toEqual([1, 0, 0]);
  expect(await units(() => store.putRecord(runId, journalRecord(2, { entries })))).toEqual([4, 0, 0]);
  expect(await units(() => store.putMessage(runId, signal('m1')))).toEqual([1, 0, 0]);
  expect(await units(() => store.putValue(runId, 'result', 'x'.repeat(1900)))).toEqual([2, 0, 0]);
  expect(await units(() => store.deleteMessages(runId, ['m1']))).toEqual([1, 0, 0]);
});

test('a message with an idempotency key costs no more than one without: its digest is kept by the delete', async () => {
  const message = { ...signal('key-1'), digest: 'd'.repeat(22) };
  expect(await units(() => store.putMessage(runId, message))).toEqual([1, 0, 0]);
  expect(await units(() => store.deleteMessages(runId, ['key-1'], { keepDigests: true }))).toEqual([1, 0, 0]);
});

test('a step whose result has 900 bytes costs one unit', async () => {
  const value = encoded('x'.repeat(800));
  const entries = [
    { kind: 'step-completed', id: 12, atMs: START_MS, value },
    { kind: 'step', id: 13, name: 'ship the order' },
  ] as const;
  const record = journalRecord(12, { entries, nonce: 'n'.repeat(16) });
  expect(await units(() => store.putRecord(runId, record))).toEqual([1, 0, 0]);
});

test('the whole life of a run with one timer and one message stays within its promise', async () => {
  const run = newRun(ordinaryRun());
  const start = await units(() => store.createRun(run));
  await store.take(run.runId, taking('worker-1'));
  const timer = await units(async () => {
    await store.release(run.runId, releasing({ dueAtMs: START_MS + 1000 }));
    await store.take(run.runId, taking('worker-2', START_MS + 1000));
    await store.putRecord(run.runId, journalRecord(1));
  });
  const message = await units(async () => {
    await store.release(run.runId, releasing({ epoch: 2 }));
    await store.putMessage(run.runId, signal('m1'));
    await store.accept(run.runId, 'm1', INBOX_LIMIT);
    await store.take(run.runId, taking('worker-3', START_MS + 2000));
    await store.putRecord(run.runId, journalRecord(2));
    await store.deleteMessages(run.runId, ['m1']);
  });
  const finish = await units(() =>
    store.finish(run.runId, finishing({ epoch: 3, wakesSeen: 1, purgeAtMs: START_MS + 99_999 })),
  );
  const total = (parts: readonly number[]): number => parts.reduce((sum, each) => sum + each, 0);
  expect(total(start) + total(finish)).toBeLessThanOrEqual(8);
  expect(total(timer)).toBeLessThanOrEqual(6);
  expect(total(message)).toBeLessThanOrEqual(9);
});

test('a record with values of a stream costs 2 for each KB of both, and one without them 1', async () => {
  const values = (...texts: string[]) => [{ name: 'tokens', from: 1, values: texts.map(encoded) }];
  expect(await units(() => store.putRecord(runId, journalRecord(1)))).toEqual([1, 0, 0]);
  expect(await units(() => store.putRecord(runId, journalRecord(2), 1, values('once', 'upon')))).toEqual([4, 0, 0]);
  const large = Array.from({ length: 10 }, () => 'x'.repeat(1_000));
  expect(await units(() => store.putRecord(runId, journalRecord(3), 1, values(...large)))).toEqual([22, 0, 0]);
});

test('what each request consumed is told by its operation', async () => {
  const told: [string, number | undefined][] = [];
  const telling = createDynamodbStore({
    tableName,
    client,
    onConsumedCapacity: (operation, { CapacityUnits }) => told.push([operation, CapacityUnits]),
  });
  await telling.readRun(runId);
  await telling.putMessage(runId, signal('m1'));
  await telling.loadMessages(runId, ['m1']);
  await telling.putRecord(runId, journalRecord(1));
  await telling.loadRecords(runId, 0);
  expect(told).toEqual([
    ['readRun', 1],
    ['putMessage', 1],
    ['loadMessages', 1],
    ['putRecord', 1],
    ['loadRecords', 1], // the run item, which may have the first record and the last
    ['loadRecords', expect.any(Number)],
  ]);
});
