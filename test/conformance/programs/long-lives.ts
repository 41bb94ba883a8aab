/** Runs that wait for others, and runs whose time is up. */
import {
  callback,
  continueAsNew,
  type Coroutine,
  isCancelled,
  race,
  signal,
  sleep,
  step,
  TimeoutError,
  workflow,
} from 'lull';
import type { Program } from '../program.ts';

const approval = workflow('approval-by-callback', function* () {
  const decision = callback<{ approved: boolean }>('decision', { timeout: '1h' });
  yield* step('hand out', () => decision.token);
  try {
    return (yield* decision).approved ? 'approved' : 'refused';
  } catch (error) {
    if (error instanceof TimeoutError) return error.message;
    throw error;
  }
});

const raced = workflow('raced-callback', function* () {
  const paid = callback<number>('paid');
  yield* step('hand out', () => paid.token);
  const first = yield* race({ paid, late: sleep('1h') });
  return first.key === 'paid' ? first.value : 'late';
});

const limited = workflow('limited', { timeout: '30m' }, function* () {
  try {
    yield* sleep('1 day');
  } catch (error) {
    yield* step('clean up', () => isCancelled(error));
    throw error;
  }
});

const added = signal<number>('added');

const adding = workflow('adding', function* (sum: number): Coroutine<number> {
  const total = sum + (yield* added.receive());
  yield* step('note', () => total);
  return total >= 6 ? total : yield* continueAsNew(total);
});

export const longLifePrograms: readonly Program[] = [
  {
    name: 'callback that is completed',
    workflow: approval,
    acts: [{ after: '1s', completeCallback: 'hand out', value: { approved: true } }],
    ends: { status: 'completed', result: 'approved' },
  },
  {
    name: 'callback that comes too late',
    workflow: approval,
    ends: { status: 'completed', result: 'callback "decision" was not completed within 3600000 ms' },
  },
  {
    workflow: raced,
    acts: [{ after: '1s', completeCallback: 'hand out', value: 990 }],
    ends: { status: 'completed', result: 990 },
  },
  {
    name: 'run that continues as new, twice',
    workflow: adding,
    input: 0,
    acts: [1, 2, 3].map((payload) => ({ signal: 'added', payload })),
    ends: { status: 'completed', result: 6 },
  },
  {
    name: 'run whose time is up',
    workflow: limited,
    ends: { status: 'failed', error: { name: 'TimeoutError', message: /the timeout of the run was up/ } },
  },
];
