/**
 * What a build says of workflows with an unbounded history: what is refused cannot be stored when it runs, and what can be
 * stored is not refused.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { compileModule } from '../../lib/frames/compiler/compile-module.ts';
import { UNSTORABLE_CLASSES, UNSTORABLE_INTL } from '../../lib/frames/compiler/proof/unstorable-values.ts';
import type { Problem } from '../../lib/frames/compiler/problem.ts';
import { compiledMaker } from './support/in-process.ts';
import { namedPrograms } from './support/programs.ts';

function problemsIn(source: string): readonly Problem[] {
  const compiled = compileModule(source, { fileName: 'flow.ts', moduleId: 'flow', runtime: 'runtime' });
  return compiled.kind === 'refused' ? compiled.problems : [];
}

/** Behind a program whose workflow's function is `main`. */
const UNBOUNDED = "\nworkflow('counter', { history: 'unbounded' }, main);";

/** What the graph says at the first await points: why it is refused, or ''. */
function storedAt(source: string, resumptions: number): string {
  const { main, store } = compiledMaker(source)([]);
  const generator = main();
  for (let index = 0; index < resumptions; index += 1) generator.next(index);
  const stored = store(generator);
  return stored.kind === 'refused' ? `${stored.path} ${stored.reason}` : '';
}

/** By what is in them; the first await point is in the second line. */
const REFUSED: Readonly<Record<string, string>> = {
  'a call of fetch': "const p = fetch('data:,1'); p.catch(() => 0);\nyield 1; return p;",
  'a new promise': 'const p = new Promise(() => 0);\nyield 1; return p;',
  'a promise of the language': 'const p = Promise.resolve(1);\nyield 1; return p;',
  'what then gives': 'const p = Promise.resolve(1).then(() => 2);\nyield 1; return p;',
  'a call of an async function': 'const work = async () => 1; const p = work();\nyield 1; return p;',
  'a call of an async function of the module': 'const p = charge();\nyield 1; return p;',
  'an async function that is called where it is written': 'const p = (async () => 1)();\nyield 1; return p;',
  'promises of an async function for each item': 'const all = [1, 2].map(async (n) => n);\nyield 1; return all;',
  'a module that is loaded late': "const p = import('node:path'); p.catch(() => 0);\nyield 1; return p;",
  'a promise in an object': 'const o = { inner: [Promise.resolve(1)] };\nyield 1; return o;',
  'a promise that is put into a list': 'const all = []; all.push(Promise.resolve(1));\nyield 1; return all;',
  'a promise that is put into a map': "const all = new Map(); all.set('a', Promise.resolve(1));\nyield 1; return all;",
  'a promise in a property': 'const o = {}; o.p = Promise.resolve(1);\nyield 1; return o;',
  'a promise that a function uses': 'const p = Promise.resolve(1); const f = () => p;\nyield 1; return f();',
  'one of two': 'const p = Math.random() < 2 ? Promise.resolve(1) : 1;\nyield 1; return p;',
  'a promise that only a catch reads': 'const p = Promise.resolve(1); try {\nyield 1; } catch { return p; } return 0;',
  'a promise that is kept in a statement': 'return [Promise.resolve(1),\nyield 1];',
  'a promise that is given on': 'const p = Promise.resolve(1); let q = p;\nyield 1; return q;',
  'a promise out of a list': 'const [p, n] = [Promise.resolve(1), 2];\nyield 1; return [p, n];',
  'a promise out of an object': 'const { p } = { p: Promise.resolve(1) };\nyield 1; return p;',
  'a loop over promises': 'for (const p of [Promise.resolve(1)])\n{ yield p; }',
  'a WeakRef': 'const ref = new WeakRef({});\nyield 1; return ref;',
  'a Proxy': 'const proxy = new Proxy({}, {});\nyield 1; return proxy;',
  'a symbol': "const key = Symbol('key');\nyield 1; return key;",
  'an AbortController': 'const controller = new AbortController();\nyield 1; return controller;',
  'an AbortSignal': 'const signal = AbortSignal.abort();\nyield 1; return signal;',
  'a Response': "const response = new Response('a');\nyield 1; return response;",
  'what formats numbers': "const format = new Intl.NumberFormat('en');\nyield 1; return format;",
  'the parameters of an address': "const query = new URLSearchParams('a=1');\nyield 1; return query;",
  'the handle of a timer': 'const timer = setTimeout(() => 0, 0); clearTimeout(timer);\nyield 1; return timer;',
  'what bind gives': 'const f = double.bind(null, 2);\nyield 1; return f;',
  'an async generator': 'const it = each();\nyield 1; return it;',
  'a generator that is not compiled': 'const it = old();\nyield 1; return it;',
  'a loop over a generator that is not compiled': 'for (const n of old())\nyield n;',
  'a class of a function': 'class Local {}\nyield 1; return Local;',
  'an instance of a class of a function': 'class Local {}; const one = new Local();\nyield 1; return one;',
};

