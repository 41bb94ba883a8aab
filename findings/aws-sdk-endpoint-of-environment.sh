#!/usr/bin/env bash
# A client of the AWS SDK does not say where it sends its requests, if the environment has set the endpoint.
#
# One would guess: a client whose endpoint comes from AWS_ENDPOINT_URL or AWS_ENDPOINT_URL_<SERVICE> has it in its resolved
# configuration, as one whose endpoint was given as an option has it: config.endpoint() gives it, and isCustomEndpoint is
# true. At the latest after the first request.
# What is so: config.endpoint is undefined and isCustomEndpoint is false, before the first request and after it, while the
# requests go to the endpoint of the environment; config.endpointProvider() answers with the address on AWS. The variable
# is read for each request anew, in a middleware. To find out where a client sends, one has to make a request and catch it
# in a requestHandler.
# Version: @aws-sdk/client-dynamodb 3.1164.0. Needs Node 20 or newer.
# Source: "Service-specific endpoints" of the AWS SDKs and Tools reference guide, which calls the variable a way to
# configure the endpoint of a client.

set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --ignore-scripts --no-audit --no-fund --loglevel=error @aws-sdk/client-dynamodb@3.1164.0 >/dev/null

cat >probe.mjs <<'JS'
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';

const sentTo = [];
const requestHandler = {
  handle: (request) => {
    sentTo.push(`${request.hostname}:${request.port}`);
    return Promise.reject(new Error('caught'));
  },
};
const common = { region: 'eu-central-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' }, requestHandler, maxAttempts: 1 };
const told = async ({ config }) => {
  const endpoint = await config.endpoint?.();
  return endpoint === undefined ? `none, isCustomEndpoint ${config.isCustomEndpoint}` : `${endpoint.hostname}:${endpoint.port}, isCustomEndpoint ${config.isCustomEndpoint}`;
};

const given = new DynamoDBClient({ ...common, endpoint: 'http://127.0.0.1:4566' });
console.log(`given as an option:  config says ${await told(given)}`);

process.env.AWS_ENDPOINT_URL = 'http://127.0.0.1:4566';
const client = new DynamoDBClient(common);
const before = await told(client);
await client.send(new ListTablesCommand({})).catch(() => undefined);
const after = await told(client);
const provided = client.config.endpointProvider({ Region: 'eu-central-1', UseFIPS: false, UseDualStack: false }).url.host;
console.log(`of the environment:  config says ${before}; after a request ${after}`);
console.log(`                     the provider says ${provided}`);
console.log(`                     the request went to ${sentTo.join(' ')}`);
const isAsSeen = before.startsWith('none') && after.startsWith('none') && sentTo[0] === '127.0.0.1:4566' && provided.endsWith('amazonaws.com');
if (!isAsSeen) process.exitCode = 1;
JS
echo '@aws-sdk/client-dynamodb 3.1164.0'
AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED=true node probe.mjs
