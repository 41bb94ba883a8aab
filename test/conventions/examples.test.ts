import { join } from 'node:path';
import { describe, test } from 'vitest';
import { readDocstringExamples } from './docstring-example.ts';

const { examples } = readDocstringExamples(join(import.meta.dirname, '../..'));

describe('each example in a docstring does what it says', () => {
  for (const { file, line, runs } of examples) {
    if (!runs) continue;
    test(`${file}:${line}`, async () => {
      await import(/* @vite-ignore */ `virtual:example:${file}:${line}`);
    });
  }
});
