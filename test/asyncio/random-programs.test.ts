import { expect, it } from 'vitest';
import { expectRandomPrograms, programs, python } from './expect-random-programs.ts';

it('the programs were recorded with the version that the documents name', () => {
  expect(python).toMatch(/^3\.14\./);
  expect(programs.length).toBeGreaterThanOrEqual(300);
});

it('straight through, random programs log and end as they do in CPython', () => {
  expectRandomPrograms('straight');
});

it('rebuilt from the journal at every event, random programs log and end as they do in CPython', () => {
  expectRandomPrograms('rebuilt');
});
