import { describe, expect, it } from 'vitest';
import type { Invocation } from '../../../lib/local/functions/invocation.ts';
import { observeRuns } from '../../../lib/local/observe-runs.ts';
import { MessageQueue } from '../../../lib/local/services/sqs/message-queue.ts';
import { EventSource } from '../../../lib/local/triggers/event-source.ts';
import { failedIds, toSqsEvent } from '../../../lib/local/triggers/sqs-event.ts';
import { ManualClock } from '../manual-clock.ts';

interface SqsEvent {
  readonly Records: readonly { readonly messageId: string; readonly body: string }[];
}

/** A function that answers when the test says so. */
class FakePool {
  readonly invocations: { event: SqsEvent; resolve: (result: Invocation) => void }[] = [];
  places = 1;
  #listener: () => void = () => undefined;

  hasRoom(): boolean {
    return this.places > 0;
  }

  onRoom(listener: () => void): void {
    this.#listener = listener;
  }

  invoke(payload: string): Promise<Invocation> {
    this.places -= 1;
    return new Promise((resolve) => this.invocations.push({ event: JSON.parse(payload) as SqsEvent, resolve }));
  }

  async settle(index: number, result: unknown): Promise<void> {
    const invocation = this.invocations[index]!;
    if (result instanceof Error) {
      invocation.resolve({ kind: 'failed', error: 'Unhandled', payload: '{}', logTail: '' });
    } else invocation.resolve({ kind: 'succeeded', payload: JSON.stringify(result) });
    await new Promise(setImmediate);
    this.places += 1;
    this.#listener();
  }
}

function start() {
  const clock = new ManualClock();
  const queue = new MessageQueue({
    clock,
    visibilityTimeoutMs: 30_000,
    maxReceives: 10,
    onDeadLetter: () => undefined,
  });
  const pool = new FakePool();
  const turns: string[] = [];
  const watch = {
    beforeTurn: async (runId: string) => void turns.push(`before ${runId}`),
    afterTurn: async (runId: string) => void turns.push(`after ${runId}`),
  };
  const names = { id: 'wakes', queueArn: 'arn:aws:sqs:us-east-1:000000000000:wakes', functionArn: 'arn' };
  const source = { ...names, enabled: true, batchSize: 10, maxBatchingWindowMs: 0, reportsBatchItemFailures: true };
  new EventSource({
    ...{ source, region: 'us-east-1', queue, clock, concurrency: Infinity, room: pool, observe: observeRuns(watch) },
    invoke: (payload) => pool.invoke(payload),
  });
  const send = (runId: string): string => queue.send(JSON.stringify({ runId }));
  const runIds = (): string[][] =>
    pool.invocations.map(({ event }) => event.Records.map(({ body }) => (JSON.parse(body) as { runId: string }).runId));
  return { clock, queue, pool, send, turns, runIds };
}

describe('the event source of a function with provisioned sandboxes', () => {
  it('hands over what is visible, ten messages at a time at most', () => {
    const { clock, pool, send, runIds } = start();
    pool.places = 2;
    for (let run = 0; run < 12; run += 1) send(`r-${run}`);
    clock.advance(0);
    expect(runIds().map((batch) => batch.length)).toEqual([10, 2]);
  });

  it('receives nothing while nobody is free, and goes on when somebody is', async () => {
    const { clock, pool, send, runIds } = start();
    send('first');
    clock.advance(0);
    send('second');
    clock.advance(60_000);
    expect(runIds()).toEqual([['first']]);
    await pool.settle(0, null);
    expect(runIds()).toEqual([['first'], ['second']]);
  });

  it('deletes what was done, and shows what failed again after the visibility timeout', async () => {
    const { clock, queue, pool, send, runIds } = start();
    send('good');
    const bad = send('bad');
    clock.advance(0);
    await pool.settle(0, { batchItemFailures: [{ itemIdentifier: bad }] });
    expect(queue.size()).toBe(1);
    clock.advance(29_999);
    expect(runIds()).toHaveLength(1);
    clock.advance(1);
    expect(runIds()).toEqual([['good', 'bad'], ['bad']]);
  });

  it('shows a whole batch again whose function failed', async () => {
    const { clock, pool, send, runIds } = start();
    send('a');
    send('b');
    clock.advance(0);
    await pool.settle(0, new Error('killed'));
    clock.advance(30_000);
    expect(runIds()).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
  });

  it('tells of each run once before and once after its turn, and of nothing that is no wake', async () => {
    const { clock, queue, pool, send, turns } = start();
    send('a');
    send('a');
    queue.send('gibberish');
    clock.advance(0);
    expect(turns).toEqual(['before a']);
    await pool.settle(0, null);
    expect(turns).toEqual(['before a', 'after a']);
  });
});

describe('an SQS event', () => {
  const message = {
    ...{ id: 'm-1', body: '{}', receipt: 'receipt', sentAtMs: 5, firstReceivedAtMs: 7, receives: 2 },
    systemAttributes: {
      ApproximateReceiveCount: '2',
      SentTimestamp: '5',
      SenderId: 'local',
      ApproximateFirstReceiveTimestamp: '7',
    },
  };

  it('has the fields that Lambda gives', () => {
    expect(toSqsEvent([message], { queueArn: 'arn', region: 'us-east-1' })).toEqual({
      Records: [
        {
          messageId: 'm-1',
          receiptHandle: 'receipt',
          body: '{}',
          attributes: {
            ApproximateReceiveCount: '2',
            SentTimestamp: '5',
            SenderId: 'local',
            ApproximateFirstReceiveTimestamp: '7',
          },
          messageAttributes: {},
          md5OfBody: '99914b932bd37a50b983c5e7c90ae93b',
          eventSource: 'aws:sqs',
          eventSourceARN: 'arn',
          awsRegion: 'us-east-1',
        },
      ],
    });
  });

  it.each([
    ['nothing', null, []],
    ['no list', {}, []],
    ['an empty list', { batchItemFailures: [] }, []],
    ['one', { batchItemFailures: [{ itemIdentifier: 'm-1' }] }, ['m-1']],
    ['a stranger', { batchItemFailures: [{ itemIdentifier: 'm-9' }] }, ['m-1', 'm-2']],
    ['an empty id', { batchItemFailures: [{ itemIdentifier: '' }] }, ['m-1', 'm-2']],
    ['null', { batchItemFailures: [null] }, ['m-1', 'm-2']],
    ['what is no list', { batchItemFailures: 'm-1' }, ['m-1', 'm-2']],
  ])('is answered with %s: as Lambda reads it', (_what, result, failed) => {
    expect([...failedIds(result, [message, { ...message, id: 'm-2' }])]).toEqual(failed);
  });
});
