import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PROBLEMS } from '../../lib/http/problem.ts';
import { errorCodesIn } from './error-codes.ts';

const root = join(import.meta.dirname, '../..');
const inCode = new Set([...errorCodesIn(join(root, 'lib')), ...Object.keys(PROBLEMS)]);

/** The first cell of each row, with what its other cells say. */
const inDocs = new Map(
  Array.from(
    readFileSync(join(root, 'docs/errors.md'), 'utf8').matchAll(/^\| `([A-Z_0-9]+)` *\|(.*)\|$/gm),
    ([, code, rest]) => [code!, rest!.split('|').map((cell) => cell.trim())],
  ),
);

test('each error code of the library is in docs/errors.md', () => {
  expect([...inCode].filter((code) => !inDocs.has(code))).toEqual([]);
});

test('each error code of docs/errors.md is in the library', () => {
  expect([...inDocs.keys()].filter((code) => !inCode.has(code))).toEqual([]);
});

test('each of them has a cause and a cure', () => {
  for (const [code, [, cause, cure]] of inDocs) {
    expect(cause, code).not.toBe('');
    expect(cure, code).not.toBe('');
  }
});

test('the codes are found in the source wherever an error gets one', () => {
  expect(inCode.size).toBeGreaterThan(50);
  // One of each way to write it.
  for (const code of ['TIMEOUT', 'RUN_ID_TAKEN', 'EXCEPTION_GROUP', 'FORBIDDEN_GLOBAL', 'CORRUPT_DATA', 'INTERNAL']) {
    expect(inCode.has(code), code).toBe(true);
  }
});
