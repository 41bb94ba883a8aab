import { describe, expect, it } from 'vitest';
import { EventQueue, type FailedEvent, type QueuedEvent } from '../../../lib/local/functions/event-queue.ts';
import type { Invocation } from '../../../lib/local/functions/invocation.ts';
import type { FunctionEvent } from '../../../lib/local/function-event.ts';
import { ManualClock } from '../manual-clock.ts';
import { waitUntil } from '../wait-until.ts';
import { lambdaOf } from './function-under-test.ts';

const SUCCESS: Invocation = { kind: 'succeeded', payload: 'null' };
const FAILURE: Invocation = { kind: 'failed', error: 'Unhandled', payload: '{"errorType":"E"}', logTail: '' };
const THROTTLED: Invocation = { kind: 'throttled' };

function start(answer: (attempt: number) => Invocation) {
  const clock = new ManualClock();
  const [tries, notices, failed] = [
    [] as { atMs: number; event: QueuedEvent }[],
    [] as FunctionEvent[],
    [] as FailedEvent[],
  ];
  const startMs = clock.nowMs();
  const queue = new EventQueue({
    maxRetryAttempts: 2,
    clock,
    report: (notice) => notices.push(notice),
    onFailed: (event) => failed.push(event),
    invoke: async (event) => {
      tries.push({ atMs: clock.nowMs() - startMs, event });
      return answer(tries.length);
    },
  });
  const advance = async (byMs: number): Promise<void> => {
    clock.advance(byMs);
    await settled();
  };
  return { queue, tries, notices, failed, advance, triedAtMs: () => tries.map(({ atMs }) => atMs) };
}

/** What is asynchronous here takes a few microtasks. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('an event in line', () => {
  it('that succeeds is invoked once', async () => {
    const { queue, advance, triedAtMs, tries } = start(() => SUCCESS);
    const requestId = queue.add('{"a":1}', 'live');
    await settled();
    await advance(86_400_000);
    expect(triedAtMs()).toEqual([0]);
    expect(tries[0]?.event).toEqual({ requestId, payload: '{"a":1}', qualifier: 'live' });
  });

  it('that fails is tried again after one minute and then two, with the same request id, and given up', async () => {
    const { queue, advance, triedAtMs, tries, failed, notices } = start(() => FAILURE);
    const requestId = queue.add('1');
    await settled();
    await advance(59_999);
    await advance(1);
    await advance(119_999);
    await advance(1);
    await advance(86_400_000);
    expect(triedAtMs()).toEqual([0, 60_000, 180_000]);
    expect(new Set(tries.map(({ event }) => event.requestId))).toEqual(new Set([requestId]));
    expect(failed).toEqual([
      { requestId, payload: '1', attempts: 3, response: '{"errorType":"E"}', reason: 'RetriesExhausted' },
    ]);
    expect(notices.map(({ kind }) => kind)).toEqual(['event-retried', 'event-retried', 'event-dropped']);
  });

  it('for which there is no sandbox waits longer and longer, for six hours at most', async () => {
    const { queue, advance, triedAtMs, failed } = start(() => THROTTLED);
    queue.add('1');
    await settled();
    for (let seconds = 0; seconds < 7 * 3600; seconds += 1) await advance(1000);
    expect(triedAtMs().slice(0, 5)).toEqual([0, 1000, 3000, 7000, 15_000]);
    expect(triedAtMs().at(-1)).toBeGreaterThan(5.9 * 3_600_000);
    expect(failed).toMatchObject([{ attempts: 0, reason: 'EventAgeExceeded' }]);
  });

  it('that found no sandbox has all its attempts left', async () => {
    const { queue, advance, triedAtMs, failed } = start((attempt) => (attempt === 1 ? THROTTLED : FAILURE));
    queue.add('1');
    await settled();
    for (let minutes = 0; minutes < 10; minutes += 1) await advance(60_000);
    expect(triedAtMs()).toHaveLength(4);
    expect(failed).toMatchObject([{ attempts: 3 }]);
  });

  it('is given up when all is stopped', async () => {
    const { queue, advance, triedAtMs, failed } = start(() => FAILURE);
    queue.add('1');
    await settled();
    queue.stop();
    await advance(86_400_000);
    expect(triedAtMs()).toEqual([0]);
    expect(failed).toMatchObject([{ attempts: 1, reason: 'Stopped' }]);
  });
});

it('an asynchronous invocation of a function is tried again, as the clock goes on', async () => {
  const clock = new ManualClock();
  const failed: FailedEvent[] = [];
  const { lambda, ofKind } = lambdaOf(`export const handler = async () => { throw new Error('again') };`, {
    clock,
    function: { maxRetryAttempts: 1 },
    onEventFailed: (event) => failed.push(event),
  });
  const accepted = lambda.invokeLater('{"a":1}');
  await waitUntil(() => ofKind('event-retried').length === 1);
  clock.advance(60_000);
  await waitUntil(() => failed.length === 1);
  expect(accepted).toEqual({ kind: 'accepted', requestId: failed[0]?.requestId });
  expect(failed[0]).toMatchObject({ attempts: 2, payload: '{"a":1}' });
  expect(ofKind('invocation-ended').map(({ requestId }) => requestId)).toEqual(Array(2).fill(failed[0]?.requestId));
});
