import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { JournalEntry } from '../../lib/journal/event.ts';
import { replayGolden } from './replay-golden.ts';
import { playRetried, RUN_ID, workflows } from './retried-v1.ts';

// Once in somebody's table, always followed: this file is never edited.
const golden = JSON.parse(readFileSync(new URL('retried-v1.json', import.meta.url), 'utf8')) as {
  readonly entries: readonly JournalEntry[];
  readonly result: unknown;
};

it('a golden journal has a retry with all of its fields', () => {
  const [entry] = golden.entries.filter(({ kind }) => kind === 'retried');
  expect(Object.keys(entry ?? {}).sort()).toEqual([
    ...['atMs', 'children', 'deadlineAtMs', 'keeps', 'kind', 'number', 'reason'],
  ]);
});

it('a journal of a run that was tried again is followed today, to the same result', async () => {
  expect(await replayGolden(workflows, { runId: RUN_ID, workflow: 'retried', entries: golden.entries })).toMatchObject({
    outcome: { kind: 'completed', value: golden.result },
    unrecorded: [],
  });
});

it('a journal of a run that is tried again is written today as it was', async () => {
  const withoutStacks = (key: string, node: unknown): unknown => (key === 'stack' ? undefined : node);
  expect(JSON.parse(JSON.stringify(await playRetried(), withoutStacks))).toEqual(golden);
});
