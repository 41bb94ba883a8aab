#!/usr/bin/env bash
# The AWS SDK's client for DynamoDB makes four tries, and waits for seconds between them when it is throttled.
#
# One would guess: three tries, which is the documented default of maxAttempts, 50 to 100 ms apart at first, so that a
# call fails or succeeds within half a second.
# What is so: DynamoDB's client has a default of its own, four tries. After a throttling error it waits for a random part
# of 1, 2 and 4 s: up to 7 s, 3.5 s on average, before the caller hears of the first error. A budget of a few seconds for
# a request is spent in one call.
# Version: @aws-sdk/client-dynamodb 3.1164.0. Needs Node 20 or newer.
# Source: "Retry behavior" of the AWS SDKs and Tools reference guide (default of three attempts).

set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --ignore-scripts --no-audit --no-fund --loglevel=error @aws-sdk/client-dynamodb@3.1164.0 >/dev/null

cat >probe.mjs <<'EOF'
import { createServer } from 'node:http';
import { once } from 'node:events';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';

const answer = JSON.stringify({
  __type: 'com.amazonaws.dynamodb.v20120810#ThrottlingException',
  message: 'slow down',
});
const server = createServer((request, response) => {
  request.resume();
  response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' }).end(answer);
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const client = new DynamoDBClient({
  endpoint: `http://127.0.0.1:${server.address().port}`,
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
});
const calls = await Promise.all(
  Array.from({ length: 20 }, async () => {
    const startedAt = performance.now();
    const get = client.send(new GetItemCommand({ TableName: 'things', Key: { id: { S: 'a' } } }));
    const { attempts } = await get.catch((error) => error.$metadata);
    return { attempts, ms: Math.round(performance.now() - startedAt) };
  }),
);
const longest = Math.max(...calls.map(({ ms }) => ms));
console.log(`tries of each of 20 calls: ${[...new Set(calls.map(({ attempts }) => attempts))].join(', ')}`);
console.log(`until the caller hears of it, ms: ${calls.map(({ ms }) => ms).join(' ')}`);
server.close();
client.destroy();
if (calls.some(({ attempts }) => attempts !== 4) || longest < 2_000) process.exitCode = 1;
EOF
export AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED=true
echo '@aws-sdk/client-dynamodb 3.1164.0'
node probe.mjs
