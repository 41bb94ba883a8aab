// I10: each row of docs/limits.md has its proof, and each proof its row.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const text = readFileSync(join(import.meta.dirname, '../../docs/limits.md'), 'utf8');
const rows = Array.from(text.matchAll(/^\| `(\w+)` +\| [\d,]+ +\|/gm), ([, name]) => name!);
const proofs = readdirSync(import.meta.dirname)
  .filter((name) => /^i10-.+\.test\.ts$/.test(name))
  .flatMap((name) => Array.from(source(name).matchAll(/^ *limit\('(\w+)'/gm), ([, row]) => row!));

function source(name: string): string {
  return readFileSync(join(import.meta.dirname, name), 'utf8');
}

/** Proven where the rest of their kind is. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  snapshotRecords: 'test/frames/runs/snapshots.test.ts',
  maxSnapshotPercent: 'test/frames/runs/snapshots.test.ts',
  snapshotsPerAudit: 'test/frames/runs/audit.test.ts',
  UPDATES_LIMIT: 'test/entity/calls.test.ts',
  MOST_CALLS: 'test/entity/links.test.ts',
  POOL_PLACES_LIMIT: 'test/api/pool.test.ts',
};

/** Bounds of work done at once, which no test reaches yet. */
const UNPROVEN = ['MOST_CHARACTERS', 'IN_LINE_AT_ONCE', 'LINE_LOOK', 'KEYS_LIMIT'];

test('what is proven elsewhere, or not yet, has a row and no proof here', () => {
  for (const file of Object.values(ELSEWHERE)) expect(existsSync(join(import.meta.dirname, '../..', file))).toBe(true);
  const named = [...Object.keys(ELSEWHERE), ...UNPROVEN];
  expect(named.filter((row) => !rows.includes(row) || proofs.includes(row))).toEqual([]);
});

test('each other row of docs/limits.md has a test at the limit, right below and right above', () => {
  expect(rows.length).toBeGreaterThan(40);
  const proven = [...proofs, ...Object.keys(ELSEWHERE), ...UNPROVEN];
  expect(rows.filter((row) => !proven.includes(row))).toEqual([]);
});

test('each limit that is tested has a row of docs/limits.md', () => {
  expect(proofs.filter((row) => !rows.includes(row))).toEqual([]);
});

test('no row and no proof stands there twice', () => {
  expect(new Set(rows).size).toBe(rows.length);
  expect(new Set(proofs).size).toBe(proofs.length);
});