/** What they use. */
const AROUND =
  'async function charge() { return 1; } const double = (n) => n * 2; async function* each() { yield 1; } ' +
  'function* old() { const o = { __proto__: { a() { return 1; } }, a() { return super.a(); } }; yield 1; yield o.a(); }\n';

describe('a workflow with an unbounded history is refused that holds, where it waits,', () => {
  it.each(Object.entries(REFUSED))('%s', (_name, body) => {
    const source = `${AROUND}function* main() { ${body} }`;
    expect(storedAt(source, 1)).not.toBe('');
    const [problem, ...others] = problemsIn(source + UNBOUNDED);
    expect(others).toEqual([]);
    expect(problem).toMatchObject({
      reason: expect.stringContaining(
        'is needed behind the await point in line 3: no other process has that. ',
      ) as string,
    });
    expect(problem?.reason).toContain('The history of workflow "counter" is unbounded');
    expect([2, 3]).toContain(problem?.line);
    expect(problemsIn(source)).toEqual([]);
  });

  it('a variable that held something else before, by the place where it was made', () => {
    const source =
      'function* main() {\n  let p = 1;\n  yield p;\n  p = Promise.resolve(1);\n  yield 2;\n  return p;\n}';
    expect(problemsIn(source + UNBOUNDED)).toMatchObject([{ line: 4, column: 6 }]);
    expect([storedAt(source, 1), storedAt(source, 2)]).toEqual(['', expect.stringContaining('Promise')]);
  });

  it('what a promise is resolved with', () => {
    const source = 'function* main() { const { resolve } = Promise.withResolvers();\nyield 1; resolve(); }'; // Node 22
    expect(problemsIn(source + UNBOUNDED)).toMatchObject([{ line: 1 }]);
  });

  it('a socket or a stream of Node', () => {
    const source = (made: string): string =>
      `import { createReadStream } from 'node:fs';\nimport * as net from 'net';\nimport { EventEmitter } from 'node:events';\n` +
      `import { readFile } from 'node:fs/promises';\nfunction* main() {\n  const held = ${made};\n  yield 1;\n  return held;\n}${UNBOUNDED}`;
    for (const made of ["createReadStream('a')", 'net.connect(1)', 'new EventEmitter()', "readFile('a')"]) {
      expect(problemsIn(source(made))).toMatchObject([{ line: 6, column: 15 }]);
    }
    expect(problemsIn(source("net.isIP('a')"))).toEqual([]);
  });
});

