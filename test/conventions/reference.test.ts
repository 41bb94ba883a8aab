import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readDoors } from './public-names.ts';
import { readDeclaration } from './reference/declaration.ts';
import { referencePages } from './reference/reference.ts';

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'lull-reference-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

let files = 0;

function declare(text: string, name: string): ReturnType<typeof readDeclaration> {
  const file = join(folder, `${(files += 1)}.ts`);
  writeFileSync(file, text);
  return readDeclaration(file, name);
}

test('a function is shown without its body, with all its overloads and without its implementation', () => {
  const text = [
    '/** Adds. */',
    'export function add(a: number): number;',
    'export function add(a: string): string;',
    'export function add(a: never): never { return a; }',
  ];
  expect(declare(text.join('\n'), 'add')).toEqual({
    text: 'Adds.',
    signature: 'function add(a: number): number;\nfunction add(a: string): string;',
  });
});

test('a class is shown with the docstrings of its members, and without those that are private', () => {
  const text = `
    /** Counts. */
    export class Counter {
      #count = 0;
      private readonly step: number = 1;
      /** Adds one. */
      add(): number { return (this.#count += this.step); }
      protected reset(): void {}
      /** For the engine. */
      [Symbol.dispose](): void {}
    }`;
  expect(declare(text, 'Counter')?.signature).toBe('class Counter {\n  /** Adds one. */\n  add(): number;\n}');
});

test('an example follows the docstring as a block', () => {
  const text =
    '/**\n * One.\n *\n * @example\n * ```ts no-run\n * one();\n * ```\n */\nexport const one = (): number => 1;';
  expect(declare(text, 'one')).toEqual({ text: 'One.\n\n```ts\none();\n```', signature: 'const one: () => number;' });
});

test('the reference has a page for each entry, with a heading for each public name to which its contents link', () => {
  const pages = referencePages(root);
  const doors = readDoors(root);
  expect([...pages.keys()].sort()).toEqual(
    ['README.md', ...doors.map(({ specifier }) => `${specifier.replaceAll('/', '-')}.md`)].sort(),
  );
  for (const { specifier, names } of doors) {
    const page = pages.get(`${specifier.replaceAll('/', '-')}.md`)!;
    const headings = Array.from(page.matchAll(/^### (.+)$/gm), ([, heading]) => heading);
    expect(headings).toEqual(expect.arrayContaining(names.map(({ name }) => name)));
    const links = Array.from(page.matchAll(/\]\(#([\w-]+)\)/g), ([, anchor]) => anchor);
    expect(links.length).toBe(headings.length);
    expect(new Set(links).size).toBe(links.length);
  }
});
