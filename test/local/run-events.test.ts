import { expect, it } from 'vitest';
import { encodeError } from '../../lib/codec/encode-error.ts';
import { StepFailedError } from '../../lib/core/errors.ts';
import type { JournalEntry } from '../../lib/journal/event.ts';
import type { CloudEvent } from '../../lib/local/cloud-event.ts';
import { RunEvents } from '../../lib/local/run-events.ts';
import { MemoryStore } from '../../lib/memory/memory-store.ts';
import type { Store } from '../../lib/ports/store.ts';

const NOW_MS = 1_000_000;
const value = { kind: 'inline', value: null } as const;
const failure = { kind: 'inline', value: encodeError(new TypeError('no card'), 'the error') } as const;

async function watchOver(createdAtMs: number) {
  const store: Store = new MemoryStore();
  const notices: CloudEvent[] = [];
  const watch = new RunEvents({ store, report: (notice) => notices.push(notice), nowMs: () => NOW_MS });
  await store.createRun({ runId: 'r-1', workflow: 'checkout', createdAtMs, input: value, inputDigest: '', dueAtMs: 0 });
  const turn = async (work: () => Promise<unknown>): Promise<void> => {
    await watch.beforeTurn('r-1');
    await work();
    await watch.afterTurn('r-1');
  };
  const take = () =>
    store.take('r-1', { lease: { owner: 'w', expiresAtMs: NOW_MS + 9 }, nowMs: NOW_MS, dueByMs: NOW_MS });
  const finish = () =>
    store.finish('r-1', {
      epoch: 1,
      wakesSeen: 0,
      status: 'failed',
      result: failure,
      endedAtMs: createdAtMs + 1_234,
      purgeAtMs: undefined,
    });
  const block = async (epoch: number, reason: string) => {
    const release = { epoch, wakesSeen: 0, status: 'blocked', dueAtMs: 0, inboxIds: [] } as const;
    await store.release('r-1', { ...release, blocked: { reason, sinceMs: NOW_MS } });
  };
  return { store, turn, take, finish, block, notices, watch };
}

const started = { kind: 'run-started', runId: 'r-1', workflow: 'checkout' };
const ended = {
  kind: 'run-ended',
  runId: 'r-1',
  workflow: 'checkout',
  status: 'failed',
  tookMs: 1_234,
  reason: [expect.stringMatching(/^TypeError: no card/)],
};

it('a run is told once when it starts and once when it ends, however many turns it takes', async () => {
  const { turn, take, finish, notices } = await watchOver(NOW_MS + 1);
  await turn(take);
  await turn(async () => undefined);
  expect(notices).toEqual([started]);
  await turn(finish);
  await turn(async () => undefined); // a wake that comes too late
  expect(notices).toEqual([started, ended]);
});

it('a run that several workers saw end is told once', async () => {
  const { turn, take, finish, notices, watch } = await watchOver(NOW_MS + 1);
  await turn(take);
  await finish();
  await Promise.all([watch.afterTurn('r-1'), watch.afterTurn('r-1')]);
  expect(notices).toEqual([started, ended]);
});

it('a run that is blocked is told with its reason, once for each reason', async () => {
  const { turn, take, block, notices } = await watchOver(NOW_MS + 1);
  const blocked = { kind: 'run-blocked', runId: 'r-1', workflow: 'checkout' };
  for (const [epoch, reason] of [
    [1, 'renamed'],
    [2, 'renamed'],
    [3, 'swapped'],
  ] as const) {
    await turn(async () => {
      await take();
      await block(epoch, reason);
    });
  }
  expect(notices).toEqual([started, { ...blocked, reason: 'renamed' }, { ...blocked, reason: 'swapped' }]);
});

it('a run of an earlier day that goes on has not started, but ends', async () => {
  const { turn, take, finish, notices } = await watchOver(NOW_MS - 1);
  await take();
  await turn(finish);
  expect(notices).toEqual([ended]);
});

it('a run that is not there, and a table that does not answer, are nothing to tell', async () => {
  const notices: CloudEvent[] = [];
  const report = (notice: CloudEvent): void => void notices.push(notice);
  const store: Store = new MemoryStore();
  const silent = Object.assign(new MemoryStore(), { readRun: () => Promise.reject(new Error('closed')) });
  for (const each of [store, silent]) {
    const watch = new RunEvents({ store: each, report, nowMs: () => NOW_MS });
    await watch.beforeTurn('nobody');
    await watch.afterTurn('nobody');
  }
  expect(notices).toEqual([]);
});

it('a wake that comes as the run ends reports no second end', async () => {
  const { turn, take, finish, notices, watch } = await watchOver(NOW_MS + 1);
  await turn(take);
  const first = watch.beforeTurn('r-1');
  await finish();
  const [second] = [watch.beforeTurn('r-1'), first];
  await Promise.all([watch.afterTurn('r-1'), watch.afterTurn('r-1'), second]);
  const third = watch.beforeTurn('r-1');
  await Promise.all([watch.afterTurn('r-1'), third]);
  expect(notices).toEqual([started, ended]);
});

