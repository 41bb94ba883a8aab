import { describe, expect, it } from 'vitest';
import { EventSource, type EventSourceOptions } from '../../../lib/local/triggers/event-source.ts';
import type { Invocation } from '../../../lib/local/functions/invocation.ts';
import type { EventSourceResource } from '../../../lib/local/resources.ts';
import { MessageQueue } from '../../../lib/local/services/sqs/message-queue.ts';
import { ManualClock } from '../manual-clock.ts';

const QUEUE_ARN = 'arn:aws:sqs:eu-west-1:000000000000:wakes';

interface SqsEvent {
  readonly Records: readonly { readonly messageId: string; readonly body: string; readonly awsRegion: string }[];
}

function start(source: Partial<EventSourceResource> = {}, parts: Partial<EventSourceOptions> = {}) {
  const clock = new ManualClock();
  const deadLetters: string[] = [];
  const queue = new MessageQueue({
    clock,
    visibilityTimeoutMs: 30_000,
    maxReceives: 3,
    onDeadLetter: (body) => deadLetters.push(body),
  });
  const invocations: { event: SqsEvent; resolve: (result: Invocation) => void; reject: (e: Error) => void }[] = [];
  const eventSource = new EventSource({
    queue,
    clock,
    region: 'eu-west-1',
    concurrency: 2,
    invoke: (payload) =>
      new Promise((resolve, reject) => invocations.push({ event: JSON.parse(payload) as SqsEvent, resolve, reject })),
    ...parts,
    source: {
      id: 'Shop/Source',
      queueArn: QUEUE_ARN,
      functionArn: 'arn',
      enabled: true,
      batchSize: 10,
      maxBatchingWindowMs: 0,
      reportsBatchItemFailures: true,
      ...source,
    },
  });
  const settle = async (index: number, result: Invocation): Promise<void> => {
    invocations[index]!.resolve(result);
    await new Promise(setImmediate);
    clock.advance(0);
  };
  const bodies = (): string[][] => invocations.map(({ event }) => event.Records.map(({ body }) => body));
  const send = (count: number, from = 1): string[] =>
    Array.from({ length: count }, (_, index) => queue.send(`m${from + index}`));
  return { clock, queue, eventSource, invocations, settle, bodies, send, deadLetters };
}

const succeeded = (value: unknown): Invocation => ({ kind: 'succeeded', payload: JSON.stringify(value) });

describe('batches', () => {
  it('are as large as the mapping says, and so many at a time', async () => {
    const { clock, send, bodies, settle } = start({ batchSize: 2 });
    send(5);
    clock.advance(0);
    expect(bodies()).toEqual([
      ['m1', 'm2'],
      ['m3', 'm4'],
    ]);
    await settle(0, succeeded(null));
    expect(bodies()[2]).toEqual(['m5']);
  });

  it('wait for their window, unless they are full before', () => {
    const { clock, send, bodies } = start({ batchSize: 3, maxBatchingWindowMs: 5_000 });
    send(1);
    clock.advance(4_000);
    send(1, 2);
    clock.advance(999);
    expect(bodies()).toEqual([]);
    clock.advance(1);
    expect(bodies()).toEqual([['m1', 'm2']]);
    send(3, 3);
    clock.advance(0);
    expect(bodies()[1]).toEqual(['m3', 'm4', 'm5']);
  });

  it('are cut where one invocation would be too large', () => {
    const { clock, queue, invocations } = start({}, { concurrency: 9 });
    for (let index = 0; index < 8; index += 1) queue.send('x'.repeat(1_000_000));
    clock.advance(0);
    expect(invocations.map(({ event }) => event.Records.length)).toEqual([6, 2]);
  });

  it('are no longer received after a stop', () => {
    const { clock, send, bodies, eventSource } = start({ maxBatchingWindowMs: 1_000 });
    send(1);
    eventSource.stop();
    clock.advance(60_000);
    expect(bodies()).toEqual([]);
  });
});

describe('what was handed over', () => {
  it('is deleted if it was done, and comes again after the visibility timeout if it was reported', async () => {
    const { clock, queue, settle, bodies, send } = start();
    const [, second] = send(3);
    clock.advance(0);
    await settle(0, succeeded({ batchItemFailures: [{ itemIdentifier: second }] }));
    expect(queue.size()).toBe(1);
    clock.advance(29_999);
    expect(bodies()).toHaveLength(1);
    clock.advance(1);
    expect(bodies()[1]).toEqual(['m2']);
  });

  it.each([
    [
      'a failure of the function',
      { kind: 'failed', error: 'Unhandled', payload: '{"errorType":"Error"}', logTail: '' },
    ],
    ['a throttle', { kind: 'throttled' }],
    ['a stranger among the reported', succeeded({ batchItemFailures: [{ itemIdentifier: 'nobody' }] })],
    ['an answer that is no JSON', { kind: 'succeeded', payload: '{' }],
  ] as [string, Invocation][])('comes again after %s', async (_what, result) => {
    const { clock, queue, settle, bodies, send } = start();
    send(2);
    clock.advance(0);
    await settle(0, result);
    expect(queue.size()).toBe(2);
    clock.advance(30_000);
    expect(bodies()[1]).toEqual(['m1', 'm2']);
  });

  it.each([
    ['nothing', { kind: 'succeeded', payload: '' }],
    ['null', succeeded(null)],
    ['an empty list', succeeded({ batchItemFailures: [] })],
  ] as [string, Invocation][])('is done if the function answers with %s', async (_what, result) => {
    const { clock, queue, settle, send } = start();
    send(2);
    clock.advance(0);
    await settle(0, result);
    expect(queue.size()).toBe(0);
  });

  it('is done whatever the function reports, if the mapping does not ask for reports', async () => {
    const { clock, queue, settle, send } = start({ reportsBatchItemFailures: false });
    const [first] = send(2);
    clock.advance(0);
    await settle(0, succeeded({ batchItemFailures: [{ itemIdentifier: first }] }));
    expect(queue.size()).toBe(0);
  });

  it('comes again if nobody could be asked, and becomes a dead letter after so many times', async () => {
    const { clock, queue, invocations, deadLetters, eventSource } = start();
    queue.send('poison');
    for (let time = 0; time < 3; time += 1) {
      clock.advance(30_000);
      expect(eventSource.isBusy()).toBe(true);
      invocations[time]!.reject(new Error('nobody there'));
      await new Promise(setImmediate);
    }
    clock.advance(30_000);
    expect(invocations).toHaveLength(3);
    expect(deadLetters).toEqual(['poison']);
    expect(eventSource.isBusy()).toBe(false);
  });
});

it('the event names the region of the stack and the queue', () => {
  const { clock, send, invocations } = start();
  send(1);
  clock.advance(0);
  expect(invocations[0]!.event).toMatchObject({ Records: [{ awsRegion: 'eu-west-1', eventSourceARN: QUEUE_ARN }] });
});
