/**
 * Snapshots that another build has written: a run goes on from them if what it has passed is as it was, so that a replay, which
 * may be needed at any time, does what was done. Each run that ends here is replayed as well, and compared.
 */
import { checkReplay, createTestEngine } from 'lull/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { MemoryStore } from '../../../lib/memory/memory-store.ts';
import type { Store } from '../../../lib/ports/store.ts';
import { silent } from '../../testing/silent.ts';
import { loadBuild, workflowsIn, type BuildOptions, type Sources } from '../support/build-of.ts';

const SHOP = {
  prices: `
    export const RATE = 3;
    export const priceOf = (item) => item.length * RATE;
    export const unused = () => 'nobody asks';
    export class Basket { items = []; add(item) { this.items.push(item); } }`,
  shop: `
    import { defineStep, setStatus, sleep, step, workflow } from 'lull';
    import { Basket, priceOf } from 'prices';
    const ship = defineStep('ship', (item) => 'shipped ' + item);
    function* pause() { yield* sleep('1 hour'); }
    export const order = workflow('order', function* (item) {
      const basket = new Basket();
      basket.add(item);
      const price = priceOf(item);
      yield* pause();
      yield* step('charge', () => 'charged ' + price);
      yield* sleep('1 day');
      const shipped = yield* ship(item);
      return [shipped, price, basket.items.length].join();
    });
    export const other = workflow('other', function* () { yield* sleep('1 day'); });`,
} satisfies Sources;

type Edit = readonly [module: keyof typeof SHOP, from: string, to: string];

function edited(...edits: readonly Edit[]): Sources {
  const sources: Record<string, string> = { ...SHOP };
  for (const [module, from, to] of edits) {
    const before = sources[module]!;
    expect(before).toContain(from);
    sources[module] = before.replace(from, to);
  }
  return sources;
}

class WatchedStore extends MemoryStore {
  readonly loads: number[] = [];

  override loadRecords(...args: Parameters<Store['loadRecords']>): ReturnType<Store['loadRecords']> {
    if (args[2] === undefined) this.loads.push(args[1]);
    return super.loadRecords(...args);
  }
}

interface Gone {
  /** Why the snapshot was dropped; 'restored' if it was not. */
  readonly snapshot: string;
  readonly result: unknown;
}

/** A run begins in one build, waits, and ends in the next one. */
async function goesOn(
  before: Sources,
  after: Sources,
  options: { readonly before?: BuildOptions; readonly after?: BuildOptions } = {},
): Promise<Gone> {
  const store = new WatchedStore();
  const reasons: string[] = [];
  const keep = (_text: unknown, more: unknown): void => {
    const { reason } = (more ?? {}) as { reason?: string };
    if (reason !== undefined) reasons.push(reason);
  };
  const log = { ...silent, info: keep, warn: keep };
  const first = createTestEngine({
    workflows: workflowsIn(loadBuild(before, options.before)),
    frames: true,
    store,
    log,
  });
  await first.client.start('order', 'tea', { id: 'o-1' });
  await first.advance('2 hours');
  expect((await store.readRun('o-1'))?.snapshot).toBeDefined();
  expect(reasons).toEqual([]);
  store.loads.length = 0;
  const workflows = workflowsIn(loadBuild(after, options.after));
  const second = createTestEngine({ workflows, frames: true, checkReplay: false, store, log, now: first.now() });
  await second.advance('1 day');
  const [reason] = reasons;
  expect(store.loads.includes(0)).toBe(reason !== undefined);
  const run = second.client.run('o-1');
  const { status } = await run.describe();
  const result = status === 'completed' ? await run.result() : status;
  if (status === 'completed') await checkReplay({ workflows, histories: [await run.exportHistory()] });
  return { snapshot: reason ?? 'restored', result };
}

const shipped = 'shipped tea,9,1';

describe('a snapshot of another build is restored', () => {
  it.each<[string, readonly Edit[], unknown]>([
    ['when nothing has changed', [], shipped],
    ['when code behind the await point has changed', [['shop', '].join()', "].join('/')"]], 'shipped tea/9/1'],
    [
      'when another workflow has changed',
      [['shop', "{ yield* sleep('1 day'); }", "{ yield* sleep('2 days'); }"]],
      shipped,
    ],
    ['when a function has changed that it does not use', [['prices', 'nobody', 'somebody']], shipped],
    ['when the body of a step has changed', [['shop', "'charged ' + price", "'has charged ' + price"]], shipped],
    [
      'when the body of a step has changed that comes now',
      [['shop', "(item) => 'shipped ' + item", "(item) => 'sent ' + item"]],
      'sent tea,9,1',
    ],
    [
      'when a comment or white space has come',
      [['shop', 'const price =', '/* what it costs */\n\n      const   price =']],
      shipped,
    ],
    [
      'when a step has come behind it',
      [['shop', 'return [shipped', "yield* step('new', () => 1);\n      return [shipped"]],
      shipped,
    ],
    [
      'when a patch is asked for behind it',
      [['shop', 'const shipped = yield* ship(item)', "const shipped = patched('v2') ? 'by drone' : yield* ship(item)"]],
      'by drone,9,1',
    ],
  ])('%s', async (_name, edits, result) => {
    const after = edited(...edits);
    const withPatches = { ...after, shop: after['shop']!.replace('import { ', 'import { patched, ') };
    expect(await goesOn(SHOP, withPatches)).toEqual({ snapshot: 'restored', result });
  });
});

