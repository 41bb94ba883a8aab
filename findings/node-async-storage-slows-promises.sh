#!/usr/bin/env bash
# Before Node 24, an AsyncLocalStorage that was used once slows down every promise of the process, for ever.
#
# One would guess: a storage belongs to the object that made it. When nobody refers to either any more, the rest of the
# process is as fast as before.
# What is so: in Node 20 and 22 each storage stays in a list of the process from its first `run` on, until `disable()`, and
# each new promise asks all that are in the list. After some hundred objects with a storage each, a promise takes many times
# what it took. In Node 24 and 26 a promise takes what it took. So a storage belongs in a module.
# Version: Node 20.20.2, 22.23.3, 24.21.0 and 26.10.0, as npm's `node` package has them.
# Source: `asyncLocalStorage.disable()` in Node's documents, which says that it is needed before a storage can be freed. Of
# what promises take, they say nothing.

set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >probe.mjs <<'EOF'
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout } from 'node:timers/promises';

const COUNT = 300;

function useAndForget() {
  const storage = new AsyncLocalStorage();
  storage.run('once', () => undefined);
}

/** CPU time, in microseconds. */
function promises() {
  const before = process.cpuUsage();
  for (let n = 0; n < 20_000; n += 1) Promise.resolve(n).then(() => undefined);
  return process.cpuUsage(before).user;
}

async function median() {
  const times = [];
  for (let n = 0; n < 5; n += 1) {
    times.push(promises());
    await setTimeout(1);
  }
  return times.sort((a, b) => a - b)[2];
}

useAndForget();
await median();
const first = await median();
for (let n = 0; n < COUNT; n += 1) useAndForget();
await setTimeout(1);
globalThis.gc();
const times = (await median()) / first;
const slow = times > 5;
console.log(`Node ${process.version}: after ${COUNT} storages a promise takes ${slow ? 'more than 5 times' : 'about'} what it took`);
const before24 = Number(process.versions.node.split('.')[0]) < 24;
if (slow !== before24) process.exitCode = 1;
EOF

for version in 20.20.2 22.23.3 24.21.0 26.10.0; do
  mkdir "node-$version"
  # The install script takes the binary of this platform from another package.
  npm install --prefix "node-$version" --ignore-scripts=false --no-audit --no-fund --loglevel=error "node@$version" >/dev/null
  "node-$version/node_modules/node/bin/node" --expose-gc probe.mjs
done
