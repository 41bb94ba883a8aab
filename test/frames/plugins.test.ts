/** The plugins in real builds: what is built runs, what is refused is said where it is, and stacks lead to the source. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build as esbuild, type BuildFailure } from 'esbuild';
import { build as vite } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { esbuildFrames, viteFrames } from '../../lib/frames/index.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lull-frames-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function write(files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

const WORKFLOW = `
import type { Unused } from './types';
import { helper, type Order } from './helper';

export enum State { Open = 1, Closed }

interface Local { readonly a?: number }

export class Box<T> {
  constructor(private readonly value: T) {}
  get(): T { return this.value; }
}

export const run = function* (order: Order, local: Local = {}): Generator<string, unknown, number> {
  const got = (yield \`ask \${order.id}\`) as number;
  const box = new Box<number>(got!);
  for (const one of [1, 2] satisfies number[]) {
    const more = yield 'again ' + one;
    if (more > 90) fail(more);
  }
  return [helper(box.get()), State[State.Closed], local.a];
};

function fail(code: number): never {
  throw new Error(
    'failed with ' + code,
  );
}
`;
const HELPER = `
export interface Order { id: string }
export const helper = (n: number): string => 'helped ' + n;
`;

const trace = (module: { run: (...args: unknown[]) => Generator<unknown, unknown, unknown> }): unknown[] => {
  const it = module.run({ id: 'o1' });
  return [it.next(), it.next(5), it.next(6), it.next(7)].map(({ value }) => value);
};

const EXPECTED = ['ask o1', 'again 1', 'again 2', ['helped 5', 'Closed', undefined]];

test('esbuild builds TypeScript with it, minified too, and what is built can be stored', async () => {
  write({ 'src/flow.ts': WORKFLOW, 'src/helper.ts': HELPER });
  for (const minify of [false, true]) {
    const outfile = join(folder, `flow-${minify}.mjs`);
    await esbuild({
      ...{ entryPoints: [join(folder, 'src/flow.ts')], outfile, bundle: true, format: 'esm', platform: 'node' },
      ...{ minify, keepNames: true, absWorkingDir: folder, plugins: [esbuildFrames()], logLevel: 'silent' },
    });
    const module = (await import(pathToFileURL(outfile).href)) as Parameters<typeof trace>[0];
    expect(trace(module)).toEqual(EXPECTED);
    const it = module.run({ id: 'o1' });
    it.next();
    it.next(5);
    const { storeGraph } = await import('../../lib/frames/graph/store-graph.ts');
    const { loadGraph } = await import('../../lib/frames/graph/load-graph.ts');
    const stored = storeGraph(it);
    const loaded = loadGraph((stored as { bytes: Uint8Array }).bytes);
    const again = (loaded as { value: typeof it }).value;
    expect([again.next(6).value, again.next(7).value, it.next(6).value]).toEqual([...EXPECTED.slice(2), EXPECTED[2]]);
  }
});

test('vite builds TypeScript with it', async () => {
  write({ 'src/flow.ts': WORKFLOW, 'src/helper.ts': HELPER });
  await vite({
    ...{ root: folder, logLevel: 'silent', configFile: false, plugins: [viteFrames()] },
    build: {
      outDir: 'vite-out',
      minify: false,
      lib: { entry: 'src/flow.ts', formats: ['es'], fileName: () => 'flow.mjs' },
    },
  });
  const module = (await import(pathToFileURL(join(folder, 'vite-out/flow.mjs')).href)) as Parameters<typeof trace>[0];
  expect(trace(module)).toEqual(EXPECTED);
  expect(String(module.run)).toContain('start');
});

test('a stack leads to the line of the TypeScript source, under the name of the generator', async () => {
  write({ 'src/flow.ts': WORKFLOW, 'src/helper.ts': HELPER });
  const outfile = join(folder, 'stack.mjs');
  await esbuild({
    stdin: {
      contents: `import { run } from './src/flow'; const it = run({ id: '1' }); it.next(); it.next(5);
        try { it.next(99); } catch (error) { console.log(error.stack); }`,
      resolveDir: folder,
      loader: 'ts',
    },
    ...{ outfile, bundle: true, format: 'esm', platform: 'node', sourcemap: true },
    ...{ absWorkingDir: folder, plugins: [esbuildFrames()], logLevel: 'silent' },
  });
  const stack = execFileSync(process.execPath, ['--enable-source-maps', outfile], { encoding: 'utf8' });
  const lines = WORKFLOW.split('\n');
  const at = (text: string): number => lines.findIndex((line) => line.includes(text)) + 1;
  expect(stack).toMatch(new RegExp(`at fail \\(.*src/flow\\.ts:${at('throw new Error')}:`));
  expect(stack).toMatch(new RegExp(`at (?:Object\\.)?run \\(.*src/flow\\.ts:${at('fail(more)')}:\\d+\\)`));
});

const REFUSED = `let count = 0;
export function* flow() {
  count += 1;
  [count] = [yield 2];
  eval('count');
}
export function helper() { count += 1; }
`;

test('esbuild says what is refused with file, line, column and reason', async () => {
  write({ 'src/refused.ts': REFUSED });
  const failure = await esbuild({
    ...{ entryPoints: [join(folder, 'src/refused.ts')], bundle: true, write: false, absWorkingDir: folder },
    ...{ plugins: [esbuildFrames()], logLevel: 'silent' },
  }).then(
    () => undefined,
    (error: unknown) => error as BuildFailure,
  );
  const said = failure?.errors.map(({ text, location, pluginName }) => [
    ...[pluginName, location?.file, location?.line, location?.column, location?.lineText],
    text.split(/[:,]/)[0],
  ]);
  expect(said).toEqual([
    ['lull-frames', 'src/refused.ts', 3, 2, '  count += 1;', 'workflow code writes to `count`'],
    ['lull-frames', 'src/refused.ts', 4, 3, '  [count] = [yield 2];', 'workflow code writes to `count`'],
    ['lull-frames', 'src/refused.ts', 5, 2, "  eval('count');", 'direct `eval` may use any variable around it'],
  ]);
});

const UNPROVEN = `
import { sleep, workflow } from 'lull';
export const flow = workflow('flow', { history: 'unbounded' }, function* () {
  const held = fetch('https://example.com');
  yield* sleep('1 day');
  return held;
});
`;

test('esbuild says where `with` is, what is no code, and what a history without an end cannot store', async () => {
  for (const [text, line, reason] of [
    ['export function* flow(o) {\n  with (o) { yield 1; }\n}', 2, /^`with` hides which variable a name means/],
    ['export function* flow() {\n  yield 1\n', 3, /Unexpected token/],
    [UNPROVEN, 4, /^`held` is a promise, or holds it, and is needed behind the await point in line 5/],
  ] as const) {
    write({ 'src/bad.js': text });
    const failure = await esbuild({
      ...{
        entryPoints: [join(folder, 'src/bad.js')],
        bundle: true,
        write: false,
        plugins: [esbuildFrames()],
        external: ['lull'],
        logLevel: 'silent',
      },
    }).then(
      () => undefined,
      (error: unknown) => error as BuildFailure,
    );
    expect(failure?.errors[0]?.text).toMatch(reason);
    expect(failure?.errors[0]?.location?.line).toBe(line);
  }
});

test('vite says what is refused, with the place', async () => {
  write({ 'src/refused.ts': REFUSED });
  const failure = await vite({
    ...{ root: folder, logLevel: 'silent', configFile: false, plugins: [viteFrames()] },
    build: { write: false, lib: { entry: 'src/refused.ts', formats: ['es'], fileName: () => 'x.mjs' } },
  }).then(
    () => undefined,
    (error: unknown) => error as Error,
  );
  expect(failure?.message).toContain('workflow code writes to `count`');
  expect(failure?.message).toContain('refused.ts:3:');
  expect(failure?.message).toContain('refused.ts:5:3: direct `eval`');
});

test('vite says what a history without an end cannot store, with the place', async () => {
  write({ 'src/unproven.ts': UNPROVEN });
  const failure = await vite({
    ...{ root: folder, logLevel: 'silent', configFile: false, plugins: [viteFrames()] },
    build: { write: false, lib: { entry: 'src/unproven.ts', formats: ['es'], fileName: () => 'x.mjs' } },
  }).then(
    () => undefined,
    (error: unknown) => error as Error,
  );
  expect(failure?.message).toMatch(/unproven\.ts:4:15\n.*`held` is a promise, or holds it/);
});

test('a generator function that cannot be compiled is left as it is, with a warning', async () => {
  write({
    'src/left.js':
      'export const make = () => class { #x = 1; *walk() { yield this.#x; } };\nexport async function* many() { yield 1; }',
  });
  const { warnings, outputFiles } = await esbuild({
    ...{ entryPoints: [join(folder, 'src/left.js')], bundle: true, write: false, format: 'esm' },
    ...{ plugins: [esbuildFrames()], logLevel: 'silent' },
  });
  expect(warnings.map(({ text, location }) => [text, location?.line])).toEqual([
    [
      'the generator function walk is left as it is, since it uses `#x`: a run that waits in it has no snapshot, and is replayed',
      1,
    ],
  ]);
  expect(outputFiles[0]?.text).toContain('*walk()');
});

test('packages and lull itself are left alone unless they are asked for', async () => {
  write({
    'node_modules/dep/index.js': 'export function* dep() { yield 1; }',
    'src/uses.ts': "import { dep } from 'dep'; export const x = dep;",
  });
  const text = async (options: Parameters<typeof esbuildFrames>[0]): Promise<string> => {
    const { outputFiles } = await esbuild({
      ...{ entryPoints: [join(folder, 'src/uses.ts')], bundle: true, write: false, format: 'esm', platform: 'node' },
      ...{ plugins: [esbuildFrames(options)], absWorkingDir: folder, logLevel: 'silent' },
    });
    return outputFiles[0]?.text ?? '';
  };
  expect(await text({})).toContain('function* dep()');
  expect(await text({ include: /node_modules\/dep\// })).not.toContain('function* dep()');
  expect(await text({ exclude: /uses/ })).not.toContain('nameModule');
});