/** What the same, and more, may do: it is stored when it runs. */
const ACCEPTED: Readonly<Record<string, string>> = {
  'a promise that is not needed behind it': 'const p = Promise.resolve(1); log(p);\nyield 1; return 2;',
  'a promise that was there before': 'let p = Promise.resolve(1); log(p); p = 2;\nyield 1; return p;',
  'what is made behind it': 'yield 1; const p = Promise.resolve(1); return p;',
  'an async function': 'const work = async () => 1;\nyield 1; return work;',
  'a function of the module': 'const f = double;\nyield 1; return f;',
  'a generator': 'const it = numbers();\nyield 1; return it;',
  'an instance of a class of the module': 'const one = new Order(1);\nyield 1; return one;',
  'values of the language':
    'const all = [new Date(0), /a/g, new Map([[1, 2]]), new Set([1]), new Uint8Array(2), new Error("a"), new URL("http://a"), 1n];\nyield 1; return all;',
  'a weak map': 'const key = {}; const weak = new WeakMap([[key, 1]]);\nyield 1; return [weak, key];',
  'what functions of the language give':
    'const n = [1, 2].map((x) => x).concat(Object.keys({ a: 1 })).length;\nyield 1; return n;',
  'a symbol that all know': "const key = Symbol.for('key');\nyield 1; return key;",
  'an own function that is called fetch':
    'const fetch = (x) => x; const got = fetch(1);\nyield 1; return [fetch, got];',
  'an own class that is called Response': 'const one = new Response(1);\nyield 1; return one;',
  'a catch of something that is no promise':
    'const o = { catch: (f) => f }; const got = o.catch(1);\nyield 1; return [o, got];',
  'a promise of one round, which is over in the next':
    'for (let i = 0; i < 2; i += 1) { const p = Promise.resolve(i); log(p);\nyield i; }',
};

const AROUND_ACCEPTED =
  'const double = (n) => n * 2; function* numbers() { yield 1; } class Order { constructor(id) { this.id = id; } } ' +
  'class Response { constructor(n) { this.n = n; } }\n';

test('what is said to be unstorable of the language is refused by the graph', () => {
  const { store } = compiledMaker('function* main() {}')([]);
  const given: Readonly<Record<string, readonly unknown[]>> = {
    ...{ Promise: [() => 0], Proxy: [{}, {}], Function: ['return 1'], WeakRef: [{}], FinalizationRegistry: [() => 0] },
    ...{ Event: ['a'], Request: ['http://a'], File: [[], 'a'], CompressionStream: ['gzip'], BroadcastChannel: ['a'] },
    ...{
      DecompressionStream: ['gzip'],
      SharedArrayBuffer: [1],
      DisplayNames: ['en', { type: 'region' }],
      Locale: ['en'],
    },
  };
  const make = (holder: object, name: string): unknown[] => {
    const constructor = (holder as Record<string, unknown>)[name] as (new (...args: unknown[]) => unknown) | undefined;
    return constructor === undefined || name === 'WebSocket' ? [] : [new constructor(...(given[name] ?? []))];
  };
  let made = 0;
  for (const [holder, names] of [
    [globalThis, [...UNSTORABLE_CLASSES.keys()]],
    [Intl, [...UNSTORABLE_INTL]],
  ] as const) {
    for (const name of names) {
      for (const value of make(holder, name)) {
        made += 1;
        expect({ name, kind: store({ value }).kind }).toEqual({ name, kind: 'refused' });
        if (name === 'BroadcastChannel') (value as { close(): void }).close();
      }
    }
  }
  expect(made).toBeGreaterThan(28);
});

describe('it is not refused for', () => {
  it.each(Object.entries(ACCEPTED))('%s', (_name, body) => {
    const source = `${AROUND_ACCEPTED}function* main() { ${body} }`;
    expect(problemsIn(source + UNBOUNDED)).toEqual([]);
    expect(storedAt(source, 1)).toBe('');
  });
});

