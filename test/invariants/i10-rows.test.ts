// I10: each row of docs/limits.md has its proof, and each proof its row.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const text = readFileSync(join(import.meta.dirname, '../../docs/limits.md'), 'utf8');
const rows = Array.from(text.matchAll(/^\| `(\w+)` +\| [\d,]+ +\|/gm), ([, name]) => name!);
const proofs = readdirSync(import.meta.dirname)
  .filter((name) => /^i10-.+\.test\.ts$/.test(name))
  .flatMap((name) => Array.from(source(name).matchAll(/^limit\('(\w+)'/gm), ([, row]) => row!));

function source(name: string): string {
  return readFileSync(join(import.meta.dirname, name), 'utf8');
}

test('each row of docs/limits.md has a test at the limit, right below and right above', () => {
  expect(rows.length).toBeGreaterThan(40);
  expect(rows.filter((row) => !proofs.includes(row))).toEqual([]);
});

test('each limit that is tested has a row of docs/limits.md', () => {
  expect(proofs.filter((row) => !rows.includes(row))).toEqual([]);
});

test('no row and no proof stands there twice', () => {
  expect(new Set(rows).size).toBe(rows.length);
  expect(new Set(proofs).size).toBe(proofs.length);
});
