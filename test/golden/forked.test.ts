import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { JournalEntry } from '../../lib/journal/event.ts';
import { forked, playForked, RUN_IDS } from './forked-v1.ts';
import { replayGolden } from './replay-golden.ts';

// Once in somebody's table, always followed: this file is never edited.
const golden = JSON.parse(readFileSync(new URL('forked-v1.json', import.meta.url), 'utf8')) as readonly {
  readonly entries: readonly JournalEntry[];
  readonly result: unknown;
}[];

it('golden journals have the forks that they come from, and where what was taken over ends', () => {
  const forks = golden.map(({ entries: [started] }) => (started?.kind === 'started' ? started.forks?.length : 0));
  expect(forks).toEqual([1, 2]);
  const [first] = golden[0]?.entries.filter(({ kind }) => kind === 'forked') ?? [];
  expect(first).toMatchObject({ runId: 'origin', link: 2, before: 'pack#3' });
});

it.each([0, 1])('a journal of a fork is followed today, to the same result: %i', async (index) => {
  const { entries = [], result } = golden[index] ?? {};
  const run = { runId: RUN_IDS[index] ?? '', workflow: 'forked', input: 2, entries };
  expect(await replayGolden([forked], run)).toMatchObject({
    outcome: { kind: 'completed', value: result },
    unrecorded: [],
  });
});

it('journals of forks are written today as they were', async () => {
  expect(JSON.parse(JSON.stringify(await playForked()))).toEqual(golden);
});
