// `npm run check`: all that a machine can say about the code without running it. Each check has a name; what a failing
// one printed is shown; the last line counts them.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';

const folders = ['lib', 'functions', 'infra', 'console', 'test', 'bench'].filter((folder) => existsSync(folder));

const checks: Record<string, string> = {
  format: 'prettier --check --log-level warn .',
  // In two parts: all at once, with its types, is more than a process of Node has memory for.
  lint: 'eslint --max-warnings 0 . --ignore-pattern "test/**"',
  'lint-tests': 'eslint --max-warnings 0 test',
  types: 'tsc --noEmit -p . && tsc --noEmit -p console',
  docs: 'node --import tsx test/conventions/check-docs.ts',
  words: 'node --import tsx test/conventions/check-words.ts',
  imports: `depcruise --config .dependency-cruiser.mjs ${folders.join(' ')}`,
  dead: 'knip --no-progress',
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in checks));
if (unknown.length > 0) {
  console.error(`There is no check '${unknown.join("', '")}'. There are: ${Object.keys(checks).join(', ')}.`);
  process.exit(2);
}

const queue = Object.entries(checks).filter(([name]) => wanted.length === 0 || wanted.includes(name));
const total = queue.length;
const failed: string[] = [];
await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, work));

console.log(failed.length > 0 ? `\nFAILED checks: ${failed.join(', ')}` : '');
console.log(`check: ${total - failed.length} passed, ${failed.length} failed`);
process.exitCode = failed.length > 0 ? 1 : 0;

async function work(): Promise<void> {
  for (let next = queue.shift(); next; next = queue.shift()) {
    const [name, command] = next;
    const startedAtMs = Date.now();
    const { passed, output } = await run(command);
    const seconds = ((Date.now() - startedAtMs) / 1000).toFixed(1);
    console.log(`${passed ? 'passed' : 'FAILED'} ${name} (${seconds} s)`);
    if (passed) continue;
    failed.push(name);
    console.log(`  $ ${command}\n${output.trimEnd()}\n`);
  }
}

/** npm puts the packages' commands on the path. */
function run(command: string): Promise<{ passed: boolean; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, { shell: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const collect = (chunk: Buffer): void => void (output += chunk.toString());
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('close', (code) => {
      resolve({ passed: code === 0, output });
    });
  });
}