const PASSED = 'code that it has passed has changed';
const AWAIT = /^shop#order\(\) has no await point "\S+" any more: its code has changed$/;

describe('a snapshot of another build is dropped, and the run replayed by its rules,', () => {
  it.each<[string, readonly Edit[], RegExp | string, unknown]>([
    [
      'when the await point waits for something else',
      [['shop', "sleep('1 day');\n      const", "sleep('25 hours');\n      const"]],
      AWAIT,
      shipped,
    ],
    [
      'when a try is around it now',
      [
        [
          'shop',
          "yield* sleep('1 day');\n      const",
          "try { yield* sleep('1 day'); } finally { setStatus('x'); }\n      const",
        ],
      ],
      AWAIT,
      shipped,
    ],
    [
      'when a loop is around it now',
      [['shop', "yield* sleep('1 day');\n      const", "for (const _ of [1]) yield* sleep('1 day');\n      const"]],
      AWAIT,
      shipped,
    ],
    [
      'when a variable has another name',
      [
        ['shop', 'const price =', 'const cost ='],
        ['shop', "'charged ' + price", "'charged ' + cost"],
        ['shop', 'shipped, price', 'shipped, cost'],
      ],
      AWAIT,
      shipped,
    ],
    ['when it needs one variable less', [['shop', ', basket.items.length', ', 1']], AWAIT, shipped],
    ['when code before it has changed', [['shop', 'priceOf(item);', 'priceOf(item) + 1;']], PASSED, 'shipped tea,10,1'],
    [
      'when a function that it has called has changed',
      [['prices', 'item.length * RATE', 'item.length + RATE']],
      PASSED,
      'shipped tea,6,1',
    ],
    ['when what that uses has changed', [['prices', 'RATE = 3', 'RATE = 4']], PASSED, 'shipped tea,12,1'],
    [
      'when the fields of a class have changed',
      [['prices', 'items = [];', "items = ['bag'];"]],
      PASSED,
      'shipped tea,9,2',
    ],
    [
      'when a coroutine that it has called has changed',
      [['shop', "sleep('1 hour'); }", "sleep('1 hour', {}); }"]],
      PASSED,
      shipped,
    ],
    [
      'when a step has come before it, which blocks the run',
      [['shop', 'yield* pause();', "yield* step('new', () => 1);\n      yield* pause();"]],
      PASSED,
      'blocked',
    ],
    [
      'when a patch has come before it, which the run has not',
      [['shop', 'yield* pause();', "if (patched('v2')) yield* step('new', () => 1);\n      yield* pause();"]],
      PASSED,
      shipped,
    ],
  ])('%s', async (_name, edits, reason, result) => {
    const after = edited(...edits);
    const withPatches = { ...after, shop: after['shop']!.replace('import { ', 'import { patched, ') };
    const gone = await goesOn(SHOP, withPatches);
    expect(gone.snapshot).toMatch(reason);
    expect(gone.result).toBe(result);
  });
});

/** The code of one workflow, in which `HERE` is where it waits for a day, in its second record. */
function waiting(body: string, beside = ''): Sources {
  const order = `export const order = workflow('order', function* (item) { yield* sleep('1 minute'); ${body} });`;
  const imported = `import { registerClass, sleep, step, workflow } from 'lull'; import { named } from 'data';`;
  return {
    data: `export const named = { of: 1 }; export const twice = (x) => [x, x]; export const LIMIT = 5;`,
    shop: `${imported}\n${beside}\n${order}`.replace('HERE', "yield* sleep('1 day')"),
  };
}

