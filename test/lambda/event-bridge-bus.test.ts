/** How life-cycle events go to EventBridge, and what becomes of those that it does not take. */
import { expect, it } from 'vitest';
import { createEventBridgeBus, type PutEvents } from '../../lib/lambda/event-bridge-bus.ts';
import type { LifecycleEvent } from '../../lib/ports/event-bus.ts';
import { JumpingClock, KeptLog } from '../client/client-world.ts';

type Output = Awaited<ReturnType<PutEvents>>;
type Entry = Parameters<PutEvents>[0]['Entries'][number];

const AT_MS = Date.UTC(2026, 10, 22, 3);

function completed(number: number, attributes: LifecycleEvent['run']['attributes'] = {}): LifecycleEvent {
  const run = { runId: `r${number}`, workflow: 'checkout', createdAtMs: AT_MS, endedAtMs: AT_MS + 1_500, attributes };
  return { id: `completed-${number}`, kind: 'completed', atMs: AT_MS + 1_500, run };
}

/** A bus that answers as a test says, and what it was asked. */
function busWith(answer: (entries: readonly Entry[], request: number) => Output | Error, engine?: string) {
  const requests: (readonly Entry[])[] = [];
  const clock = new JumpingClock();
  const log = new KeptLog();
  const bus = createEventBridgeBus({
    ...{ bus: 'orders', engine, clock, log },
    putEvents: async ({ Entries }) => {
      requests.push(Entries);
      await Promise.resolve();
      const output = answer(Entries, requests.length);
      if (output instanceof Error) throw output;
      return output;
    },
  });
  return { bus, requests, clock, log };
}

const takes = (): Output => ({ FailedEntryCount: 0, Entries: [] });
const refuses =
  (code: string, which = (_runId: string): boolean => true) =>
  (entries: readonly Entry[]): Output => ({
    Entries: entries.map(({ Detail }) => {
      const { runId } = JSON.parse(Detail) as { runId: string };
      return which(runId) ? { ErrorCode: code, ErrorMessage: 'no' } : {};
    }),
  });

it('an event says in AWS’s manner what happened to which run', async () => {
  const { bus, requests } = busWith(takes, 'Shop/Workflows');
  const run = {
    ...completed(1, { customer: 'c1', half: 'x\ud83d' }).run,
    parentRunId: 'p1',
    retries: 2,
    scheduledAtMs: AT_MS,
  };
  const error = { name: 'StepFailedError', message: 'step "charge" failed', code: 'STEP_FAILED' };
  expect(await bus.put({ id: 'failed-1', kind: 'failed', atMs: AT_MS + 1_500, run, error })).toBe(true);
  const { Detail, ...entry } = requests[0]![0]!;
  expect(entry).toEqual({ EventBusName: 'orders', Source: 'lull', DetailType: 'Run Failed', Time: AT_MS / 1000 + 1.5 });
  expect(JSON.parse(Detail)).toEqual({
    id: 'failed-1',
    engine: 'Shop/Workflows',
    runId: 'r1',
    workflow: 'checkout',
    status: 'failed',
    createdAt: '2026-11-22T03:00:00.000Z',
    endedAt: '2026-11-22T03:00:01.500Z',
    attributes: { customer: 'c1', half: 'x\ufffd' },
    parentRunId: 'p1',
    scheduledAt: '2026-11-22T03:00:00.000Z',
    retries: 2,
    error,
  });
});

it('events that come while a request is on its way go together, ten at most', async () => {
  const { bus, requests } = busWith(takes);
  const all = await Promise.all(Array.from({ length: 25 }, (_, index) => bus.put(completed(index))));
  expect(all.every(Boolean)).toBe(true);
  expect(requests.map(({ length }) => length)).toEqual([1, 10, 10, 4]);
});

it('a request has at most 256 KB', async () => {
  const { bus, requests } = busWith(takes);
  await Promise.all([0, 1, 2, 3].map((number) => bus.put(completed(number, { text: 'x'.repeat(100_000) }))));
  expect(requests.map(({ length }) => length)).toEqual([1, 2, 1]);
});

it('an entry that is throttled is sent again, the others of its request are not', async () => {
  const { bus, requests } = busWith((entries, request) =>
    request === 2 ? refuses('ThrottlingException', (runId) => runId === 'r2')(entries) : takes(),
  );
  expect(await Promise.all([0, 1, 2, 3].map((number) => bus.put(completed(number))))).toEqual([true, true, true, true]);
  expect(
    requests.map((entries) => entries.map(({ Detail }) => (JSON.parse(Detail) as { runId: string }).runId)),
  ).toEqual([['r0'], ['r1', 'r2', 'r3'], ['r2']]);
});

it('an entry that is refused for good is logged, and not sent again', async () => {
  const { bus, requests, log } = busWith(refuses('MalformedDetail'));
  expect(await bus.put(completed(1))).toBe(false);
  expect(requests).toHaveLength(1);
  expect(log.lines).toMatchObject([
    [
      'error',
      'the event bus refuses a life-cycle event',
      { runId: 'r1', code: 'MalformedDetail', event: 'Run Completed' },
    ],
  ]);
});

it.each<[string, () => Output | Error, number]>([
  ['is away', () => Object.assign(new Error('no bus'), { name: 'TimeoutError' }), 1],
  [
    'throttles all the time',
    () => ({ Entries: Array.from({ length: 10 }, () => ({ ErrorCode: 'ThrottlingException' })) }),
    3,
  ],
])('a bus that %s is left alone for half a minute, and says so once', async (_, answer, attempts) => {
  let isAway = true;
  const { bus, requests, clock, log } = busWith(() => (isAway ? answer() : takes()));
  const puts = [0, 1, 2].map((number) => bus.put(completed(number)));
  expect(await Promise.all(puts)).toEqual([false, false, false]);
  expect(requests).toHaveLength(attempts);
  expect(await bus.put(completed(3))).toBe(false);
  expect(requests).toHaveLength(attempts);
  expect(log.lines).toHaveLength(1);
  isAway = false;
  clock.pass(30_000);
  expect(await bus.put(completed(4))).toBe(true);
});
