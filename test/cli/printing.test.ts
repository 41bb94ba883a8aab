import { describe, expect, it } from 'vitest';
import { printable } from '../../lib/cli/text/printable.ts';
import { table } from '../../lib/cli/text/table.ts';
import { absolute, relative, took } from '../../lib/cli/text/times.ts';
import { cut, widthOf, wrap } from '../../lib/cli/text/width.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe('times', () => {
  it.each<[number, string]>([
    [0, 'now'],
    [-400, 'now'],
    [-5_000, '5 s ago'],
    [99_000, 'in 99 s'],
    [-5 * MINUTE, '5 min ago'],
    [3 * HOUR, 'in 3 h'],
    [-47 * HOUR, '47 h ago'],
    [7 * DAY, 'in 7 days'],
  ])('%i ms from now is %j', (ms, text) => expect(relative(1e12 + ms, 1e12)).toBe(text));

  it.each<[number, string]>([
    [-1, '0 ms'],
    [40, '40 ms'],
    [1_940, '1.9 s'],
    [59_000, '59 s'],
    [125_000, '2 min 5 s'],
    [HOUR, '1 h'],
    [25 * HOUR, '1 day 1 h'],
    [3 * DAY, '3 days'],
  ])('%i ms took %j', (ms, text) => expect(took(ms)).toBe(text));

  it('a time of another day has its day', () => {
    const noon = new Date(2026, 10, 22, 12, 0, 5).getTime();
    expect(absolute(noon, noon + MINUTE)).toBe('12:00:05');
    expect(absolute(noon, noon + DAY)).toBe('2026-11-22 12:00:05');
  });
});

describe('width', () => {
  it('counts two columns for wide characters, and none for those that combine', () => {
    expect([widthOf('abc'), widthOf('日本'), widthOf('e\u0301'), widthOf('👍')]).toEqual([3, 4, 1, 2]);
  });

  it('what is cut ends with a sign of it, within the columns', () => {
    expect([cut('abcdef', 6), cut('abcdef', 4), cut('日本語', 4), cut('abc', 0)]).toEqual([
      'abcdef',
      'abc…',
      '日…',
      '',
    ]);
  });

  it('wraps at spaces, and a word that is too long anywhere', () => {
    expect(wrap('one two three', 8)).toEqual(['one two', 'three']);
    expect(wrap('abcdefghij', 4)).toEqual(['abcd', 'efgh', 'ij']);
    expect(wrap('one two three', 9, '  ')).toEqual(['one two', '  three']);
    expect(wrap('日本語', 4)).toEqual(['日本', '語']);
    expect(wrap('one two', Infinity)).toEqual(['one two']);
  });
});

it('what comes from outside cannot color the terminal, move its cursor, or turn its text around', () => {
  expect(printable('a\u001b[31mb\rc\u202ed')).toBe('a\\u001b[31mb\\u000dc\\u202ed');
  expect(printable('two\nlines\tand a tab')).toBe('two\nlines\tand a tab');
});

describe('a table', () => {
  const rows = [
    { id: 'run-1', name: 'a long name of a workflow', note: 'waits' },
    { id: 'run-22', name: 'short', note: '' },
  ];
  const columns = [
    { title: 'NAME', text: (row: (typeof rows)[0]) => row.name, atLeast: 6 },
    { title: 'ID', text: (row: (typeof rows)[0]) => row.id },
    { title: 'NOTE', text: (row: (typeof rows)[0]) => row.note, leaveOut: 1 },
  ];
  const plain = (width: number): string[] =>
    table(columns, rows, width).map((line) =>
      typeof line === 'string' ? line : line.map((part) => (typeof part === 'string' ? part : part[1])).join(''),
    );

  it('has no spaces behind its lines', () => {
    expect(plain(Infinity)).toEqual([
      'NAME                       ID      NOTE',
      'a long name of a workflow  run-1   waits',
      'short                      run-22',
    ]);
  });

  it('cuts what may be cut, then leaves out what may be left out; an id stays as it is', () => {
    expect(plain(24)).toEqual(['NAME       ID      NOTE', 'a long n…  run-1   waits', 'short      run-22']);
    expect(plain(15)).toEqual(['NAME     ID', 'a long…  run-1', 'short    run-22']);
  });

  it('writes rows in lines of their own where the columns do not fit', () => {
    expect(plain(10)).toEqual(['a long …', '  run-1', '  waits', 'short', '  run-22']);
  });
});
