import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readMarkdownSnippets } from './markdown-snippets.ts';

const snippets = readMarkdownSnippets(join(import.meta.dirname, '../..')).filter(
  // The README's imports a file that it names in its text; test/docs runs that one.
  ({ file, code }) => file !== 'README.md' && code.includes("from 'vitest'"),
);

test('there are documents that show tests', () => {
  expect(new Set(snippets.map(({ file }) => file))).toEqual(
    new Set([
      'docs/encryption.md',
      'docs/entities.md',
      'docs/frames.md',
      'docs/getting-started.md',
      'docs/streams.md',
      'docs/testing.md',
      'skills/lull/SKILL.md',
    ]),
  );
});

for (const { file, line } of snippets) {
  describe(`the tests in ${file}:${line}`, async () => {
    await import(/* @vite-ignore */ `virtual:snippet:${file}:${line}`);
  });
}
