import { describe, expect, test } from 'vitest';
import type { UpdateAnswer } from '../../lib/ports/message.ts';
import type { Store } from '../../lib/ports/store.ts';
import { createdRun, encoded, forgettableRun, PURGE_MS, signal, uniqueName, update } from './samples.ts';

const five: UpdateAnswer = { status: 'completed', value: { kind: 'inline', value: encoded(5) } };
const no: UpdateAnswer = { status: 'refused', value: { kind: 'item', key: 'answer-key-u' } };

/** The answers of updates, on the items of their messages. */
export function describeAnswers(openStore: () => Promise<Store>): void {
  let store: Store;
  let runId: string;
  const open = async (): Promise<void> => {
    store = await openStore();
    ({ runId } = await createdRun(store));
  };
  const sent = async (id = 'key-u'): Promise<string> => {
    expect(await store.putMessage(runId, update(id))).toEqual({ kind: 'put' });
    return id;
  };

  describe('an update', () => {
    test('is open until it has its answer', async () => {
      await open();
      const messageId = await sent();
      expect(await store.readAnswer(runId, messageId)).toEqual({ kind: 'open' });
      expect(await store.answerUpdate(runId, { messageId, epoch: 1, answer: five })).toEqual({ kind: 'answered' });
      expect(await store.readAnswer(runId, messageId)).toEqual({ kind: 'answered', answer: five });
    });

    test('has one answer: the first', async () => {
      await open();
      const messageId = await sent();
      await store.answerUpdate(runId, { messageId, epoch: 1, answer: no });
      expect(await store.answerUpdate(runId, { messageId, epoch: 2, answer: five })).toEqual({ kind: 'answered' });
      expect(await store.readAnswer(runId, messageId)).toEqual({ kind: 'answered', answer: no });
    });

    test('that is not there is not made by a claim, an answer or a look', async () => {
      await open();
      const ghost = 'key-ghost';
      expect(await store.claimUpdate(runId, ghost, 1)).toEqual({ kind: 'gone' });
      expect(await store.answerUpdate(runId, { messageId: ghost, epoch: 1, answer: five })).toEqual({ kind: 'gone' });
      expect(await store.readAnswer(runId, ghost)).toEqual({ kind: 'gone' });
      expect(await store.readAnswer(uniqueName('no-run'), ghost)).toEqual({ kind: 'gone' });
      expect(await store.loadMessages(runId, [ghost])).toEqual([]);
    });

    test('that a later epoch has claimed takes no answer of an earlier one', async () => {
      await open();
      const messageId = await sent();
      expect(await store.claimUpdate(runId, messageId, 3)).toEqual({ kind: 'claimed' });
      expect(await store.claimUpdate(runId, messageId, 3)).toEqual({ kind: 'claimed' });
      expect(await store.answerUpdate(runId, { messageId, epoch: 2, answer: no })).toEqual({ kind: 'lost' });
      expect(await store.readAnswer(runId, messageId)).toEqual({ kind: 'open' });
      expect(await store.loadMessages(runId, [messageId])).toEqual([update(messageId)]);
      expect(await store.answerUpdate(runId, { messageId, epoch: 4, answer: five })).toEqual({ kind: 'answered' });
    });

    test('that has its answer cannot be claimed, and is loaded as answered', async () => {
      await open();
      const messageId = await sent();
      await store.putMessage(runId, signal('m1'));
      await store.answerUpdate(runId, { messageId, epoch: 1, answer: no });
      expect(await store.claimUpdate(runId, messageId, 2)).toEqual({ kind: 'answered' });
      expect(await store.loadMessages(runId, ['m1', messageId])).toEqual([
        signal('m1'),
        { kind: 'answered', id: messageId },
      ]);
    });

    test('that is put again is the one that is there: claimed, in the journal or answered', async () => {
      await open();
      const messageId = await sent();
      await store.claimUpdate(runId, messageId, 3);
      expect(await store.putMessage(runId, update(messageId))).toEqual({ kind: 'put' });
      expect(await store.answerUpdate(runId, { messageId, epoch: 2, answer: no })).toEqual({ kind: 'lost' });
      await store.deleteMessages(runId, [messageId], { keepDigests: true });
      expect(await store.putMessage(runId, update(messageId))).toEqual({ kind: 'received' });
      expect(await store.readAnswer(runId, messageId)).toEqual({ kind: 'open' });
      await store.answerUpdate(runId, { messageId, epoch: 3, answer: five });
      expect(await store.putMessage(runId, update(messageId))).toEqual({ kind: 'received' });
      expect(await store.putMessage(runId, update(messageId, 'another'))).toEqual({ kind: 'differs' });
      expect(await store.readAnswer(runId, messageId)).toEqual({ kind: 'answered', answer: five });
    });

    test('keeps its answer when a worker deletes the message again', async () => {
      await open();
      const messageId = await sent();
      await store.answerUpdate(runId, { messageId, epoch: 1, answer: no });
      await store.deleteMessages(runId, [messageId], { keepDigests: true });
      expect(await store.readAnswer(runId, messageId)).toEqual({ kind: 'answered', answer: no });
    });

    test('goes with its run, and does not put off the purge', async () => {
      store = await openStore();
      ({ runId } = await forgettableRun(store));
      const messageId = await sent();
      await store.putValue(runId, 'answer-key-u', encoded('large'));
      await store.answerUpdate(runId, { messageId, epoch: 1, answer: no });
      expect(await store.purge(runId, PURGE_MS)).toEqual({ kind: 'purged' });
      expect(await store.readAnswer(runId, messageId)).toEqual({ kind: 'gone' });
      expect(await store.readValue(runId, 'answer-key-u')).toBeUndefined();
    });
  });
}
