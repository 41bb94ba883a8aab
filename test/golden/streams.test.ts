import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { JournalEntry } from '../../lib/journal/event.ts';
import { toStreamItem } from '../../lib/dynamodb/stream-items.ts';
import type { StoredStreamEntry } from '../../lib/ports/stream-values.ts';
import { replayGolden } from './replay-golden.ts';
import { author, playAuthor, RUN_ID } from './streams-v1.ts';

// Once in somebody's table, always followed: this file is never edited.
const golden = JSON.parse(readFileSync(new URL('streams-v1.json', import.meta.url), 'utf8')) as {
  readonly links: readonly (readonly JournalEntry[])[];
  readonly tokens: readonly StoredStreamEntry[];
  readonly numbers: readonly StoredStreamEntry[];
  readonly item: object;
};

it('a golden journal has each entry of streams, and how much was in them', () => {
  const [first = [], second = []] = golden.links;
  expect(first.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['write', 'stream-written', 'retried']));
  expect(first.find(({ kind }) => kind === 'retried')).toMatchObject({ streams: { tokens: { entries: 3 } } });
  expect(second[0]).toMatchObject({ kind: 'started', streams: { tokens: { entries: 4 }, 'numbers/of it': { entries: 3 } } });
});

it('a journal with streams is followed today', async () => {
  const entries = golden.links[0]!.filter(({ kind }) => kind !== 'continued');
  expect(await replayGolden([author], { runId: RUN_ID, workflow: 'author', input: 1, entries })).toMatchObject({
    kind: 'replayed',
  });
});

it('what is written today is the same', async () => {
  const { links, ...streams } = await playAuthor();
  const shape = (entries: readonly JournalEntry[]) =>
    entries.map((entry) => ({ ...entry, ...('seed' in entry ? { seed: '' } : {}), atMs: 0 }));
  expect(JSON.parse(JSON.stringify(links.map(shape)))).toEqual(golden.links.map(shape));
  expect(streams).toEqual({ tokens: golden.tokens, numbers: golden.numbers });
});

it('an item of a stream is what it was', () => {
  const values = { name: 'numbers/of it#1', from: 7, values: golden.numbers.map(({ value }) => value) };
  expect(toStreamItem(RUN_ID, values, 'n-1')).toEqual(golden.item);
});
