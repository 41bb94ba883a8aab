import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freeNames, hasTopLevelYield } from './snippet-names.ts';
import type { Door } from './public-names.ts';

/** The example of a docstring, as it stands there. */
export interface DocstringExample {
  /** Where it stands, relative to the repository's root: the file, and the line of its first line of code (from 1). */
  readonly file: string;
  readonly line: number;
  readonly code: string;
  /** False where the fence says `no-run`: then it is only type-checked. */
  readonly runs: boolean;
}

/** The examples of some docstrings, and a line for each that cannot be read because it is not fenced as `ts`. */
export interface DocstringExamples {
  readonly examples: readonly DocstringExample[];
  readonly problems: readonly string[];
}

const FOLDERS = ['lib', 'functions', 'infra'];

/** All examples of all docstrings of what is published. */
export function readDocstringExamples(root: string): DocstringExamples {
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .sort()
      .map((name) => examplesOf(`${folder}/${name}`, readFileSync(join(root, folder, name), 'utf8'))),
  );
  return {
    examples: files.flatMap(({ examples }) => examples),
    problems: files.flatMap(({ problems }) => problems),
  };
}

/** The examples in the text of one file. */
export function examplesOf(file: string, text: string): DocstringExamples {
  const examples: DocstringExample[] = [];
  const problems: string[] = [];
  for (const docstring of text.matchAll(/\/\*\*[\s\S]*?\*\//g)) {
    const firstLine = text.slice(0, docstring.index).split('\n').length;
    const lines = docstring[0].split('\n').map((line) => line.replace(/^\s*\*( |\/$|$)/, ''));
    for (const [index, tag] of lines.entries()) {
      if (!/^\s*@example\b/.test(tag)) continue;
      const block = fencedAfter(lines, index);
      if (block) examples.push({ file, line: firstLine + block.at, code: block.code, runs: block.runs });
      else problems.push(`${file}:${firstLine + index}: an @example is followed by a block fenced with \`\`\`ts.`);
    }
  }
  return { examples, problems };
}

function fencedAfter(lines: readonly string[], tag: number): { at: number; code: string; runs: boolean } | undefined {
  const open = lines.findIndex((line, index) => index > tag && line.trim() !== '');
  const fence = /^```ts( no-run)?$/.exec(lines[open]?.trim() ?? '');
  const close = lines.findIndex((line, index) => index > open && line.trim() === '```');
  if (!fence || close < 0) return undefined;
  return { at: open + 1, code: lines.slice(open + 1, close).join('\n'), runs: fence[1] === undefined };
}

/**
 * The example as a module that can be checked and run. All that is added stands before its first line, on one line, or
 * after its last: line n of the example is line n + 1 of the module.
 */
export function exampleModule(example: DocstringExample, doors: readonly Door[]): string {
  const inWorkflow = hasTopLevelYield(example.code);
  const lines = example.code.split('\n');
  const code = lines.map((line, index) => withAssertion(line, index, inWorkflow));
  const asserting = lines.flatMap((line, index) => (assertion.test(line) ? [index] : []));
  const head = [
    "import { expect as __expect } from 'vitest';",
    ...importsFor(example, doors),
    'const __seen: [number, unknown, unknown][] = [];',
  ];
  const tail = [
    `__expect([...new Set(__seen.map(([line]) => line))].sort((a, b) => a - b), 'lines of the example that were reached').toEqual([${asserting.join(', ')}]);`,
    'for (const [line, actual, value] of __seen) __expect(actual, `line ${line + 1} of the example`).toEqual(value);',
    'export {};',
  ];
  if (inWorkflow) {
    head.push(
      "import { workflow as __workflow } from 'lull';",
      "import { createTestEngine as __engine } from 'lull/testing';",
    );
    head.push("const __example = __workflow('example', function* () {");
    tail.unshift('});', 'await __engine({ workflows: [__example] }).run(__example, undefined);');
  }
  return [head.join(' '), ...code, ...tail].join('\n');
}

/** `expression; // => value`. They are compared at the end, outside of the workflow. */
const assertion = /^(\s*)(.+?);? *\/\/ => (.+)$/;

function withAssertion(line: string, index: number, inWorkflow: boolean): string {
  const parts = assertion.exec(line);
  if (!parts) return line;
  const [, indent = '', expression = '', value = ''] = parts;
  return `${indent}__seen.push([${index}, ${inWorkflow ? '' : 'await '}(${expression}), ${value}]);`;
}

function importsFor(example: DocstringExample, doors: readonly Door[]): string[] {
  const own = doors.filter((door) => example.file.startsWith(`lib/${door.specifier.replace(/^lull\/?/, '')}/`));
  const order = [...own, ...doors];
  return [...freeNames(example.code)].flatMap((name) => {
    for (const door of order) {
      const found = door.names.find((candidate) => candidate.name === name);
      if (found) return [`import { ${found.isType ? 'type ' : ''}${name} } from '${door.specifier}';`];
    }
    return [];
  });
}