describe('what a run may have passed', () => {
  // The class is registered in the whole process, and runs of other files may have passed it.
  afterAll(() => {
    const { byName } = Reflect.get(globalThis, Symbol.for('lull.classes')) as { byName: Map<string, unknown> };
    expect(byName.delete('RegisteredOne')).toBe(true);
  });

  const passes: [string, [string, string?], [string, string?], string][] = [
    [
      'is the whole of a loop',
      ['for (const n of [1]) { HERE; void 1; }'],
      ['for (const n of [1]) { HERE; void 2; }'],
      PASSED,
    ],
    [
      'is not what is behind a loop',
      ['for (const n of [1]) { HERE; } void 1;'],
      ['for (const n of [1]) { HERE; } void 2;'],
      'restored',
    ],
    [
      'is the whole of a switch',
      ["switch (item) { default: HERE; break; case 'x': void 1; }"],
      ["switch (item) { default: HERE; break; case 'x': void 2; }"],
      PASSED,
    ],
    [
      'is a function that is declared below',
      ['const x = help(); HERE; return x; function help() { return 1; }'],
      ['const x = help(); HERE; return x; function help() { return 2; }'],
      PASSED,
    ],
    [
      'is not the catch of a try around it',
      ['try { HERE; } catch { return 1; }'],
      ['try { HERE; } catch { return 2; }'],
      'restored',
    ],
    [
      'is the try of a catch around it',
      ["try { throw new Error('a'); } catch { HERE; }"],
      ["try { throw new Error('b'); } catch { HERE; }"],
      PASSED,
    ],
    [
      'is the whole of a function that calls itself',
      [
        'yield* again(2);',
        'function* again(n) { if (n > 0) { yield* again(n - 1); return; } yield* sleep("1 day"); void 1; }',
      ],
      [
        'yield* again(2);',
        'function* again(n) { if (n > 0) { yield* again(n - 1); return; } yield* sleep("1 day"); void 2; }',
      ],
      PASSED,
    ],
    [
      'is the rest of its function, if that names itself',
      ['void order; HERE; void 1;'],
      ['void order; HERE; void 2;'],
      PASSED,
    ],
    [
      'is what the module does when it is loaded',
      ['void TABLE.get(1); HERE;', 'const TABLE = new Map(); TABLE.set(1, 1);'],
      ['void TABLE.get(1); HERE;', 'const TABLE = new Map(); TABLE.set(1, 2);'],
      PASSED,
    ],
    [
      'is each class that is registered',
      [
        'HERE;',
        'class RegisteredOne { a() { return 1; } } registerClass(RegisteredOne, { name: "RegisteredOne", toData: () => 1, fromData: () => new RegisteredOne() });',
      ],
      [
        'HERE;',
        'class RegisteredOne { a() { return 1; } } registerClass(RegisteredOne, { name: "RegisteredOne", toData: () => 2, fromData: () => new RegisteredOne() });',
      ],
      PASSED,
    ],
  ];

  it.each(passes)('%s', async (_name, before, after, expected) => {
    const gone = await goesOn(waiting(...before), waiting(...after));
    expect(gone.snapshot).toBe(expected);
  });

  const rest = 'HERE; return 1;';
  const imports = (line: string, data: string): Sources => {
    const { shop = '' } = waiting(`void used; ${rest}`);
    return { data, shop: shop.replace("import { named } from 'data';", line) };
  };

  it.each([
    ['a number', `import { used } from 'data';`, 'export const used = 1;', 'export const used = 2;', PASSED],
    [
      'a number that is worked out',
      `import { used } from 'data';`,
      'const half = 2; export const used = half / 2;',
      'const half = 3; export const used = half / 3;',
      'restored',
    ],
    [
      'an alias',
      `import { used } from 'data';`,
      'const all = { a: {}, b: {} }; export const used = all.a;',
      'const all = { a: {}, b: {} }; export const used = all.b;',
      PASSED,
    ],
    [
      'a whole module',
      `import * as used from 'data';`,
      'export const f = () => 1;',
      'export const f = () => 2;',
      PASSED,
    ],
    [
      'what is not used of a module',
      `import { used } from 'data';`,
      'export const used = 1; export const f = () => 1;',
      'export const used = 1; export const f = () => 2;',
      'restored',
    ],
  ])('is %s that it imports', async (_name, line, before, after, expected) => {
    const gone = await goesOn(imports(line, before), imports(line, after));
    expect(gone.snapshot).toBe(expected);
  });

  it.each([
    [
      'the version of a package',
      { nameOfImport: () => 'left-pad@1.0.0' },
      { nameOfImport: () => 'left-pad@1.0.1' },
      PASSED,
    ],
    [
      'data that was not compiled',
      { packages: { table: { used: { a: 1 } } } },
      { packages: { table: { used: { a: 2 } } } },
      PASSED,
    ],
    ['neither, if both are as before', {}, {}, 'restored'],
  ])('is %s', async (_name, before, after, expected) => {
    const table = { table: { used: { a: 1 } } };
    const sources = { shop: imports(`import { used } from 'table';`, '')['shop']! };
    const gone = await goesOn(sources, sources, {
      before: { packages: table, ...before },
      after: { packages: table, ...after },
    });
    expect(gone.snapshot).toBe(expected);
  });

  it('is not known of a workflow that is made in a function', async () => {
    const made = (last: string): Sources => ({
      shop: `import { sleep, workflow } from 'lull';
        const make = (hours) => workflow('order', function* () { yield* sleep('1 minute'); yield* sleep(hours + ' hours'); return ${last}; });
        export const order = make(24);`,
    });
    expect((await goesOn(made('1'), made('1'))).snapshot).toBe('restored');
    expect(await goesOn(made('1'), made('2'))).toEqual({ snapshot: 'it is of other code', result: 2 });
  });
});
