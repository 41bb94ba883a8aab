/** The head of each file of lib/engine names the tests that hold it: they exist, and their imports lead to the file. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { listFiles } from './list-files.ts';

const root = join(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

/** The tests that the head comment of a file names; undefined if it names none. */
function testedBy(file: string): string[] | undefined {
  const [head] = read(file).split('*/');
  const [, names] = /Tested by: ([^]*)/.exec(head!) ?? [];
  return names?.match(/test\/[\w./-]+\.ts/g)?.map(String);
}

/** The files of the repository that a file imports. */
const imports = new Map<string, readonly string[]>();

function importsOf(file: string): readonly string[] {
  const known = imports.get(file);
  if (known !== undefined) return known;
  const found = Array.from(read(file).matchAll(/(?:from|import\(?) ?'([^']+)'/g), ([, specifier]) =>
    resolve(file, specifier!),
  ).flatMap((path) => (path !== undefined && existsSync(join(root, path)) ? [path] : []));
  imports.set(file, found);
  return found;
}

function resolve(from: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) {
    if (!specifier.endsWith('.ts')) return undefined;
    return relative(root, join(root, dirname(from), specifier)).replaceAll('\\', '/');
  }
  const [, entry] = /^lull(?:\/(\w+))?$/.exec(specifier) ?? [];
  return specifier.startsWith('lull') ? ['lib', entry, 'index.ts'].filter(Boolean).join('/') : undefined;
}

function isReachable(file: string, from: string): boolean {
  const seen = new Set<string>();
  const open = [from];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next === file) return true;
    if (seen.has(next)) continue;
    seen.add(next);
    open.push(...importsOf(next));
  }
  return false;
}

describe.each(listFiles(root, 'lib/engine', /\.ts$/))('%s', (file) => {
  test('says which tests hold it, and each of them imports it, or what imports it', () => {
    const tests = testedBy(file) ?? [];
    expect(tests).not.toEqual([]);
    for (const name of tests) {
      expect(existsSync(join(root, name)), name).toBe(true);
      expect(isReachable(file, name), `the imports of ${name} lead to ${file}`).toBe(true);
    }
  });
});
