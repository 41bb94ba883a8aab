#!/usr/bin/env bash
# vitest takes an `afterAll` that is called while `beforeAll` runs, and never carries it out.
#
# One would guess: it is carried out at the end of the file, or it is refused with an error, as a test within a test is.
# What is so: there is no word of it, and it is never called. What it would have closed (servers, child processes, timers) lives
# on in the process, where the next file meets it if files share one. A function that `beforeAll` returns is called.
# Version: vitest 4.1.12, on Node 20.20.2.
# Source: https://vitest.dev/api/hooks, which says that `beforeAll` may return a function, and nothing of a hook within a hook.

set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --ignore-scripts --silent vitest@4.1.12 >/dev/null

cat >within.test.mjs <<'TEST'
import { afterAll, beforeAll, test } from 'vitest';
beforeAll(() => {
  console.log('beforeAll');
  afterAll(() => console.log('afterAll within beforeAll'));
  return () => console.log('returned by beforeAll');
});
afterAll(() => console.log('afterAll of the file'));
test('a test', () => console.log('test'));
TEST

output=$(npx vitest run --reporter=verbose 2>&1 | sed 's/\x1b\[[0-9;]*m//g')
echo "vitest $(node -p "require('vitest/package.json').version"), node $(node --version)"
echo "$output"
grep -q '^test$' <<<"$output"
grep -q '^returned by beforeAll$' <<<"$output"
grep -q '^afterAll of the file$' <<<"$output"
grep -q '1 passed' <<<"$output"
if grep -q '^afterAll within beforeAll$' <<<"$output"; then
  echo 'CHANGED: a hook within a hook is carried out now'
  exit 1
fi
if grep -qi 'error' <<<"$output"; then
  echo 'CHANGED: a hook within a hook is refused now'
  exit 1
fi
echo 'as found: no word of it, and it was never called'
