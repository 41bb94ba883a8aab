/** `lull upgrade-check`: what it prints, in files beside this one, and each reason for which runs are replayed. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleOptions } from '../../lib/aws/bundle-options.ts';
import type { BuildDescription, DescribedPoint } from '../../lib/cli/upgrade/build-description.ts';
import { compareBuilds } from '../../lib/cli/upgrade/compare-builds.ts';
import { esbuildFrames } from '../../lib/frames/plugins/esbuild-frames.ts';
import { temporaryProject } from '../local/temporary-project.ts';
import { runFake, type Ended } from './fake-surroundings.ts';

const OLD = `
  import { defineStep, signal, sleep, step, workflow } from 'lull';
  import { priceOf } from './prices.ts';
  const approved = signal('approved');
  const ship = defineStep('ship', (id: string) => 'shipped ' + id);
  export const order = workflow('order', function* (id: string) {
    yield* step('charge', () => 1);
    const by = yield* approved.receive();
    yield* sleep('1 day');
    const price = priceOf(id);
    yield* sleep(price);
    return [yield* ship(id), by];
  });
  export const cart = workflow('cart', function* () {
    yield* sleep('1 hour');
  });
  export const gone = workflow('gone', function* () {
    yield* sleep('1 hour');
  });
`;

const NEW = OLD.replace("sleep('1 day')", "sleep('2 days')")
  .replace("'shipped ' + id", "'sent ' + id")
  .replace(/export const gone[^]*/, '');

/** A folder with an old and a new build of those, as files and as the bundle of one. */
async function project(): Promise<string> {
  const { folder } = temporaryProject('', afterAll);
  for (const [name, source] of [
    ['old', OLD],
    ['new', NEW],
  ] as const) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'package.json'), '{}');
    writeFileSync(join(folder, name, 'workflows.ts'), source);
    writeFileSync(join(folder, name, 'prices.ts'), 'export const priceOf = (id: string): number => id.length;');
  }
  const asset = join(folder, 'asset.1f3a');
  // As the construct makes it: a handler, which cannot begin here.
  const handler = `import { createRunFrames, createWorkerHandler } from 'lull/lambda';
    import * as workflows from './workflows.ts';
    export const handler = createWorkerHandler(workflows, { frames: createRunFrames() });
    throw new Error('there is no table here');`;
  await build({
    ...bundleOptions({ isSource: true }),
    stdin: { contents: handler, resolveDir: join(folder, 'old'), loader: 'ts' },
    external: ['@aws-sdk/*'],
    outfile: join(asset, 'index.mjs'),
    minify: true,
    logLevel: 'silent',
    plugins: [esbuildFrames({ root: join(folder, 'old') })],
  });
  return folder;
}

let cwd = '';

beforeAll(async () => {
  cwd = await project();
}, 120_000);

const check = (...args: string[]): Promise<Ended> => runFake(['upgrade-check', ...args], { cwd });

async function expectGolden(name: string, { exitCode, out, err }: Ended): Promise<void> {
  const text = `${out}${err === '' ? '' : `--- stderr\n${err}`}--- exit code ${exitCode}\n`.replaceAll(cwd, '/shop');
  await expect(text).toMatchFileSnapshot(join(import.meta.dirname, 'golden', `${name}.txt`));
}

describe('lull upgrade-check', { timeout: 240_000 }, () => {
  it('says of each await point whether runs go on, and why not, and ends with 1 if some are replayed', async () => {
    await expectGolden('upgrade-check', await check('old/workflows.ts', 'new/workflows.ts'));
  });

  it('takes the bundle of a handler, also minified, and ends with 0 if all runs go on', async () => {
    await expectGolden('upgrade-check-same', await check('asset.1f3a', 'old/workflows.ts', '--json'));
  });

  it('says what is no build', async () => {
    mkdirSync(join(cwd, 'asset.empty'));
    writeFileSync(join(cwd, 'notes.txt'), 'none');
    writeFileSync(join(cwd, 'broken.ts'), 'export const = 1;');
    writeFileSync(join(cwd, 'none.ts'), 'export const none = 1;');
    await expectGolden('upgrade-check-nowhere', await check('nowhere', 'old/workflows.ts'));
    await expectGolden('upgrade-check-empty', await check('asset.empty', 'old/workflows.ts'));
    await expectGolden('upgrade-check-text', await check('notes.txt', 'old/workflows.ts', '--json'));
    await expectGolden('upgrade-check-none', await check('none.ts', 'none.ts'));
    const broken = await check('broken.ts', 'broken.ts');
    expect([broken.exitCode, broken.err]).toEqual([
      1,
      expect.stringMatching(/^error: the workflows in .*broken\.ts do not build with frames: .*broken\.ts:1:13/s),
    ]);
  });
});

