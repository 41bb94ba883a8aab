/** Suspicion: the SDK gives a request up and sends it again, and the first one is carried out all the same, later. */
import { afterAll, expect, test } from 'vitest';
import { Client, RunIdTakenError } from 'lull/client';
import { signal as signalOf } from 'lull';
import { createDynamodbStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import { INBOX_LIMIT } from '../../lib/ports/limits.ts';
import { StoreUnavailableError } from '../../lib/ports/world-errors.ts';
import { JumpingClock } from '../client/client-world.ts';
import { aroundEachAttempt, networkError } from '../dynamodb/client-faults.ts';
import { startTableServer } from '../dynamodb/table-server.ts';
import {
  createdRun,
  encoded,
  forgettableRun,
  journalRecord,
  purgeWhole,
  PURGE_MS,
  START_MS,
} from '../store/samples.ts';

const server = await startTableServer();
const tableName = await server.newTable();
const healthy = createDynamodbStore({ tableName, client: server.newClient() });

afterAll(() => server.close());

test.each([
  ['a letter', 'now'],
  ['a message', 'now '.repeat(80)],
])(
  '%s that a request may accept late is kept, although the repeat was told that the inbox is full',
  async (_, payload) => {
    const { runId } = await createdRun(healthy);
    const client = server.newClient();
    let late: (() => Promise<unknown>) | undefined;
    aroundEachAttempt(client, async (command, send) => {
      if (command !== 'UpdateItemCommand' || late !== undefined) return send();
      late = send;
      for (let other = 0; other < INBOX_LIMIT; other += 1) await healthy.accept(runId, `other-${other}`, INBOX_LIMIT);
      throw networkError();
    });
    const wakes = { send: () => Promise.resolve() };
    const sender = new Client({ store: createDynamodbStore({ tableName, client }), wakes, clock: new JumpingClock() });
    await expect(sender.run(runId).signal(signalOf<string>('stop'), payload)).rejects.toThrow(StoreUnavailableError);

    // Room is made, and the first request arrives.
    const lease = { owner: 'test', expiresAtMs: START_MS + 60_000 };
    await healthy.take(runId, { lease, nowMs: START_MS, dueByMs: START_MS });
    const letGo = { status: 'suspended', dueAtMs: undefined, inboxIds: [] } as const;
    await healthy.release(runId, { epoch: 1, wakesSeen: INBOX_LIMIT, ...letGo });
    await late?.();
    const { inboxIds = [], letters } = (await healthy.readRun(runId)) ?? {};
    expect(inboxIds).toHaveLength(1);
    expect(await healthy.loadMessages(runId, inboxIds, letters)).toMatchObject([{ payload }]);
  },
);

test('a sweeper leaves a closed run whose next input another sweeper has seen, and nobody starts without an input', async () => {
  const { runId } = await forgettableRun(healthy);
  await healthy.putRecord(runId, journalRecord(1));
  /** It has listed what there is, and stops before it deletes anything. */
  let goOn = (): void => undefined;
  const told = new Promise<void>((resolve) => (goOn = resolve));
  let purged: Promise<unknown> | undefined;
  const hasStopped = new Promise<void>((resolve) => {
    const client = server.newClient();
    aroundEachAttempt(client, async (command, send) => {
      if (command === 'DeleteItemCommand') {
        resolve();
        await told;
      }
      return send();
    });
    purged = createDynamodbStore({ tableName, client }).purge(runId, PURGE_MS);
  });
  await hasStopped;

  const client = server.newClient();
  let isFirst = true;
  aroundEachAttempt(client, async (command, send) => {
    const answer = await send();
    if (command === 'PutItemCommand' && isFirst) {
      isFirst = false; // the input of the run to come
      expect(await healthy.purge(runId, PURGE_MS)).toMatchObject({ kind: 'postponed' });
      goOn();
      expect(await purged).toEqual({ kind: 'skipped' });
    }
    return answer;
  });
  const wakes = { send: () => Promise.resolve() };
  const starter = new Client({ store: createDynamodbStore({ tableName, client }), wakes, clock: new JumpingClock() });
  const input = 'x'.repeat(1_000);
  await expect(starter.start('greet', input, { id: runId })).rejects.toThrow(RunIdTakenError);

  expect(await purgeWhole(healthy, runId)).toEqual({ kind: 'purged' });
  await starter.start('greet', input, { id: runId });
  const run = await healthy.readRun(runId);
  const key = run?.input.kind === 'item' ? run.input.key : '';
  expect(await healthy.readValue(runId, key)).toEqual(encoded(input));
});
