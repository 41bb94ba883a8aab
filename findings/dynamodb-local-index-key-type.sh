#!/usr/bin/env bash
# DynamoDB Local stores a number where the key of an index is declared as a text, if it comes by UpdateItem.
#
# One would guess: an attribute that is the key of a secondary index has the declared type, so a value of another type
# is a ValidationException, as PutItem says of the same value.
# What is so: PutItem refuses the number. UpdateItem accepts it, and GetItem gives it back. A test on DynamoDB Local
# passes, and the same update fails on AWS.
# Version: DynamoDB Local as in amplify-dynamodb-simulator 2.9.30. Needs Node 20 and Java 17, or newer.
# Source: "Data type considerations" and "Attribute definitions" of the DynamoDB developer guide: the values of index
# keys have to be of the type in AttributeDefinitions.

set -euo pipefail
folder=$(mktemp -d)
java_pid=
finish() {
  if [ -n "$java_pid" ]; then kill "$java_pid" 2>/dev/null || true; wait "$java_pid" 2>/dev/null || true; fi
  rm -rf "$folder"
}
trap finish EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --ignore-scripts --no-audit --no-fund --loglevel=error @aws-sdk/client-dynamodb@3.1164.0 >/dev/null
# The program alone: what the package itself depends on is not needed to run it.
tar -xzf "$(npm pack --silent amplify-dynamodb-simulator@2.9.30)"
emulator=package/emulator
port=$((20000 + RANDOM % 20000))
java "-Djava.library.path=$emulator/DynamoDBLocal_lib" -jar "$emulator/DynamoDBLocal.jar" \
  -port "$port" -inMemory -disableTelemetry >/dev/null 2>&1 &
java_pid=$!

cat >probe.mjs <<'EOF'
import { setTimeout as delay } from 'node:timers/promises';
import {
  CreateTableCommand, DynamoDBClient, ListTablesCommand, GetItemCommand, PutItemCommand, UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';

const client = new DynamoDBClient({
  endpoint: `http://127.0.0.1:${process.argv[2]}`,
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  maxAttempts: 1,
});
for (let look = 0; ; look += 1) {
  if (await client.send(new ListTablesCommand({})).then(() => true, () => false)) break;
  if (look === 600) throw new Error('DynamoDB Local did not start');
  await delay(100);
}

await client.send(new CreateTableCommand({
  TableName: 'things',
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [
    { AttributeName: 'id', AttributeType: 'S' },
    { AttributeName: 'part', AttributeType: 'S' },
    { AttributeName: 'owner', AttributeType: 'S' },
  ],
  KeySchema: [
    { AttributeName: 'id', KeyType: 'HASH' },
    { AttributeName: 'part', KeyType: 'RANGE' },
  ],
  GlobalSecondaryIndexes: [{
    IndexName: 'by-owner',
    KeySchema: [{ AttributeName: 'owner', KeyType: 'HASH' }],
    Projection: { ProjectionType: 'ALL' },
  }],
}));

const owner = { N: '1' };
const TableName = 'things';
const Key = { id: { S: 'a' }, part: { S: '0' } };
const say = (promise) => promise.then(() => 'accepted', (error) => `refused: ${error.message}`);
const put = await say(client.send(new PutItemCommand({ TableName, Item: { ...Key, owner } })));
const update = await say(client.send(new UpdateItemCommand({
  TableName,
  Key,
  UpdateExpression: 'SET #owner = :owner',
  ExpressionAttributeNames: { '#owner': 'owner' },
  ExpressionAttributeValues: { ':owner': owner },
})));
const { Item } = await client.send(new GetItemCommand({ TableName, Key }));
console.log(`PutItem with a number for the text key of an index:    ${put}`);
console.log(`UpdateItem with a number for the text key of an index: ${update}`);
console.log(`what is stored: ${JSON.stringify(Item)}`);
if (!put.startsWith('refused') || update !== 'accepted' || Item?.owner?.N !== '1') process.exitCode = 1;
client.destroy();
EOF
export AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED=true
echo 'amplify-dynamodb-simulator 2.9.30 (DynamoDB Local), @aws-sdk/client-dynamodb 3.1164.0'
node probe.mjs "$port"
