import { GetItemCommand, PutItemCommand, QueryCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { ClassicLevel } from 'classic-level';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createTableInput } from '../../../../lib/dynamodb/create-table-input.ts';
import { startTableServer, type TableServer } from '../../../../lib/local/services/dynamodb/table-server.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

async function start(path: string, rebuildIndexes = false): Promise<TableServer> {
  const table = await startTableServer({
    path,
    tables: [createTableInput('lull')],
    region: 'us-east-1',
    rebuildIndexes,
  });
  onTestFinished(() => table.stop());
  return table;
}

const item = (id: string) => ({ pk: { S: id }, sk: { S: 'run' }, dueShard: { S: '0' }, dueAtMs: { N: '5' } });

async function dueRuns({ client }: TableServer): Promise<(string | undefined)[]> {
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: 'lull',
      IndexName: 'due',
      KeyConditionExpression: 'dueShard = :shard',
      ExpressionAttributeValues: { ':shard': { S: '0' } },
    }),
  );
  return Items.map((found) => found['pk']?.S);
}

/** What a kill between an item's write and its index's writes leaves behind. */
async function damageIndexes(path: string): Promise<void> {
  const database = new ClassicLevel(path);
  const keys = (await database.keys().all()).filter((key) => key.startsWith('index-'));
  expect(keys).not.toEqual([]);
  const value = await database.get(keys[0]!);
  await database.clear({ gte: 'index-', lt: 'index.' });
  await database.put(`${keys[0]!}-stale`, value!.replace(/run-./, 'run-x'));
  await database.close();
}

describe('the table on disk', () => {
  it('holds what was written when it is started again', async () => {
    const path = join(temporaryFolder(), 'table');
    const first = await start(path);
    await first.client.send(new PutItemCommand({ TableName: 'lull', Item: item('run-1') }));
    await first.stop();
    const second = await start(path);
    const Key = { pk: { S: 'run-1' }, sk: { S: 'run' } };
    expect((await second.client.send(new GetItemCommand({ TableName: 'lull', Key }))).Item).toEqual(item('run-1'));
    expect(await dueRuns(second)).toEqual(['run-1']);
  });

  it('finds every run in its indexes again after a kill in the middle of a write', async () => {
    const path = join(temporaryFolder(), 'table');
    const first = await start(path);
    for (const id of ['run-1', 'run-2']) {
      await first.client.send(new PutItemCommand({ TableName: 'lull', Item: item(id) }));
    }
    await first.stop();
    await damageIndexes(path);
    const left = await start(path);
    expect(await dueRuns(left)).toEqual(['run-x']);
    await left.stop();
    const mended = await start(path, true);
    expect((await dueRuns(mended)).sort()).toEqual(['run-1', 'run-2']);
  });

  it('is asked with conditions as DynamoDB is', async () => {
    const { client } = await start(join(temporaryFolder(), 'table'));
    const update = new UpdateItemCommand({
      TableName: 'lull',
      Key: { pk: { S: 'nobody' }, sk: { S: 'run' } },
      UpdateExpression: 'SET epoch = :one',
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeValues: { ':one': { N: '1' } },
    });
    await expect(client.send(update)).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
  });

  it('is not impressed by a request that breaks off in the middle', async () => {
    const { client, endpoint } = await start(join(temporaryFolder(), 'table'));
    const { hostname, port } = new URL(endpoint);
    const socket = connect(Number(port), hostname);
    socket.write(
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: 100\r\n\r\n{"',
    );
    await once(socket, 'connect');
    await new Promise((resolve) => socket.write('"', resolve));
    socket.destroy();
    await once(socket, 'close');
    await client.send(new PutItemCommand({ TableName: 'lull', Item: item('run-1') }));
  });

  it('ends what it was asked before it stops', async () => {
    const path = join(temporaryFolder(), 'table');
    const table = await start(path);
    const { client } = table;
    const ids = Array.from({ length: 30 }, (_, n) => `run-${n}`);
    const puts = ids.map(async (id) => {
      await client.send(new PutItemCommand({ TableName: 'lull', Item: item(id) }));
      return id;
    });
    await Promise.race(puts);
    const [, outcomes] = await Promise.all([table.stop(), Promise.allSettled(puts)]);
    const answered = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    expect(answered).not.toEqual([]);
    expect(await dueRuns(await start(path))).toEqual(expect.arrayContaining(answered));
  });
});
