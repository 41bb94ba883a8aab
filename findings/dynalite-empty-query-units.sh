#!/usr/bin/env bash
# dynalite counts no read units for a query that finds nothing.
#
# One would guess: the emulator counts consumed capacity as the service does. It does so for GetItem: an item that is not
# there takes half a unit, and one unit if the read is strongly consistent.
# What is so: a Query without a match has the ConsumedCapacity 0, strongly consistent or not, while the service takes the
# smallest amount for each: 0.5 and 1. A program that polls empty partitions, such as a scheduler that asks again and again
# what is due, is free in a cost test on dynalite, and is billed on AWS. The DynamoDB Local that amplify-dynamodb-simulator
# 2.9.30 brings answers the same; it is not run here.
# Version: dynalite 4.0.0, with @aws-sdk/client-dynamodb 3.1164.0. Needs Node 20 or newer.
# Source: Query in the DynamoDB API reference, which says that a query without results consumes the minimum of read units.

set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --ignore-scripts --no-audit --no-fund --loglevel=error dynalite@4.0.0 @aws-sdk/client-dynamodb@3.1164.0 >/dev/null

cat >probe.mjs <<'JS'
import { CreateTableCommand, DynamoDBClient, GetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';

const server = dynalite({ createTableMs: 0 });
await new Promise((resolve) => server.listen(0, resolve));
const client = new DynamoDBClient({
  endpoint: `http://127.0.0.1:${server.address().port}`,
  region: 'eu-central-1',
  credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
});
const TableName = 'jobs';
await client.send(
  new CreateTableCommand({
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
  }),
);
const units = async (Command, input) =>
  (await client.send(new Command({ TableName, ReturnConsumedCapacity: 'TOTAL', ...input }))).ConsumedCapacity.CapacityUnits;
const query = { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': { S: 'nobody' } } };
const get = { Key: { pk: { S: 'nobody' }, sk: { S: 'nothing' } } };
const seen = [];
for (const ConsistentRead of [false, true]) {
  const ofGet = await units(GetItemCommand, { ...get, ConsistentRead });
  const ofQuery = await units(QueryCommand, { ...query, ConsistentRead });
  console.log(`strongly consistent: ${ConsistentRead}; GetItem without an item: ${ofGet}; Query without a match: ${ofQuery}`);
  seen.push(ofGet, ofQuery);
}
server.close();
client.destroy();
if (seen.join() !== '0.5,0,1,0') process.exitCode = 1;
JS
echo 'dynalite 4.0.0, @aws-sdk/client-dynamodb 3.1164.0'
AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED=true node probe.mjs
