import { describe, expect, it } from 'vitest';
import { MessageQueue } from '../../../../lib/local/services/sqs/message-queue.ts';
import { ManualClock } from '../../manual-clock.ts';

function createQueue(maxReceives = 3) {
  const clock = new ManualClock();
  const dead: string[] = [];
  const onDeadLetter = (body: string): void => void dead.push(body);
  const queue = new MessageQueue({ clock, visibilityTimeoutMs: 30_000, maxReceives, onDeadLetter });
  const bodies = (limit = 10): string[] => queue.receive(limit).map((message) => message.body);
  return { clock, queue, bodies, dead };
}

describe('the local queue', () => {
  it('gives a message that was sent', () => {
    const { queue, bodies } = createQueue();
    queue.send('a');
    expect(bodies()).toEqual(['a']);
  });

  it('says of a message what SQS says: how often it was received, and when it was sent', () => {
    const { clock, queue } = createQueue();
    clock.advance(7);
    queue.send('a', 0, { traceHeader: 'Root=1-2-3' });
    const sentAtMs = String(clock.nowMs());
    clock.advance(5);
    expect(queue.receive(1)[0]?.systemAttributes).toEqual({
      ApproximateReceiveCount: '1',
      AWSTraceHeader: 'Root=1-2-3',
      SentTimestamp: sentAtMs,
      SenderId: 'local',
      ApproximateFirstReceiveTimestamp: String(clock.nowMs()),
    });
  });

  it('keeps a delayed message back until its time, to the millisecond', () => {
    const { clock, queue, bodies } = createQueue();
    queue.send('later', 5_000);
    clock.advance(4_999);
    expect(bodies()).toEqual([]);
    clock.advance(1);
    expect(bodies()).toEqual(['later']);
  });

  it('gives no more messages than asked for', () => {
    const { queue, bodies } = createQueue();
    for (const body of ['a', 'b', 'c']) queue.send(body);
    expect(bodies(2)).toEqual(['a', 'b']);
    expect(bodies(2)).toEqual(['c']);
  });

  it('hides what was received and shows it again after the visibility timeout', () => {
    const { clock, queue, bodies } = createQueue();
    queue.send('a');
    expect(bodies()).toEqual(['a']);
    clock.advance(29_999);
    expect(bodies()).toEqual([]);
    clock.advance(1);
    expect(bodies()).toEqual(['a']);
  });

  it('never shows a deleted message again', () => {
    const { clock, queue, bodies } = createQueue();
    queue.send('a');
    queue.delete(queue.receive(1)[0]!.receipt);
    clock.advance(30_000);
    expect(bodies()).toEqual([]);
    expect(queue.size()).toBe(0);
  });

  it('ignores the receipt of an earlier receive', () => {
    const { clock, queue, bodies } = createQueue();
    queue.send('a');
    const [first] = queue.receive(1);
    clock.advance(30_000);
    queue.receive(1);
    queue.delete(first!.receipt);
    clock.advance(30_000);
    expect(bodies()).toEqual(['a']);
  });

  it('counts the receives and keeps the time of the first one', () => {
    const { clock, queue } = createQueue();
    queue.send('a');
    const sentAtMs = clock.nowMs();
    clock.advance(10);
    queue.receive(1);
    clock.advance(30_000);
    expect(queue.receive(1)[0]).toMatchObject({ receives: 2, sentAtMs, firstReceivedAtMs: sentAtMs + 10 });
  });

  it('buries what was received too often, and says so', () => {
    const { clock, queue, bodies, dead } = createQueue(2);
    queue.send('poison');
    for (const expected of [['poison'], ['poison'], []]) {
      expect(bodies()).toEqual(expected);
      clock.advance(30_000);
    }
    expect(dead).toEqual(['poison']);
    expect(queue.deadLetters()).toEqual(['poison']);
    expect(queue.size()).toBe(0);
  });

  it('tells its listener when a message becomes visible, at once, after a delay and again', () => {
    const { clock, queue, bodies } = createQueue();
    const seen: string[][] = [];
    queue.onVisible(() => seen.push(bodies()));
    queue.send('now');
    queue.send('soon', 1_000);
    clock.advance(0);
    clock.advance(1_000);
    clock.advance(30_000);
    expect(seen).toEqual([['now'], ['soon'], ['now'], ['soon']]);
  });

  it('is silent once it is closed', () => {
    const { clock, queue } = createQueue();
    let calls = 0;
    queue.onVisible(() => (calls += 1));
    queue.send('a', 1_000);
    queue.close();
    clock.advance(60_000);
    expect(calls).toBe(0);
  });
});
