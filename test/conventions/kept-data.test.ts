/** Data that a machine has written and the repository keeps (corpora, golden files, traces) names no file of that machine. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import journal from '../fuzz/targets/journal.ts';

const TEST_FOLDER = join(import.meta.dirname, '..');

/** A stack's line, or a path within a home, a temporary or an installed folder. */
const MACHINE_PATH =
  /(?:file:\/\/\/(?!lull|app)|\/(?:home|root|Users|tmp|private|var|opt|usr|workspace)\/|\/node_modules\/)/;

const files = readdirSync(TEST_FOLDER, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'));

it('the data that tests keep are found', () => {
  expect(files).toEqual(expect.arrayContaining([join('fuzz', 'corpus', 'journal.json')]));
});

it.each(files)('%s names no file of the machine that wrote it', (name) => {
  const lines = readFileSync(join(TEST_FOLDER, name), 'utf8').replaceAll('/lull/node_modules/', '/lull/').split('\n');
  expect(lines.filter((line) => MACHINE_PATH.test(line)).map((line) => MACHINE_PATH.exec(line)?.[0])).toEqual([]);
});

it('what the fuzzer begins with names no file of the machine either', () => {
  const seeds = journal.seeds.join('\n');
  expect(seeds).toContain('"stack"');
  expect(seeds).not.toMatch(MACHINE_PATH);
});
