import { signal, workflow } from 'lull';
import type { HistoryEvent } from 'lull/client';
import { expect, it } from 'vitest';
import { SmallCloud } from './small-cloud.ts';

const word = signal<string>('word');

const one = workflow('one', function* () {
  return yield* word.receive();
});

async function historyOf(run: { history(): AsyncIterable<HistoryEvent> }): Promise<HistoryEvent[]> {
  const events = [];
  for await (const event of run.history()) events.push(event);
  return events;
}

it('what is accepted while the run finishes is in its history, unread', async () => {
  const cloud = new SmallCloud([one]);
  const run = await cloud.client.start(one);
  await run.signal(word, 'first');
  let isFirst = true;
  const worker = cloud.worker({
    around: async ({ operation }, go) => {
      if (operation === 'finish' && isFirst) {
        isFirst = false;
        await run.signal(word, 'second');
        await run.cancel('too late');
      }
      return go();
    },
  });
  expect(await worker.turn(run.id)).toEqual({ kind: 'ended', status: 'completed' });
  const received = (await historyOf(run)).filter(({ messageId }) => messageId !== undefined);
  expect(received.map(({ kind, value, reason, unread }) => ({ kind, value, reason, unread }))).toEqual([
    { kind: 'signal-received', value: 'first', reason: undefined, unread: undefined },
    { kind: 'signal-received', value: 'second', reason: undefined, unread: true },
    { kind: 'cancel-requested', value: undefined, reason: 'too late', unread: true },
  ]);
});

it('what comes with a request to terminate is in the history, unread; the request is not', async () => {
  const cloud = new SmallCloud([one]);
  const run = await cloud.client.start(one);
  await cloud.worker().turn(run.id);
  await run.terminate('enough');
  await run.signal(word, 'lost on it');
  expect(await cloud.worker().turn(run.id)).toEqual({ kind: 'ended', status: 'terminated' });
  const received = (await historyOf(run)).filter(({ messageId }) => messageId !== undefined);
  expect(received.map(({ kind, unread }) => [kind, unread])).toEqual([
    ['terminate-requested', undefined],
    ['signal-received', true],
  ]);
});
