#!/usr/bin/env bash
# Before Node 24, an error thrown in a queueMicrotask callback has lost its AsyncLocalStorage context when it is reported.
#
# One would guess: in an `uncaughtException` listener, AsyncLocalStorage tells whose code threw. It does so for errors of
# setTimeout, setImmediate and process.nextTick, so a server can blame the request (or run) and go on.
# What is so: in Node 20 and 22 the store is undefined for queueMicrotask, and for queueMicrotask alone: the listener
# cannot tell whose error it is. In Node 24 and 26 it has the store, as for the others.
# Version: Node 20.20.2, 22.23.3, 24.21.0 and 26.10.0, as npm's `node` package has them.
# Source: "AsyncLocalStorage" and "queueMicrotask" of Node's documents, which name no difference between the four.

set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >probe.mjs <<'EOF'
import { AsyncLocalStorage } from 'node:async_hooks';

const owner = new AsyncLocalStorage();
const blamed = {};
process.on('uncaughtException', ({ message }) => {
  blamed[message] = owner.getStore() ?? 'unknown';
});
owner.run('request 1', () => {
  process.nextTick(() => {
    throw new Error('nextTick');
  });
  queueMicrotask(() => {
    throw new Error('queueMicrotask');
  });
  setImmediate(() => {
    throw new Error('setImmediate');
  });
  setTimeout(() => {
    throw new Error('setTimeout');
  }, 1);
});
setTimeout(() => {
  console.log(`Node ${process.version}: ${JSON.stringify(blamed)}`);
  const { queueMicrotask, ...others } = blamed;
  const isLost = queueMicrotask === 'unknown';
  const othersAreKept = Object.values(others).length === 3 && Object.values(others).every((name) => name === 'request 1');
  const before24 = Number(process.versions.node.split('.')[0]) < 24;
  if (isLost !== before24 || !othersAreKept) process.exitCode = 1;
}, 100);
EOF

for version in 20.20.2 22.23.3 24.21.0 26.10.0; do
  mkdir "node-$version"
  # The install script takes the binary of this platform from another package.
  npm install --prefix "node-$version" --ignore-scripts=false --no-audit --no-fund --loglevel=error "node@$version" >/dev/null
  "node-$version/node_modules/node/bin/node" probe.mjs
done
