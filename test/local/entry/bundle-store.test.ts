import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { OutputFile } from 'esbuild';
import { expect, it } from 'vitest';
import { BundleStore, type CodeBundle } from '../../../lib/local/entry/bundle-store.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const output = (text: string): OutputFile[] =>
  ['index.mjs.map', 'index.mjs'].map((path) => ({ path: `/out/${path}`, contents: Buffer.from(text), text, hash: '' }));

function openStore() {
  const folder = join(temporaryFolder(), 'build');
  const store = new BundleStore(folder);
  return { store, folder, put: (text: string): CodeBundle => store.put(output(text)) };
}

it('the same code has the same version, other code another one', () => {
  const { put } = openStore();
  const [a, again, b] = [put('a'), put('a'), put('b')];
  expect(again).toEqual(a);
  expect(b.version).not.toBe(a.version);
});

it('a bundle lies there with its source map', () => {
  const { put } = openStore();
  const { file } = put('a');
  expect([existsSync(file), existsSync(`${file}.map`)]).toEqual([true, true]);
});

it('bundles before one that is in use are deleted, later ones are kept', () => {
  const { store, folder, put } = openStore();
  const [, b, c] = [put('a'), put('b'), put('c')];
  store.dropBefore(b);
  expect(readdirSync(folder).sort()).toEqual([b.version, c.version].sort());
});

it('code that comes back counts as new', () => {
  const { store, folder, put } = openStore();
  const [a, b] = [put('a'), put('b')];
  store.dropBefore(b);
  const again = put('a');
  expect(again).toEqual(a);
  store.dropBefore(again);
  expect(readdirSync(folder)).toEqual([a.version]);
});

it('what lies there of an earlier time is thrown away', () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'build/old'), { recursive: true });
  new BundleStore(join(folder, 'build'));
  expect(existsSync(join(folder, 'build'))).toBe(false);
});
