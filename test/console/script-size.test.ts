import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { build } from 'vite';

const LIMIT_BYTES = 60_000;
/** With the views that are asked for when they are shown. */
const LIMIT_OF_ALL_BYTES = 70_000;

test('the page has at most 60 KB of script on its first load, gzipped, none of it inline, and asks no other host', async () => {
  const outDir = mkdtempSync(join(tmpdir(), 'lull-console-'));
  onTestFinished(() => rmSync(outDir, { recursive: true }));
  const root = join(import.meta.dirname, '../../console');
  await build({ root, configFile: join(root, 'vite.config.ts'), logLevel: 'silent', build: { outDir } });
  const page = readFileSync(join(outDir, 'index.html'), 'utf8');
  const scripts = readdirSync(join(outDir, 'assets')).filter((name) => name.endsWith('.js'));
  const sizeOf = (names: Iterable<string>): number =>
    [...names].reduce((sum, name) => sum + gzipSync(readFileSync(join(outDir, 'assets', name))).length, 0);
  const first = new Set([...page.matchAll(/src="\.\/assets\/([^"]+\.js)"/g)].map(([, name = '']) => name));
  for (const name of first) {
    const script = readFileSync(join(outDir, 'assets', name), 'utf8');
    for (const [, imported = ''] of script.matchAll(/(?:from|import)\s*"\.\/([^"]+)"/g)) first.add(imported);
  }
  expect(first.size).toBeGreaterThan(1);
  expect(sizeOf(first)).toBeLessThan(LIMIT_BYTES);
  expect(sizeOf(scripts)).toBeLessThan(LIMIT_OF_ALL_BYTES);
  expect(page).not.toMatch(/<script(?![^>]*\ssrc=)/);
  expect(page).not.toMatch(/https?:/);
});
