/** docs/protocol.md defines what comments and tests cite: invariants by number, as in I3, and operations, as in `operation 14`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { attribute } from '../../lib/dynamodb/schema.ts';
import type { JournalEntry } from '../../lib/journal/event.ts';
import { LAWS } from '../../lib/journal/laws.ts';
import { listFiles } from './list-files.ts';

const root = join(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const protocol = read('docs/protocol.md');

/** Test data that happens to look like a citation is not searched. */
const NOT_PROSE = /^test\/(golden|fuzz|asyncio|codec|conventions\/fixtures)\//;
const sources = ['lib', 'functions', 'infra', 'test'].flatMap((folder) =>
  listFiles(root, folder, /\.(ts|md|pml)$/).filter((file) => !NOT_PROSE.test(file)),
);
const documents = ['README.md', 'CONTRIBUTING.md', ...listFiles(root, 'docs', /\.md$/)];

/** What is cited, with the first file that does. */
function citations(files: readonly string[], pattern: RegExp): Map<string, string> {
  const found = new Map<string, string>();
  for (const file of files) {
    for (const [, number] of read(file).matchAll(pattern)) if (!found.has(number!)) found.set(number!, file);
  }
  return found;
}

function headings(pattern: RegExp): Set<string> {
  return new Set(Array.from(protocol.matchAll(pattern), ([, number]) => number!));
}

const INVARIANT = /\bI(\d{1,2})\b/g;
const OPERATION = /\boperation (\d+)\b/gi;
const invariants = headings(/^### I(\d+)$/gm);
const operations = headings(/^### Operation (\d+): /gm);
const besideItself = documents.filter((file) => file !== 'docs/protocol.md');

test('the invariants are I1 to I10, the operations 1 to 43', () => {
  expect([...invariants]).toEqual(Array.from({ length: 10 }, (_, index) => String(index + 1)));
  expect([...operations]).toEqual(Array.from({ length: 43 }, (_, index) => String(index + 1)));
});

test.each([
  ['invariant', INVARIANT, invariants],
  ['operation', OPERATION, operations],
])('each %s that is cited is defined in docs/protocol.md', (_, pattern, defined) => {
  const unknown = [...citations([...sources, ...documents], pattern)].filter(([number]) => !defined.has(number));
  expect(unknown).toEqual([]);
});

test.each([
  ['invariant', INVARIANT, invariants],
  ['operation', OPERATION, operations],
])('each %s that docs/protocol.md defines is cited by code or by a test', (_, pattern, defined) => {
  const cited = citations(
    sources.filter((file) => file !== 'test/docs/protocol.test.ts'),
    pattern,
  );
  expect([...defined].filter((number) => !cited.has(number))).toEqual([]);
});

test('operations are cited in one form, so that a search for `operation 14` finds them all', () => {
  const otherForms = citations(sources.concat(besideItself), /(\boperations \d+\b|\/\*\* \d+(?:, \d+)*\. )/gi);
  otherForms.delete('operations 1'); // of this page as a whole: `the operations 1 to 25`
  otherForms.delete('operations 1'); // of this page as a whole: `the operations 1 to 20`
  expect([...otherForms]).toEqual([]);
});

test('the table of operations has a row for each section, of the same name', () => {
  const rows = Array.from(protocol.matchAll(/^\| (\d+) +\| (.+?) +\|/gm), ([, number, name]) => `${number}: ${name}`);
  const sections = Array.from(protocol.matchAll(/^### Operation (.+)$/gm), ([, title]) => title);
  expect(rows).toEqual(sections);
});

test('each attribute of the run item is in docs/protocol.md', () => {
  const ofOtherItems = [
    'nonce',
    'entries',
    'message',
    'value',
    'values',
    'count',
    'messageDigest',
    'messageHead',
    'messageIds',
    'received',
    'claim',
    'answer',
    'claimedBy',
    'listVersion',
    'workflows',
    ...['poolVersion', 'pool', 'joinCount', 'turns', 'waiter'],
  ];
  const names = Object.values(attribute).filter((name) => !ofOtherItems.includes(name));
  const table = protocol.slice(protocol.indexOf('## The run item'), protocol.indexOf('## The journal'));
  expect(names.filter((name) => !table.includes(`\`${name}\``))).toEqual([]);
});

/** A kind that is missing here is an error of the compiler. */
const KINDS: Readonly<Record<JournalEntry['kind'], 'command' | 'patch' | 'write' | 'event'>> = {
  step: 'command',
  sleep: 'command',
  receive: 'command',
  callback: 'command',
  patched: 'patch',
  write: 'write',
  started: 'event',
  'step-completed': 'event',
  'step-failed': 'event',
  'step-retrying': 'event',
  'step-heartbeat': 'event',
  'step-interrupted': 'event',
  'stream-written': 'event',
  'sleep-completed': 'event',
  'signal-received': 'event',
  'update-received': 'event',
  'run-ended': 'event',
  'callback-completed': 'event',
  'callback-failed': 'event',
  'callback-heartbeat': 'event',
  'cancel-requested': 'event',
  'terminate-requested': 'event',
  'limit-reached': 'event',
  'deadline-passed': 'event',
  'code-stopped': 'event',
  continued: 'event',
  retried: 'event',
  forked: 'event',
  'taken-over': 'event',
  'taken-alone': 'event',
  'steps-begun': 'event',
};

test('each kind of entry is in docs/protocol.md, as what it is', () => {
  const rows = Array.from(
    protocol.matchAll(/^\| `([a-z-]+)` +\| (command|patch|write|event) +\|/gm),
    ([, kind, what]) => [kind, what],
  );
  expect(Object.fromEntries(rows)).toEqual(KINDS);
});

test('docs/protocol.md has the laws of a journal, word for word and in order', () => {
  const section = protocol.slice(protocol.indexOf('### The laws of a journal'));
  const sentences = Array.from(section.matchAll(/^\d+\. (.+)$/gm), ([, sentence]) => sentence);
  expect(sentences).toEqual(LAWS.map(({ sentence }) => sentence));
});

test('the index of the documents links to each of them, and the README links to the index', () => {
  const index = read('docs/README.md');
  const missing = listFiles(root, 'docs', /\.md$/)
    .map((file) => file.slice('docs/'.length))
    .filter((file) => file !== 'README.md' && !index.includes(`](${file})`));
  expect(missing).toEqual([]);
  expect(read('README.md')).toContain('](docs/README.md)');
});
