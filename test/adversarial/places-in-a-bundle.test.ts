/** Deployed code is one file with lull in it, perhaps minified: a place in a message is still a line of the author's. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundleOptions } from '../../lib/aws/bundle-options.ts';

const PROGRAM = `
import { Event, gather, Queue, signal, sleep, step, timeout, workflow } from 'lull';
import { createTestEngine } from 'lull/testing';

const inline = workflow('inline', function* () {});
const workflows = [
  workflow('fetch', function* () { void fetch('mark'); }),
  workflow('env', function* () { return process.env.MARK_IT; }),
  workflow('in-a-callback', function* () { [1].map(() => setTimeout(() => 'mark')); }),
  workflow('step', function* () { step('mark', () => 1); yield* sleep(0); }),
  workflow('put', function* () { new Queue().put('mark'); yield* sleep(0); }),
  workflow('wait', function* () { new Event().wait('mark'); yield* sleep(0); }),
  workflow('gather', function* () { gather(['mark'].map((name) => step(name, () => 1))); yield* sleep(0); }),
  workflow('timeout', function* () { timeout('1h', step('mark', () => 1)); yield* sleep(0); }),
  workflow('call', function* () { inline('mark'); yield* sleep(0); }),
];
for (const each of workflows) {
  const message = await createTestEngine({ workflows: [each] }).run(each).catch((error) => error.message);
  console.log(JSON.stringify([each.name, message]));
}

const inHelper = function* () { yield* signal('go').receive('mark'); };
const waits = workflow('waits', function* () { yield* timeout('1h', inHelper()); });
const engine = createTestEngine({ workflows: [waits] });
const run = await engine.start(waits);
await engine.settle();
const { waitsFor } = await run.describe({ tasks: true });
console.log(JSON.stringify(['at', \`(at \${waitsFor.tasks[0].at})\`]));
`;

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lull-places-'));
  await writeFile(join(folder, 'author.ts'), PROGRAM);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const NEXT_CHARACTERS = 60;

it.each([
  { minify: false, mapped: false },
  { minify: true, mapped: false },
  { minify: true, mapped: true },
])('minified: $minify, with source maps: $mapped', async ({ minify, mapped }) => {
  const outfile = join(folder, `index-${minify}-${mapped}.mjs`);
  const lull = { lull: join(import.meta.dirname, '../../lib/index.ts') };
  await build({
    ...bundleOptions({ isSource: true }),
    entryPoints: [join(folder, 'author.ts')],
    alias: { 'lull/testing': join(import.meta.dirname, '../../lib/testing/index.ts'), ...lull },
    outfile,
    minify,
    sourcemap: mapped,
    target: 'node20',
    logLevel: 'silent',
    nodePaths: [join(import.meta.dirname, '../../node_modules')],
  });
  const maps = mapped ? ['--enable-source-maps'] : [];
  const { stdout } = await promisify(execFile)(process.execPath, [...maps, outfile]);
  const messages = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as [string, string]);
  expect(messages.map(([name]) => name)).toHaveLength(10);
  const file = mapped ? 'author.ts' : outfile.slice(folder.length + 1);
  const lines = (await readFile(join(folder, file), 'utf8')).split('\n');
  for (const [name, message] of messages) {
    const place = new RegExp(`\\(at ${file}:(\\d+):(\\d+)\\)`).exec(message);
    const code = lines[Number(place?.[1]) - 1]?.slice(Number(place?.[2]) - 1) ?? '';
    expect([name, message, code.slice(0, NEXT_CHARACTERS)]).toEqual([
      name,
      expect.stringContaining(`(at ${file}:`),
      expect.stringMatching(/mark/i),
    ]);
  }
});
