#!/usr/bin/env bash
# `import 'node:http'` loads Node's fetch and WebSocket, which `require('node:http')` does not.
#
# One would guess: importing a module of Node's own costs the same as requiring it, since both give the same module.
# What is so: an import reads every export of the module, so that each has a value by its name. `node:http` exports
# WebSocket, CloseEvent and MessageEvent by getters that load undici when they are read. So the import of node:http, and of
# anything that imports it, compiles and runs all of undici: some 13 MB of memory, and five to seven times the time that
# the require takes. A function on AWS Lambda pays that at each cold start.
# Version: Node 22.23, 24.21. Node 20 exports no WebSocket from node:http.
# Source: the documentation of "Builtin modules" in Node's page about ES modules, which says that exports are live, and not
# that lazy ones are read.

set -euo pipefail
node --eval "process.exit(Number(process.versions.node.split('.')[0]) < 22 ? 1 : 0)" || { echo "needs Node 22 or newer"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo "import 'node:http';" >import.mjs
echo "import { createRequire } from 'node:module'; createRequire(import.meta.url)('node:http');" >require.mjs
cat >measure.mjs <<'EOF'
const before = process.cpuUsage();
await import(process.argv[2]);
const { user, system } = process.cpuUsage(before);
const loaded = process.moduleLoadList.filter((name) => name.includes('undici/undici')).length > 0;
const [ms, mb] = [(user + system) / 1_000, process.memoryUsage().rss / 1e6];
console.log(process.argv[2], 'loads undici:', loaded, '', ms.toFixed(1), 'ms of CPU,', mb.toFixed(0), 'MB');
process.exit(loaded === (process.argv[2] === './import.mjs') ? 0 : 1);
EOF
for how in ./require.mjs ./import.mjs; do node measure.mjs "$how"; done
echo "shown: importing node:http loads undici, requiring it does not"
