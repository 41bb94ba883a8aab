import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { build } from 'vite';

const LIMIT_BYTES = 60_000;

test('the page has at most 60 KB of script, gzipped, none of it inline, and asks no other host', async () => {
  const outDir = mkdtempSync(join(tmpdir(), 'lull-console-'));
  onTestFinished(() => rmSync(outDir, { recursive: true }));
  const root = join(import.meta.dirname, '../../console');
  await build({ root, configFile: join(root, 'vite.config.ts'), logLevel: 'silent', build: { outDir } });
  const assets = readdirSync(join(outDir, 'assets'));
  const scripts = assets
    .filter((name) => name.endsWith('.js'))
    .map((name) => readFileSync(join(outDir, 'assets', name)));
  const bytes = scripts.reduce((sum, script) => sum + gzipSync(script).length, 0);
  expect(scripts.length).toBeGreaterThan(0);
  expect(bytes).toBeLessThan(LIMIT_BYTES);
  const page = readFileSync(join(outDir, 'index.html'), 'utf8');
  expect(page).not.toMatch(/<script(?![^>]*\ssrc=)/);
  expect(page).not.toMatch(/https?:/);
});
