import { join } from 'node:path';
import { ESLint, Linter } from 'eslint';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const eslint = new ESLint({ cwd: root });

/** The rules that are switched on for a file and that need no types, applied to a piece of code. */
async function lint(file: string, code: string): Promise<string[]> {
  const config = (await eslint.calculateConfigForFile(join(root, file))) as Linter.Config;
  const rules = Object.entries(config.rules ?? {}).filter(([name]) => !name.startsWith('@typescript-eslint/'));
  const { plugins = {}, languageOptions = {} } = config;
  const untyped = {
    plugins,
    languageOptions: { ...languageOptions, parserOptions: {} },
    rules: Object.fromEntries(rules),
  };
  const messages = new Linter({ cwd: root }).verify(code, [{ files: ['**/*.ts'], ...untyped }], join(root, file));
  return messages.map(({ ruleId, message }) => ruleId ?? message);
}

const wrong: [title: string, file: string, code: string, rule: string][] = [
  ['a file with a name that says nothing', 'lib/core/utils.ts', 'export const a = 1;', 'conventions/file-name'],
  ['a file that is not in kebab-case', 'lib/core/runKey.ts', 'export const a = 1;', 'conventions/file-name'],
  ['a word outside of the glossary', 'lib/client/run.ts', 'export const executionId = 1;', 'conventions/glossary'],
  [
    'a rule switched off without a reason',
    'lib/engine/turn.ts',
    '// eslint-disable-next-line no-console\nconsole.log(1);',
    'conventions/reasoned-disable',
  ],
  [
    'an error hidden without a reason',
    'lib/engine/turn.ts',
    '// @ts-expect-error\nf();',
    'conventions/reasoned-disable',
  ],
  ['a clock in the pure zone', 'lib/codec/encode.ts', 'export const at = Date.now();', 'no-restricted-syntax'],
  ['today in the pure zone', 'lib/api/now.ts', 'export const at = new Date();', 'no-restricted-syntax'],
  ['randomness in the pure zone', 'lib/core/ids.ts', 'export const n = Math.random();', 'no-restricted-syntax'],
  ['a promise in the pure zone', 'lib/scheduler/loop.ts', 'export async function f() {}', 'no-restricted-syntax'],
  [
    'the environment in the pure zone',
    'lib/journal/record.ts',
    'export const e = process.env;',
    'no-restricted-globals',
  ],
  ['a changing module variable in the pure zone', 'lib/core/ids.ts', 'let n = 0; n++;', 'no-restricted-syntax'],
  ['a node module in a workflow file', 'functions/workflows/a.ts', "import 'node:fs';", 'conventions/no-node-imports'],
  ['a node module without its prefix', 'functions/workflows/a.ts', "import('fs');", 'conventions/no-node-imports'],
  ['a test that is left out', 'test/core/ids.test.ts', "test.skip('a', () => {});", 'conventions/no-left-out-tests'],
  ['a table of tests left out', 'test/core/ids.test.ts', "it.only.each([])('a');", 'conventions/no-left-out-tests'],
  ['work left for later', 'lib/core/ids.ts', '// TODO: more\nexport const a = 1;', 'no-warning-comments'],
  ['a file of more than 400 lines', 'lib/core/ids.ts', 'f();\n'.repeat(401), 'max-lines'],
  [
    'a function of more than 70 lines',
    'lib/core/ids.ts',
    `function f() {\n${'f();\n'.repeat(70)}}`,
    'max-lines-per-function',
  ],
];

const right: [title: string, file: string, code: string][] = [
  [
    'a rule switched off with its reason',
    'lib/engine/turn.ts',
    '// eslint-disable-next-line no-console -- people read it\nconsole.log(1);',
  ],
  ['a coroutine without an await point', 'lib/api/now.ts', 'export function* f() { return 1; }'],
  ['a date made of a given time', 'lib/api/now.ts', 'export const f = (ms: number) => new Date(ms);'],
  ['a clock in the world zone', 'lib/memory/clock.ts', 'export const f = () => Date.now();'],
  ['a node module outside of the workflow files', 'functions/examples/ledger.ts', "import 'node:fs';"],
  ['a test for each row of a table', 'test/core/ids.test.ts', "test.each([1])('%i', () => {});"],
];

describe('the lint rules', () => {
  test.each(wrong)('find %s', async (_title, file, code, rule) => {
    expect(await lint(file, code)).toContain(rule);
  });

  test.each(right)('let pass %s', async (_title, file, code) => {
    expect(await lint(file, code)).toEqual([]);
  });
});
