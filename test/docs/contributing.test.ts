/** CONTRIBUTING.md sends people to files: each of them exists. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const text = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8');

test('each file and folder that CONTRIBUTING.md names exists', () => {
  const paths = Array.from(text.matchAll(/`((?:lib|test|infra|functions|docs|bench)\/[^`\s]*)`/g), ([, path]) => path!);
  expect(paths.length).toBeGreaterThan(30);
  const withoutPatterns = paths.filter((path) => !path.includes('*'));
  expect(withoutPatterns.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

test('each folder of test/ is in the table of CONTRIBUTING.md that says what it tests', () => {
  const folders = readdirSync(join(root, 'test'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const table = text.slice(text.indexOf('### Where the tests are'), text.indexOf('### To change X'));
  expect(folders.map(({ name }) => name).filter((name) => !table.includes(`\`test/${name}\``))).toEqual([]);
});
