import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
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

/** All examples of all docstrings under lib/. Throws on one that is not fenced as `ts`. */
export function readDocstringExamples(root: string): DocstringExample[] {
  return readdirSync(join(root, 'lib'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .flatMap((name) =>
      examplesOf(relative(root, join(root, 'lib', name)), readFileSync(join(root, 'lib', name), 'utf8')),
    );
}

/** The examples in the text of one file. */
export function examplesOf(file: string, text: string): DocstringExample[] {
  return [...text.matchAll(/\/\*\*[\s\S]*?\*\//g)].flatMap((docstring) => {
    const firstLine = text.slice(0, docstring.index).split('\n').length;
    const lines = docstring[0].split('\n').map((line) => line.replace(/^\s*\*( |\/$|$)/, ''));
    return lines.flatMap((tag, index) =>
      /^\s*@example\b/.test(tag) ? [fencedAfter(file, lines, firstLine, index)] : [],
    );
  });
}

function fencedAfter(file: string, lines: string[], firstLine: number, tagIndex: number): DocstringExample {
  const open = lines.findIndex((line, index) => index > tagIndex && line.trim() !== '');
  const fence = /^```ts( no-run)?$/.exec(lines[open]?.trim() ?? '');
  const close = lines.findIndex((line, index) => index > open && line.trim() === '```');
  if (!fence || close < 0) {
    throw new Error(`${file}:${firstLine + tagIndex}: an @example is followed by a block fenced with \`\`\`ts.`);
  }
  const code = lines.slice(open + 1, close).join('\n');
  return { file, line: firstLine + open + 1, code, runs: fence[1] === undefined };
}

/**
 * The example as a module that can be checked and run. All that is added stands before its first line, on one line, or
 * after its last: line n of the example is line n + 1 of the module.
 */
export function exampleModule(example: DocstringExample, doors: readonly Door[]): string {
  const inWorkflow = hasTopLevelYield(example.code);
  const code = example.code.split('\n').map((line, index) => withAssertion(line, index, inWorkflow));
  const expected = code.flatMap((line, index) =>
    line.startsWith('__seen.push(') || line.includes(' __seen.push(') ? [index] : [],
  );
  const head = [
    "import { expect as __expect } from 'vitest';",
    ...importsFor(example, doors),
    'const __seen: [number, unknown, unknown][] = [];',
  ];
  const tail = [
    `__expect([...new Set(__seen.map(([line]) => line))], 'lines of the example that were reached').toEqual([${expected.join(', ')}]);`,
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

/** `expression; // => value` is an assertion. They are compared at the end, outside of the workflow. */
function withAssertion(line: string, index: number, inWorkflow: boolean): string {
  const assertion = /^(\s*)(.+?);? *\/\/ => (.+)$/.exec(line);
  if (!assertion) return line;
  const [, indent = '', expression = '', value = ''] = assertion;
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
