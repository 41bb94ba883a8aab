#!/usr/bin/env bash
# DynamoDB Local does not end the page of a Query at 1 MB when the Query has a filter.
#
# One would guess: a page ends after 1 MB of what was read, before the filter is applied, so a filtered Query over 3 MB
# needs pages, and a caller that forgets LastEvaluatedKey misses items.
# What is so: without a filter the page ends at 1 MB. With one, all 30 items of 100 KB are read in one page and there is
# no LastEvaluatedKey. A caller that reads one page only passes its tests, and misses items on AWS.
# Version: DynamoDB Local as in amplify-dynamodb-simulator 2.9.30. Needs Node 20 and Java 17, or newer.
# Source: "Filter expressions for the Query operation" of the DynamoDB developer guide: the limit of 1 MB applies before
# the filter is evaluated.

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
  CreateTableCommand, DynamoDBClient, ListTablesCommand, PutItemCommand, QueryCommand,
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
  ],
  KeySchema: [
    { AttributeName: 'id', KeyType: 'HASH' },
    { AttributeName: 'part', KeyType: 'RANGE' },
  ],
}));

const TableName = 'things';
for (let part = 0; part < 30; part += 1) {
  const Item = { id: { S: 'a' }, part: { S: String(part).padStart(2, '0') }, text: { S: 'x'.repeat(100_000) } };
  await client.send(new PutItemCommand({ TableName, Item }));
}
const query = {
  TableName,
  KeyConditionExpression: 'id = :id',
  ExpressionAttributeValues: { ':id': { S: 'a' } },
};
const plain = await client.send(new QueryCommand(query));
const filtered = await client.send(new QueryCommand({ ...query, FilterExpression: 'attribute_exists(nothing)' }));
const say = (page) => `${page.ScannedCount} items read, LastEvaluatedKey ${JSON.stringify(page.LastEvaluatedKey)}`;
console.log(`a page of 3 MB without a filter: ${say(plain)}`);
console.log(`a page of 3 MB with a filter:    ${say(filtered)}`);
const isCut = plain.ScannedCount < 30 && plain.LastEvaluatedKey !== undefined;
if (!isCut || filtered.ScannedCount !== 30 || filtered.LastEvaluatedKey !== undefined) process.exitCode = 1;
client.destroy();
EOF
export AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED=true
echo 'amplify-dynamodb-simulator 2.9.30 (DynamoDB Local), @aws-sdk/client-dynamodb 3.1164.0'
node probe.mjs "$port"
