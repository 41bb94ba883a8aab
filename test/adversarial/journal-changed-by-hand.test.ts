/** Suspicion: a journal that somebody has changed in the table throws in each turn, or is believed (I6, I8). */
import { signal, sleep, workflow } from 'lull';
import { expect, test } from 'vitest';
import type { JournalEntry } from '../../lib/journal/event.ts';
import { SmallCloud } from '../engine/small-cloud.ts';

const news = signal<number>('news');
const reader = workflow('reader', function* () {
  yield* sleep('1h');
  return [yield* news.receive(), yield* news.receive()];
});

/** A run that is asleep and has news, and whose records were changed. */
async function changed(change: (entries: readonly JournalEntry[]) => readonly unknown[][]): Promise<SmallCloud> {
  const cloud = new SmallCloud([reader]);
  const run = await cloud.client.start(reader, undefined, { id: 'r1' });
  await run.signal(news, 1);
  await cloud.worker().turn('r1');
  const entries = await cloud.entries('r1');
  const other = new SmallCloud([reader]);
  await other.client.start(reader, undefined, { id: 'r1' });
  const nowMs = other.clock.nowMs();
  await other.table.take('r1', { lease: { owner: 'w', expiresAtMs: nowMs + 1 }, nowMs, dueByMs: nowMs });
  for (const [index, some] of change(entries).entries()) {
    if (some.length === 0) continue; // a record that is missing
    await other.table.putRecord('r1', { number: index + 1, epoch: 1, nonce: 'w', entries: some as JournalEntry[] });
  }
  await other.table.release('r1', { epoch: 1, wakesSeen: 0, status: 'suspended', dueAtMs: 0, inboxIds: [] });
  return other;
}

test.each<[string, (entries: readonly JournalEntry[]) => unknown[][], RegExp]>([
  ['lacks a record', ([first, ...rest]) => [[first], [], rest], /record 3 where 2 belongs/],
  ['lacks its first record', ([, ...rest]) => [[], rest], /record 2 where 1 belongs/],
  ['has something that is no entry', (entries) => [[...entries, null]], /record 1 has null where an entry belongs/],
  ['has an entry of no kind', (entries) => [[...entries, { kind: 'toString' }]], /an object of kind "toString"/],
  [
    'has a timer of no time',
    (entries) => [entries.map((entry) => (entry.kind === 'sleep' ? { ...entry, dueAtMs: 'soon' } : entry))],
    /an object of kind "sleep" and odd fields/,
  ],
  [
    'has a message twice',
    (entries) => [entries.flatMap<unknown>((entry) => (entry.kind === 'signal-received' ? [entry, entry] : [entry]))],
    /the message ".+" is in it twice/,
  ],
])('a run whose journal %s is blocked, and can be terminated', async (_, change, reason) => {
  const cloud = await changed(change);
  const end = await cloud.worker().turn('r1');
  expect(end).toMatchObject({ kind: 'blocked', error: { code: 'JOURNAL_DAMAGED' } });
  expect((await cloud.run('r1')).blocked?.reason).toMatch(reason);

  await cloud.client.run('r1').signal('other', 1);
  await cloud.client.run('r1').signal('other', 2);
  await cloud.client.run('r1').terminate('damaged');
  expect(await cloud.worker().turn('r1')).toEqual({ kind: 'ended', status: 'terminated' });
});

test('a run whose journal lacks a record can be taken over from a dead worker', async () => {
  const cloud = await changed(([first, ...rest]) => [[first], [], rest]);
  const nowMs = cloud.clock.nowMs();
  await cloud.table.take('r1', { lease: { owner: 'x', expiresAtMs: nowMs + 1 }, nowMs, dueByMs: nowMs });
  cloud.pass(60_000);
  expect(await cloud.worker().turn('r1')).toMatchObject({ kind: 'blocked', error: { code: 'JOURNAL_DAMAGED' } });
});

test('what can be read of a journal that was changed stands in the history', async () => {
  const cloud = await changed(([first, ...rest]) => [[first, null, { kind: 'snapshot' }], [], [...rest, 7]]);
  const kinds: string[] = [];
  for await (const { kind } of cloud.client.run('r1').history()) kinds.push(kind);
  expect(kinds).toEqual(['started', 'sleep', 'signal-received']);
});
