/** Runs that failed and go on, forks, runs that are deleted, the same for many, and schedules. */
import { randomUUID } from 'node:crypto';
import { child, isCancelled, log, runInfo, signal, sleep, step, workflow } from 'lull';
import type { Program } from '../program.ts';
import { brokenFor } from './broken-until.ts';

interface Broken {
  /** Calls of the body that fail. */
  readonly calls: number;
  readonly place: string;
}

const once = (): Broken => ({ calls: 1, place: randomUUID() });

const work = (name: string, { calls, place }: Broken) => step(name, { retry: false }, () => brokenFor(calls, place));

const mends = workflow('retry-goes-on', function* (broken: Broken) {
  const paid = yield* step('pay', () => 'paid');
  const calls = yield* work('ship', broken);
  log.info('after the step that failed');
  return { paid, calls, told: yield* step('tell', () => 'told') };
});

const always = workflow('retry-in-vain', function* () {
  yield* step('ship', { retry: false }, () => {
    throw new RangeError('no carrier');
  });
});

const helper = workflow('retry-helper', function* (broken: Broken) {
  return yield* work('help', broken);
});

const parent = workflow('retry-with-child', function* (broken: Broken) {
  return yield* child(helper, broken);
});

const noted = workflow('retry-forgets', function* (broken: Broken) {
  try {
    return yield* work('work', broken);
  } catch (error) {
    yield* step('note', () => 'noted');
    throw error;
  }
});

const part = signal<number>('part');

const heard = workflow('retry-with-signals', function* (broken: Broken) {
  const first = yield* part.receive();
  yield* work('work', broken);
  return [first, yield* part.receive()];
});

const sums = workflow('fork-with-another-input', function* (by: number) {
  let sum = 0;
  for (const n of [1, 2, 3]) sum += yield* step(`add ${n}`, () => n * by);
  return sum;
});

const waiting = workflow('fork-of-an-open-run', function* (by: number) {
  const got = yield* step('begin', () => by);
  const more = yield* part.receive();
  return got + more + (yield* step('end', () => by));
});

const short = workflow('deleted', function* () {
  yield* step('work', () => 'x'.repeat(2_000));
});

const open = workflow('delete-of-an-open-run', function* () {
  return yield* part.receive();
});

const stoppable = workflow('bulk-cancel', function* () {
  try {
    yield* sleep('30 days');
  } catch (error) {
    if (isCancelled(error)) yield* step('clean up', () => 'clean');
    throw error;
  }
});

const endless = workflow('bulk-terminate', function* () {
  yield* sleep('30 days');
});

const bulkRetried = workflow('bulk-retry', function* (broken: Broken) {
  return yield* work('work', broken);
});

const bulkDeleted = workflow('bulk-delete', function* () {
  return yield* step('work', () => 'worked');
});

const scheduled = workflow('scheduled', function* (team: string | undefined) {
  const isOfTime = runInfo().scheduledAt !== undefined;
  return yield* step('report', () => ({ team: team ?? 'none', isOfTime }));
});

export const repairPrograms: readonly Program[] = [
  {
    workflow: mends,
    input: once,
    acts: [{ retry: true }],
    ends: { status: 'completed', result: { paid: 'paid', calls: 2, told: 'told' } },
    logs: [{ level: 'info', message: /after the step that failed/ }],
  },
  {
    name: 'retry, twice',
    workflow: mends,
    input: () => ({ ...once(), calls: 2 }),
    acts: [{ retry: true }, { retry: true }],
    ends: { status: 'completed', result: { paid: 'paid', calls: 3 } },
  },
  {
    workflow: always,
    acts: [{ retry: true }],
    ends: { status: 'failed', error: { name: 'StepFailedError', message: /no carrier/ } },
  },
  {
    name: 'retry of a run that has completed',
    workflow: sums,
    input: 1,
    acts: [{ retry: true, answers: { code: 'NOT_FAILED', status: 409 } }],
    ends: { status: 'completed', result: 6 },
  },
  {
    workflow: parent,
    others: [helper],
    input: once,
    acts: [{ retry: true }],
    ends: { status: 'completed', result: 2 },
  },
  {
    workflow: noted,
    input: once,
    acts: [
      { retry: true, answers: { code: 'RETRY_REFUSED', detail: /"note#2"/ } },
      { retry: true, force: true },
    ],
    ends: { status: 'completed', result: 2 },
  },
  {
    workflow: heard,
    input: once,
    acts: [{ signal: 'part', payload: 1 }, { retry: true }, { signal: 'part', payload: 2 }],
    ends: { status: 'completed', result: [1, 2] },
  },
  {
    workflow: sums,
    input: 1,
    acts: [
      { fork: 'add 3', input: 100, ends: { status: 'completed', result: 303 } },
      { fork: 'add 2', ends: { status: 'completed', result: 6 } },
      { fork: 'add 4#4', answers: { code: 'FORK_REFUSED', detail: /there is no step "add 4#4"/ } },
    ],
    ends: { status: 'completed', result: 6 },
  },
  {
    workflow: waiting,
    input: 1,
    acts: [
      { fork: 'begin', input: 10 },
      { signal: 'part', payload: 5 },
      { fork: 'end', input: 100, ends: { status: 'completed', result: 106 } },
    ],
    ends: { status: 'completed', result: 7 },
  },
  { workflow: short, acts: [{ delete: true }], ends: { status: 'deleted' } },
  {
    workflow: open,
    acts: [
      { delete: true, answers: { code: 'RUN_NOT_ENDED', status: 409 } },
      { signal: 'part', payload: 1 },
    ],
    ends: { status: 'completed', result: 1 },
  },
  { workflow: stoppable, acts: [{ bulk: 'cancel', done: true }], ends: { status: 'cancelled' } },
  { workflow: endless, acts: [{ bulk: 'terminate', done: true }], ends: { status: 'terminated' } },
  {
    workflow: bulkRetried,
    input: once,
    acts: [{ bulk: 'retry', done: true }],
    ends: { status: 'completed', result: 2 },
  },
  { workflow: bulkDeleted, acts: [{ bulk: 'delete', done: true }], ends: { status: 'deleted' } },
  {
    name: 'bulk retry of a run that has completed',
    workflow: sums,
    input: 1,
    acts: [{ bulk: 'retry', done: false }],
    ends: { status: 'completed', result: 6 },
  },
  {
    workflow: scheduled,
    input: 'own',
    acts: [{ schedule: { input: 'sales', ends: { status: 'completed', result: { team: 'sales', isOfTime: true } } } }],
    ends: { status: 'completed', result: { team: 'own', isOfTime: false } },
  },
];
