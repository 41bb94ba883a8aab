/** Programs that wait for what other tasks do, ask again and again, and go through many items. */
import {
  batch,
  type Coroutine,
  defineStep,
  gather,
  log,
  poll,
  setAttributes,
  setStatus,
  signal,
  sleep,
  step,
  TimeoutError,
  waitUntil,
  workflow,
} from 'lull';
import type { Program } from '../program.ts';

const word = signal<string>('word');

const refund = defineStep('refund', (id: string) => log.info(`refunded ${id}`));

/** Undone as a body, and as code of the run. */
function* pay(): Coroutine<void> {
  const undo = async (n: number): Promise<void> => log.info(`released ${n}`);
  yield* step('reserve', { undo }, () => 7);
  yield* step('charge', { undo: (id: string) => refund(id) }, () => 'c1');
}

const undone = [
  { level: 'info', message: /^refunded c1/ },
  { level: 'info', message: /^released 7/ },
] as const;

const HALVED = [1, 2, 3, 4, 5].map((n) => ({ status: n % 2 === 0 ? 'fulfilled' : 'rejected' }));

export const batchPrograms: readonly Program[] = [
  {
    workflow: workflow('read-only-steps-lead-to-another', { steps: { readOnly: true } }, function* () {
      const price = yield* step('price', () => 7);
      const [stock, discount] = yield* gather([step('stock', () => 3), step('discount', () => price - 6)]);
      const receipt = yield* step('charge', { readOnly: false }, () => (price - discount) * stock);
      yield* sleep('1 day');
      return [receipt, yield* step('state', () => 'sent')];
    }),
    ends: { status: 'completed', result: [18, 'sent'] },
  },
  {
    workflow: workflow('wait-until-lets-one-in', function* () {
      const log: string[] = [];
      let busy = false;
      const work = function* (name: string): Coroutine<void> {
        yield* waitUntil(() => !busy);
        busy = true;
        log.push(`${name} in`);
        yield* step('work', () => name);
        busy = false;
        log.push(`${name} out`);
      };
      yield* gather(['a', 'b', 'c'].map(work));
      return log;
    }),
    ends: { status: 'completed', result: ['a in', 'a out', 'b in', 'b out', 'c in', 'c out'] },
  },
  {
    workflow: workflow('wait-until-signals-are-there', function* () {
      yield* waitUntil(() => word.pending() === 2, { timeout: '1 day' });
      return [word.receiveNowait(), word.receiveNowait()];
    }),
    acts: [
      { signal: 'word', payload: 'a' },
      { after: '1s', signal: 'word', payload: 'b' },
    ],
    ends: { status: 'completed', result: ['a', 'b'] },
  },
  {
    workflow: workflow('wait-until-times-out', function* () {
      try {
        return yield* waitUntil(() => false, { timeout: '1s' });
      } catch (error) {
        if (!(error instanceof TimeoutError)) throw error;
        return error.message;
      }
    }),
    ends: { status: 'completed', result: 'the time limit of waitUntil("1s") was up' },
  },
  {
    workflow: workflow('poll-until-done', function* () {
      const until = ({ percent }: { percent: number }): boolean => percent >= 100;
      return yield* poll('look at the job', { until, every: '300ms', factor: 2, timeout: '1 day' }, (previous) => ({
        percent: (previous?.percent ?? 0) + 40,
      }));
    }),
    ends: { status: 'completed', result: { percent: 120 } },
  },
  {
    workflow: workflow('batch-with-failures', function* () {
      const ended = yield* batch(
        [1, 2, 3, 4, 5],
        (n) =>
          step('halve', { retry: false }, () => {
            if (n % 2 === 1) throw new Error(`${n} is odd`);
            return n / 2;
          }),
        { limit: 2, toleratedFailures: '60%' },
      );
      return { ended, values: ended.values(), failed: ended.errors().length };
    }),
    ends: {
      status: 'completed',
      result: { ended: { endedBy: 'all', items: HALVED }, values: [1, 2], failed: 3 },
    },
  },
  {
    workflow: workflow('batch-of-a-generator-with-enough', function* () {
      let closed = false;
      function* numbers(): Generator<number> {
        try {
          for (let n = 0; ; n += 1) yield n;
        } finally {
          closed = true;
        }
      }
      const ended = yield* batch(numbers(), (n) => sleep(n * 300, n), { limit: 3, enough: 3 });
      return [ended.values(), ended.endedBy, closed];
    }),
    ends: { status: 'completed', result: [[0, 1, 2], 'enough', true] },
  },
  {
    workflow: workflow('undone-when-it-fails', function* () {
      yield* pay();
      yield* step('print', { retry: false }, () => {
        throw new Error('no paper');
      });
    }),
    ends: { status: 'failed', error: { code: 'STEP_FAILED' } },
    logs: undone,
  },
  {
    workflow: workflow('undone-when-it-is-terminated', function* () {
      yield* pay();
      try {
        yield* word.receive();
      } finally {
        log.error('no other code runs');
      }
    }),
    acts: [{ after: '1s', terminate: 'enough', undo: true }],
    ends: { status: 'terminated', reason: 'enough' },
    logs: undone,
  },
  {
    workflow: workflow('shows-a-status', function* () {
      setStatus({ phase: 'waiting' });
      setAttributes({ customer: 'c1', lines: 3 });
      yield* sleep('2s');
      setAttributes({ lines: undefined });
    }),
    ends: { status: 'completed' },
  },
];
