/**
 * A run with transactions on a table of the author's own, over and over, each time with something else going wrong between
 * the worker and the table, at another of its requests: the worker dies before it or after it, the request is lost, or its
 * answer is. The author's writes and the record of the run are there together, once, or not at all.
 */
import { sleep, transaction, workflow } from 'lull';
import { createTestEngine } from 'lull/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDynamodbStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import type { TableAction, TableClient } from '../../lib/dynamodb/table-client.ts';
import { never } from '../../lib/testing/cloud-process.ts';
import { silent } from '../testing/silent.ts';
import type { OwnTable } from '../store/transact-contract.ts';
import { networkError } from './client-faults.ts';
import { startTableServer } from './table-server.ts';

const server = await startTableServer();
let ledger: OwnTable;

beforeAll(async () => {
  ledger = await server.newOwnTable();
});
afterAll(() => server.close());

type Fault = 'dies before' | 'dies after' | 'request lost' | 'answer lost';

const FAULTS: readonly Fault[] = ['dies before', 'dies after', 'request lost', 'answer lost'];

const createTransfer = (id: string) =>
  workflow('transfer', function* () {
    for (const round of [1, 2]) {
      yield* transaction(`book ${round}`, (tx) => {
        tx.update({
          TableName: ledger.name,
          Key: { id },
          UpdateExpression: 'ADD booked :one',
          ExpressionAttributeValues: { ':one': 1 },
        });
        tx.put({
          TableName: ledger.name,
          Item: { id: `${id}-${round}` },
          ConditionExpression: 'attribute_not_exists(id)',
        });
      });
      yield* sleep('1 minute');
    }
    return 'booked';
  });

/** The rest only reads. */
const WRITES: ReadonlySet<TableAction> = new Set(['TransactWriteItems', 'PutItem', 'UpdateItem']);

/** Plays it with a fault at that write of the worker, from 1; gives how many there were, and whether all was well. */
async function play(id: string, chosen?: { readonly request: number; readonly fault: Fault }) {
  const tableClient = server.newTableClient();
  const transfer = createTransfer(id);
  let requests = 0;
  let isBegun = false;
  let die = (): void => undefined;
  const send = async <Output>(action: TableAction, input: object): ReturnType<typeof tableClient.send<Output>> => {
    if (!isBegun || !WRITES.has(action)) return tableClient.send<Output>(action, input);
    requests += 1;
    const fault = chosen?.request === requests ? chosen.fault : undefined;
    if (fault === 'request lost') throw networkError();
    if (fault === 'dies before') {
      die();
      return never();
    }
    const answer = await tableClient.send<Output>(action, input);
    if (fault === 'answer lost') throw networkError();
    if (fault === 'dies after') die();
    return answer;
  };
  const client: TableClient = { send, destroy: () => tableClient.destroy() };
  const store = createDynamodbStore({ tableName: await server.newTable(), client });
  const engine = createTestEngine({
    workflows: [transfer],
    store,
    log: silent,
    checkReplay: false,
    settings: { leaseMs: 120_000 },
  });
  die = () => void engine.crash();
  const run = await engine.start(transfer, undefined, { id });
  isBegun = true;
  await engine.advance('10 minutes');
  isBegun = false;
  const result = await run.result();
  const history = await engine.history(run);
  const recorded = history.filter(({ kind }) => kind === 'step-completed').length;
  const booked = (await ledger.get(id))?.['booked'];
  const rows = await Promise.all([1, 2].map((round) => ledger.get(`${id}-${round}`)));
  client.destroy();
  return { requests, outcome: { result, recorded, booked, rows: rows.map((row) => row !== undefined) } };
}

const ONCE = { result: 'booked', recorded: 2, booked: 2, rows: [true, true] };

test('what goes wrong at each request of its worker leaves both the writes and the record of a transaction, or neither', async () => {
  const plain = await play('plain');
  expect(plain.outcome).toEqual(ONCE);
  expect(plain.requests).toBeGreaterThan(5);
  const wrong: string[] = [];
  for (const fault of FAULTS) {
    for (let request = 1; request <= plain.requests; request += 1) {
      const { outcome } = await play(`${fault.replace(' ', '-')}-${request}`, { request, fault });
      if (JSON.stringify(outcome) !== JSON.stringify(ONCE))
        wrong.push(`${fault} #${request}: ${JSON.stringify(outcome)}`);
    }
  }
  expect(wrong).toEqual([]);
}, 300_000);