describe('which functions are proven', () => {
  const held = 'const p = Promise.resolve(1); yield 1; return p;';
  const counts = (source: string): number => problemsIn(source).length;

  it.each([
    ['the one that is given', `const w = workflow('w', { history: 'unbounded' }, function* () { ${held} });`],
    [
      'with options that are a constant',
      `const o = { history: 'unbounded' } as const; workflow('w', o, function* () { ${held} });`,
    ],
    [
      'with options that are spread',
      `const o = { history: 'unbounded' }; workflow('w', { ...o, pool: 'a' }, function* () { ${held} });`,
    ],
    [
      'with a constant as the history',
      `const H = 'unbounded'; lull.workflow('w', { history: H }, function* () { ${held} });`,
    ],
    [
      'one that it delegates to',
      `function* h() { ${held} } workflow('w', { history: 'unbounded' }, function* () { yield* h(); });`,
    ],
    [
      'one that it gives to a task',
      `const h = function* () { ${held} }; workflow('w', { history: 'unbounded' }, function* () { yield* createTask(h()); });`,
    ],
    [
      'one by way of a function',
      `function* h() { ${held} } const via = () => h(); workflow('w', { history: 'unbounded' }, function* () { yield* via(); });`,
    ],
    [
      'one in it',
      `workflow('w', { history: 'unbounded' }, function* () { yield* gather(function* () { ${held} }()); });`,
    ],
    [
      'a method of a class that it uses',
      `class A { *work() { ${held} } } workflow('w', { history: 'unbounded' }, function* () { yield* new A().work(); });`,
    ],
  ])('%s', (_name, source) => expect(counts(source)).toBe(1));

  it.each([
    ['that of another workflow', `workflow('w', { timeout: '1 day' }, function* () { ${held} });`],
    ['one beside it', `function* h() { ${held} } workflow('w', { history: 'unbounded' }, function* () { yield 1; });`],
    [
      'what only a step uses',
      `function* h() { ${held} } workflow('w', { history: 'unbounded' }, function* () { yield* step('a', () => [...h()]); });`,
    ],
    [
      'what only an async function uses',
      `function* h() { ${held} } workflow('w', { history: 'unbounded' }, function* () { yield* step('a', async () => [...h()]); });`,
    ],
    ['with options that are not written out', `workflow('w', optionsOf(), function* () { ${held} });`],
  ])('but not %s', (_name, source) => expect(counts(source)).toBe(0));

  it('and none of them is left as it is', () => {
    const native = 'const o = { a() { return super.a(); } }; yield o;';
    const [own] = problemsIn(`workflow('w', { history: 'unbounded' }, function* daily() { ${native} });`);
    expect(own?.reason).toContain('the generator function daily is left as it is, since an object in it uses `super`');
    const other = `function* h() { ${native} }\nworkflow('w', { history: 'unbounded' }, function* () { yield* h(); });`;
    expect(problemsIn(other)).toMatchObject([{ line: 2 }]);
  });
});

test('of the hand-written programs those are refused that cannot be stored, and no other', () => {
  const found = namedPrograms().flatMap(({ name, source }) =>
    problemsIn(source + UNBOUNDED).length > 0 ? [name] : [],
  );
  expect(found).toEqual(namedPrograms().flatMap(({ name, isRefused }) => (isRefused ? [name] : [])));
});

test('no workflow of the examples, the patterns, the conformance programs and the simulator is refused', () => {
  const folders = ['functions/workflows', 'functions/examples', 'test/patterns/workflows', 'test/conformance/programs'];
  const top = join(import.meta.dirname, '../..');
  let workflows = 0;
  for (const folder of [...folders, 'test/simulation/workloads', 'templates/project']) {
    for (const file of readdirSync(join(top, folder), { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts')) continue;
      const source = readFileSync(join(top, folder, file), 'utf8');
      const unbounded = source.replaceAll(
        /(\bworkflow(?:<[^(]*>)?\(\s*(?:'[^']*'|`[^`]*`|\w+),\s*)(function\*|\{|\w+\))/g,
        (_, head, next) =>
          next === '{' ? `${head}{ history: 'unbounded', ` : `${head}{ history: 'unbounded' }, ${next}`,
      );
      workflows += unbounded.split("history: 'unbounded'").length - 1;
      expect({ file, problems: problemsIn(unbounded) }).toEqual({ file, problems: [] });
    }
  }
  expect(workflows).toBeGreaterThan(150);
});
