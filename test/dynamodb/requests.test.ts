/** What every request to the table says, whichever operation makes it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDynamodbStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import { aroundEachRequest } from './client-faults.ts';
import { useEveryOperation } from './every-operation.ts';
import { startTableServer } from './table-server.ts';

interface Request {
  readonly command: string;
  readonly input: Record<string, unknown>;
}

const server = await startTableServer();
const client = server.newClient();
const requests: Request[] = [];
aroundEachRequest(client, (command, input, send) => {
  requests.push({ command, input: { ...input } });
  return send();
});
const store = createDynamodbStore({ tableName: await server.newTable(), client });

afterAll(async () => {
  client.destroy();
  await server.close();
});

beforeAll(() => useEveryOperation(store));

test('reads are strongly consistent, but for those of an index, which cannot be', () => {
  const reads = requests.filter(({ command }) =>
    ['GetItemCommand', 'QueryCommand', 'BatchGetItemCommand'].includes(command),
  );
  expect(new Set(reads.map(({ command }) => command)).size).toBe(3);
  for (const { input } of reads) {
    const tables = Object.values((input['RequestItems'] ?? { only: input }) as Record<string, Record<string, unknown>>);
    for (const { ConsistentRead, IndexName } of tables) expect(ConsistentRead).toBe(IndexName === undefined);
  }
});

test('no write of a run item is without a condition', () => {
  const writes = requests.filter(({ command, input }) => {
    const key = (input['Key'] ?? input['Item']) as { sk?: { S?: string } } | undefined;
    return ['PutItemCommand', 'UpdateItemCommand', 'DeleteItemCommand'].includes(command) && key?.sk?.S === 'run';
  });
  expect(new Set(writes.map(({ command }) => command)).size).toBe(3);
  expect(writes.filter(({ input }) => input['ConditionExpression'] === undefined)).toEqual([]);
});

test('every condition that fails is asked to return what is there', () => {
  const conditional = requests.filter(({ input }) => input['ConditionExpression'] !== undefined);
  expect(conditional.length).toBeGreaterThan(10);
  for (const { input } of conditional) expect(input['ReturnValuesOnConditionCheckFailure']).toBe('ALL_OLD');
});

test('an update of the run item says that it has to be open, or, for what comes after the end, closed', () => {
  const isOfRun = ({ input }: (typeof requests)[number]): boolean =>
    (input['Key'] as { sk?: { S?: string } }).sk?.S === 'run';
  const updates = requests.filter((request) => request.command === 'UpdateItemCommand' && isOfRun(request));
  const putsOff = updates.filter(({ input }) => input['UpdateExpression'] === 'SET #dueAtMs = :dueAtMs');
  expect(putsOff).toHaveLength(1);
  for (const { input } of updates) {
    const condition = String(input['ConditionExpression']);
    const isOfClosed = input === putsOff[0]?.input || condition.includes('#afterEnd');
    const opensAgain = condition.includes('#closedStatus = :failed');
    const isOpen = isOfClosed ? 'attribute_exists(#closedStatus)' : 'attribute_exists(#openStatus)';
    expect(condition).toContain(opensAgain ? '#closedStatus = :failed' : isOpen);
  }
});