const POINT: DescribedPoint = {
  id: 'text.loop.live',
  at: 'shop.ts:3:5',
  live: ['id'],
  passed: [
    ['shop.ts#', 'a'],
    ['prices.ts#priceOf,RATE', 'b'],
    ['class Order', 'c'],
  ],
};

function builtWith(point: Partial<DescribedPoint>, beside: Partial<BuildDescription> = {}): BuildDescription {
  const workflows = [{ name: 'order', function: 'shop.ts#order()', points: [{ ...POINT, ...point }] }];
  return { code: '1', ownCode: 'lull', workflows, ...beside };
}

function endless(ownCode: string): BuildDescription {
  const { workflows, ...others } = builtWith({}, { ownCode });
  return { ...others, workflows: workflows.map((workflow) => ({ ...workflow, isUnbounded: true })) };
}

describe('two builds', () => {
  const { passed: _passed, ...unknown } = POINT;
  const notKnown = [{ name: 'order', function: 'shop.ts#order()', points: [unknown] }];
  const old = builtWith({});
  it.each<[string, BuildDescription, BuildDescription, string | undefined]>([
    ['that are the same', old, old, undefined],
    ['of other lines', old, builtWith({ at: 'shop.ts:4:5' }), undefined],
    ['of another lull', old, builtWith({}, { ownCode: 'other' }), 'the new build has another version of lull'],
    ['of another lull, with bases', endless('form1.a'), endless('form1.b'), undefined],
    ['of a later lull, with bases', endless('form1.a'), endless('form2.b'), undefined],
    [
      'of an earlier lull, with bases',
      endless('form2.b'),
      endless('form1.a'),
      'the new build has another version of lull',
    ],
    [
      'of another lull, with snapshots',
      builtWith({}, { ownCode: 'form1.a' }),
      builtWith({}, { ownCode: 'form1.b' }),
      'the new build has another version of lull',
    ],
    [
      'with another text',
      old,
      builtWith({ id: 'other.loop.live' }),
      'it is not there any more, or its text has changed',
    ],
    ['with another loop', old, builtWith({ id: 'text.other.live' }), 'the loops or tries around it have changed'],
    [
      'with other variables',
      old,
      builtWith({ id: 'text.loop.other', live: [] }),
      'other variables are alive there now: none; before id',
    ],
    [
      'with two of them',
      old,
      builtWith({ id: 'text.loop.live~1/2' }),
      'there is another number of such await points now',
    ],
    [
      'with other code before',
      old,
      builtWith({ passed: [['shop.ts#', 'z'], ...POINT.passed!.slice(1)] }),
      'they have passed what has changed: its own code in shop.ts',
    ],
    [
      'with other functions',
      old,
      builtWith({
        passed: [
          ['shop.ts#', 'a'],
          ['prices.ts#priceOf,RATE', 'z'],
        ],
      }),
      'they have passed what has changed: priceOf, RATE of prices.ts, class Order',
    ],
    [
      'of which the new one was not compiled',
      old,
      { ...old, workflows: [{ name: 'order', points: [] }] },
      'its function is not compiled in the new build',
    ],
    [
      'in which the function moved',
      old,
      { ...old, workflows: [{ name: 'order', function: 'cart.ts#order()', points: [POINT] }] },
      'its file is cart.ts in the new build: a file is known by its path from the folder of its package.json',
    ],
    [
      'in which the function has another name',
      old,
      { ...old, workflows: [{ name: 'order', function: 'shop.ts#buy()', points: [POINT] }] },
      'its function is shop.ts#buy() in the new build',
    ],
    [
      'of which it is not known what was passed, and that are the same',
      { ...old, workflows: notKnown },
      { ...old, workflows: notKnown },
      undefined,
    ],
    [
      'of which it is not known what was passed, and that are not the same',
      { ...old, workflows: notKnown },
      { ...old, code: '2', workflows: notKnown },
      'what runs of such a workflow have passed is not known, and some code has changed',
    ],
  ])('%s', (_name, before, after, reason) => {
    expect(compareBuilds(before, after).points).toEqual([expect.objectContaining({ goesOn: reason === undefined })]);
    expect(compareBuilds(before, after).points[0]?.reason).toBe(reason);
  });
});