it('an error of a step is shown once, and not at each retry', async () => {
  const { store, take, notices, watch } = await watchOver(NOW_MS + 1);
  const error = encodeError(new TypeError('the bank is closed'), 'the error');
  await take();
  await store.putRecord('r-1', {
    nonce: 'w',
    number: 1,
    epoch: 1,
    entries: [
      { kind: 'step', id: 1, name: 'charge' },
      { kind: 'step-retrying', id: 1, atMs: NOW_MS + 2, attempt: 1, retryAtMs: NOW_MS + 502, error },
    ],
  });
  await watch.beforeTurn('r-1');
  await watch.afterTurn('r-1');
  await store.putRecord('r-1', {
    nonce: 'w',
    number: 2,
    epoch: 1,
    entries: [
      { kind: 'step-retrying', id: 1, atMs: NOW_MS + 600, attempt: 2, retryAtMs: NOW_MS + 1_600, error },
      { kind: 'step-failed', id: 1, atMs: NOW_MS + 1_700, error },
    ],
  });
  await watch.beforeTurn('r-1');
  await watch.afterTurn('r-1');
  const of = { runId: 'r-1', workflow: 'checkout', step: 'charge' };
  const shown = [expect.stringMatching(/^TypeError: the bank is closed/) as string];
  expect(notices).toEqual([
    started,
    { kind: 'attempt-failed', ...of, attempt: 1, retryInMs: 500, error: shown },
    { kind: 'attempt-failed', ...of, attempt: 2, retryInMs: 1_000, error: [] },
    { kind: 'step-failed', ...of, error: [] },
  ]);
});

it('a run whose worker does not renew its lease keeps that worker busy, and is named once', async () => {
  let nowMs = NOW_MS;
  const { store, take, notices } = await watchOver(NOW_MS);
  notices.length = 0;
  const watch = new RunEvents({ store, report: (notice) => notices.push(notice), nowMs: () => nowMs });
  await take(); // until NOW_MS + 9
  const look = async (): Promise<void> => {
    await watch.beforeTurn('r-1');
    await watch.beforeTurn('r-1');
    await watch.afterTurn('r-1');
  };
  await look();
  nowMs += 1_000;
  await look();
  expect(notices.map(({ kind }) => kind)).toEqual(['run-started']);
  nowMs += 2_000;
  await look();
  await look();
  expect(notices.slice(1)).toEqual([{ kind: 'run-busy', runId: 'r-1', workflow: 'checkout' }]);
  watch.stop();
});

it('after a retry what was shown before is not shown again, and the step keeps its name', async () => {
  let nowMs = NOW_MS;
  const { store, take, finish } = await watchOver(NOW_MS);
  const notices: CloudEvent[] = [];
  const watch = new RunEvents({ store, report: (notice) => notices.push(notice), nowMs: () => nowMs });
  const record = (number: number, entries: readonly JournalEntry[]) =>
    store.putRecord('r-1', { nonce: 'w', number, epoch: number, entries });
  const failed = { kind: 'step-failed', id: 1, error: encodeError(new TypeError('no card'), 'the error') } as const;
  const turn = async (work: () => Promise<unknown>): Promise<void> => {
    await watch.beforeTurn('r-1');
    await take();
    nowMs += 10;
    await work();
    await watch.afterTurn('r-1');
  };
  await turn(async () => {
    await record(1, [
      { kind: 'step', id: 1, name: 'charge' },
      { ...failed, atMs: nowMs },
    ]);
    await finish();
  });
  nowMs += 1_000;
  const point = { kind: 'retry', number: 1, keeps: 1, reason: 'no card' } as const;
  await store.retryRun('r-1', { epoch: 1, purgeAtMs: undefined, retries: 1, goesOnFrom: point });
  await turn(() =>
    record(2, [
      { kind: 'retried', atMs: nowMs, number: 1, keeps: 1, reason: 'no card' },
      { ...failed, atMs: nowMs },
    ]),
  );
  expect(notices.filter(({ kind }) => kind === 'step-failed')).toEqual(
    [1, 2].map(() => ({
      kind: 'step-failed',
      runId: 'r-1',
      workflow: 'checkout',
      step: 'charge',
      error: ended.reason,
    })),
  );
});

it('the error that a step gives up with is shown, unless it is that of the attempt before', async () => {
  const { store, take, notices, turn } = await watchOver(NOW_MS + 1);
  const closed = new TypeError('the bank is closed');
  const givenUp = (id: number, cause: Error): JournalEntry => {
    const error = new StepFailedError('charge', 2, 'step "charge" failed after 2 attempts', { cause });
    delete error.stack;
    return { kind: 'step-failed', id, atMs: NOW_MS + 900, error: encodeError(error, 'the error') };
  };
  const retrying = (id: number): JournalEntry => ({
    ...{ kind: 'step-retrying', id, atMs: NOW_MS + 2, attempt: 1, retryAtMs: NOW_MS + 502 },
    error: encodeError(closed, 'the error'),
  });
  await turn(async () => {
    await take();
    await store.putRecord('r-1', {
      ...{ nonce: 'w', number: 1, epoch: 1 },
      entries: [
        { kind: 'step', id: 1, name: 'charge' },
        { kind: 'step', id: 2, name: 'charge' },
        ...[retrying(1), retrying(2), givenUp(1, closed), givenUp(2, new TypeError('no card'))],
      ],
    });
  });
  const errors = notices.flatMap((notice) => (notice.kind === 'step-failed' ? [notice.error] : []));
  expect(errors).toEqual([
    [],
    [expect.stringContaining('StepFailedError'), expect.stringMatching(/^ {2}caused by TypeError: no card/)],
  ]);
});
