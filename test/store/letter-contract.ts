/** What every store has to answer about letters: messages in the run item (operation 3, operation 9, operation 14). */
import { beforeAll, describe, expect, test } from 'vitest';
import { MOST_LETTERS } from '../../lib/ports/letters.ts';
import type { Store } from '../../lib/ports/store.ts';
import {
  createdRun,
  encoded,
  finishing,
  INBOX_LIMIT,
  releasing,
  signal,
  START_MS,
  takenRun,
  taking,
} from './samples.ts';

const one = signal('m1', 'one');
const two = signal('m2', { two: ['ü'] });

export function describeLetters(openStore: () => Promise<Store>): void {
  let store: Store;
  beforeAll(async () => {
    store = await openStore();
  });

  const accept = (runId: string, letter = one, limit = INBOX_LIMIT): ReturnType<Store['accept']> =>
    store.accept(runId, letter.id, limit, 'signal', letter);

  describe('a letter', () => {
    test('is accepted with its id, and is there for who has the run item', async () => {
      const run = await createdRun(store);
      expect(await accept(run.runId)).toEqual({ kind: 'accepted', leased: false });
      const item = await store.readRun(run.runId);
      expect(item).toEqual({ ...run, inboxIds: ['m1'], letters: [one], wakes: 1, dueAtMs: 0 });
      expect(await store.loadMessages(run.runId, ['m1'], item?.letters)).toEqual([one]);
      expect(await store.loadMessages(run.runId, ['m1'])).toEqual([]);
    });

    test('is among messages that have items, in the order that is asked for', async () => {
      const { runId } = await createdRun(store);
      await accept(runId);
      await store.putMessage(runId, two);
      await store.accept(runId, 'm2', INBOX_LIMIT);
      const { letters, inboxIds } = (await store.readRun(runId))!;
      expect(inboxIds).toEqual(['m1', 'm2']);
      expect(await store.loadMessages(runId, ['m2', 'none', 'm1'], letters)).toEqual([two, one]);
    });

    test('whose id is in the inbox already is not added', async () => {
      const { runId } = await createdRun(store);
      for (const _ of [1, 2]) expect(await accept(runId)).toMatchObject({ kind: 'accepted' });
      expect(await store.readRun(runId)).toMatchObject({ inboxIds: ['m1'], letters: [one], wakes: 1 });
      await store.accept(runId, 'm2', INBOX_LIMIT);
      expect(await accept(runId, two)).toMatchObject({ kind: 'accepted' });
      expect((await store.readRun(runId))?.letters).toEqual([one]);
    });

    test('for which there is no room is to be put first; that the inbox is full, or the run closed, is said before', async () => {
      const { runId } = await takenRun(store);
      for (let index = 0; index < MOST_LETTERS; index += 1) await accept(runId, signal(`first ${index}`));
      expect(await accept(runId)).toEqual({ kind: 'put-first' });
      expect(await store.readRun(runId)).toMatchObject({ wakes: MOST_LETTERS });
      expect(await accept(runId, one, MOST_LETTERS)).toMatchObject({ kind: 'full' });
      expect(await store.accept(runId, 'm1', INBOX_LIMIT)).toMatchObject({ kind: 'accepted' });
      await store.finish(runId, finishing({ wakesSeen: MOST_LETTERS + 1 }));
      expect(await accept(runId, two)).toMatchObject({ kind: 'closed' });
      expect(await store.readRun(runId)).not.toHaveProperty('letters');
    });

    test('is shown by a take, a renewal and a refused release', async () => {
      const { runId } = await createdRun(store);
      await accept(runId);
      expect(await store.take(runId, taking('worker'))).toMatchObject({ before: { letters: [one] } });
      const renewal = { epoch: 1, expiresAtMs: START_MS + 60_000 };
      expect(await store.renew(runId, renewal)).toMatchObject({ run: { letters: [one] } });
      await accept(runId, two);
      const refused = { kind: 'accepted-since', run: { letters: [one, two] } };
      expect(await store.release(runId, releasing({ wakesSeen: 1, lettersSeen: ['m1'] }))).toMatchObject(refused);
    });

    test('leaves with its id, by a release', async () => {
      const { runId } = await takenRun(store);
      for (const letter of [one, two]) await accept(runId, letter);
      await store.release(runId, releasing({ wakesSeen: 2, lettersSeen: ['m1', 'm2'] }));
      expect(await store.readRun(runId)).not.toHaveProperty('letters');
      expect(await accept(runId, signal('m3'))).toMatchObject({ kind: 'accepted' });
    });

    test.each([
      [['m1'], [one]],
      [['m2'], [two]],
      [
        ['m1', 'm2'],
        [one, two],
      ],
    ])('stays with its id: %j', async (inboxIds, letters) => {
      const { runId } = await takenRun(store);
      for (const letter of [one, two]) await accept(runId, letter);
      const rest = { status: 'blocked', blocked: { reason: 'r', sinceMs: 1 } } as const;
      await store.release(runId, releasing({ wakesSeen: 2, lettersSeen: ['m1', 'm2'], inboxIds, ...rest }));
      expect(await store.readRun(runId)).toMatchObject({ inboxIds, letters });
    });

    test('moves along to the next link with its id', async () => {
      const { runId } = await takenRun(store);
      for (const letter of [one, two]) await accept(runId, letter);
      await store.continueRun(runId, {
        ...{ epoch: 1, wakesSeen: 2, link: 2, deadlineAtMs: undefined, input: { kind: 'inline', value: encoded(1) } },
        ...{ inboxIds: ['m2'], lettersSeen: ['m1', 'm2'] },
      });
      expect(await store.readRun(runId)).toMatchObject({ link: 2, inboxIds: ['m2'], letters: [two] });
    });
  });
}

/** Of a store that has no room for letters, because it encrypts them. */
export function describeNoLetters(openStore: () => Promise<Store>): void {
  test('a letter is to be put first', async () => {
    const store = await openStore();
    const { runId } = await createdRun(store);
    expect(await store.accept(runId, 'm1', INBOX_LIMIT, 'signal', one)).toEqual({ kind: 'put-first' });
    expect(await store.readRun(runId)).toMatchObject({ inboxIds: [], wakes: 0 });
  });
}
