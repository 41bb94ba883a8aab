#!/usr/bin/env bash
# DynamoDB Local counts the write units of a transaction of one item twice over.
#
# One would guess: a transactional write of an item costs twice the units of a plain one, however many items there are,
# so that a Put of 3.5 KB, which costs 4 units alone, costs 8 in a transaction.
# What is so: alone in its transaction it costs 16, four times as much. Two such items in one transaction cost 16 too,
# which is right. Whoever measures here finds that the second item is free.
# Version: DynamoDB Local as in amplify-dynamodb-simulator 2.9.30. Needs Node 20 and Java 17, or newer.
# Source: "Read/write capacity" of the DynamoDB developer guide: a transactional write takes two units for each KB.

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
  CreateTableCommand, DynamoDBClient, ListTablesCommand, PutItemCommand, TransactWriteItemsCommand,
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
const measure = async (bytes, count) => {
  const items = Array.from({ length: count }, (_, index) => ({
    id: { S: `${bytes}-${index}` },
    part: { S: '0' },
    text: { S: 'x'.repeat(bytes) },
  }));
  const ReturnConsumedCapacity = 'TOTAL';
  let alone = 0;
  for (const Item of items) {
    const { ConsumedCapacity } = await client.send(new PutItemCommand({ TableName, Item, ReturnConsumedCapacity }));
    alone += ConsumedCapacity.CapacityUnits;
  }
  const others = items.map((Item) => ({ Put: { TableName, Item: { ...Item, part: { S: '1' } } } }));
  const { ConsumedCapacity: [together] } = await client.send(
    new TransactWriteItemsCommand({ TransactItems: others, ReturnConsumedCapacity }),
  );
  console.log(`${count} x ${bytes} bytes: alone ${alone}, in a transaction ${together.CapacityUnits}`);
  return { alone, together: together.CapacityUnits };
};
await measure(10, 1);
await measure(10, 2);
const one = await measure(3_500, 1);
const two = await measure(3_500, 2);
if (one.together !== 4 * one.alone || two.together !== 2 * two.alone) process.exitCode = 1;
client.destroy();
EOF
export AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED=true
echo 'amplify-dynamodb-simulator 2.9.30 (DynamoDB Local), @aws-sdk/client-dynamodb 3.1164.0'
node probe.mjs "$port"
