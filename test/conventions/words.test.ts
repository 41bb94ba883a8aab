import { describe, expect, test } from 'vitest';
import { findForbiddenWords, findIn } from './find-words.ts';
import { join } from 'node:path';

const FILE = 'lib/engine/turn.ts';

describe('the words of the glossary', () => {
  test('are used by every room that is held to them', { timeout: 120_000 }, () => {
    expect(findForbiddenWords(join(import.meta.dirname, '../..'))).toEqual([]);
  });

  test.each([
    ['a name', 'export const runMail = [];', 'say inbox'],
    ['a private name', 'class A { #doorbell = 1; }', 'say auto-reset event'],
    ['a verb at the beginning of a name', 'export function tellEnded() {}', 'say emit'],
    ['a comment', '/** Nobody waits for it. */\nexport const a = 1;', 'say no worker'],
    ['a comment of two lines', '/**\n * The caller is\n * told at once.\n */\nexport const a = 1;', 'say is sent'],
    ['a line comment', 'f(); // kept for ever', 'say forever'],
    ['a message', "throw new Error('somebody deleted it');", 'say a worker'],
    ['a message with values', 'throw new Error(`run "${id}" is held`);', 'say blocked'],
    ['a pronoun that begins a sentence', '/** Renews. Who does not, loses it. */', 'say the worker'],
  ])('are missed in %s', (_, source, problem) => {
    expect(findIn(FILE, source).join()).toContain(problem);
  });

  test.each([
    ['a verb elsewhere in a name', 'export const storyteller = 1;'],
    [
      'the code of an example',
      '/**\n * Sends.\n *\n * ```ts\n * mail.news = nobody; // for ever\n * ```\n */\nexport const a = 1;',
    ],
    ['a text that is no sentence', "export const kind = 'nobody';"],
    ['a question', '/** Who holds the lease? */\nexport const a = 1;'],
  ])('are not looked for in %s', (_, source) => {
    expect(findIn(FILE, source)).toEqual([]);
  });

  test('are looked for in the prose of a document, not in its code', () => {
    expect(findIn('docs/a.md', 'It is kept for ever.\n\n```ts\n// for ever\n```\n')).toHaveLength(1);
  });

  test('an exception is for one file', () => {
    const source = "export const attribute = { mail: 'mail' };";
    expect(findIn('lib/dynamodb/schema.ts', source)).toEqual([]);
    expect(findIn(FILE, source)).toHaveLength(1);
  });
});
