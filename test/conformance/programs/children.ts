/** Programs that start other runs, wait for them, and stop them. */
import {
  child,
  ChildFailedError,
  gather,
  getRun,
  isCancelled,
  log,
  race,
  runInfo,
  signal,
  sleep,
  startChild,
  startRun,
  step,
  uuid,
  workflow,
} from 'lull';
import type { Program } from '../program.ts';

const word = signal<string>('word');

const double = workflow('double', function* (n: number) {
  return yield* step('double', () => n * 2);
});
const breaks = workflow('breaks', function* (text: string) {
  yield* step('break', { retry: false }, () => {
    throw new RangeError(text);
  });
});
const listens = workflow('listens', function* () {
  return { heard: yield* word.receive(), isChild: runInfo().parent !== undefined };
});
const slow = workflow('slow', function* (name: string) {
  try {
    yield* sleep('1 day');
  } catch (error) {
    if (isCancelled(error)) log.info(`${name} stops`);
    throw error;
  }
});

export const childPrograms: readonly Program[] = [
  {
    workflow: workflow('children-side-by-side', function* () {
      return yield* gather([1, 2, 3].map((n) => child(double, n)));
    }),
    others: [double],
    ends: { status: 'completed', result: [2, 4, 6] },
  },
  {
    workflow: workflow('child-that-fails', function* () {
      try {
        yield* child(breaks, 'out of range');
      } catch (error) {
        if (!(error instanceof ChildFailedError)) throw error;
        const { cause } = error;
        return [error.status, (cause as Error).message, ((cause as Error).cause as Error).name];
      }
      return [];
    }),
    others: [breaks],
    ends: { status: 'completed', result: ['failed', /^step "break" failed/, 'RangeError'] },
  },
  {
    workflow: workflow('child-that-is-sent-a-signal', function* () {
      const listening = yield* startChild(listens);
      yield* listening.signal(word, 'hello');
      return yield* listening;
    }),
    others: [listens],
    ends: { status: 'completed', result: { heard: 'hello', isChild: true } },
  },
  {
    workflow: workflow('child-that-loses-a-race', function* () {
      const won = yield* race([child(slow, 'loser'), sleep('1s', 'the clock')]);
      log.info('after the race');
      return won;
    }),
    others: [slow],
    ends: { status: 'completed', result: 'the clock' },
    logs: [{ level: 'info', message: /after the race/ }],
  },
  {
    workflow: workflow('child-that-is-cancelled-with-its-parent', function* () {
      yield* child(slow, 'the child');
    }),
    others: [slow],
    acts: [{ cancel: 'enough' }],
    ends: { status: 'cancelled', reason: 'enough' },
  },
  {
    workflow: workflow('run-that-is-no-child', function* () {
      const id = yield* startRun(double, 21, { id: `no-child-${uuid()}`, delay: '1s' });
      return yield* getRun<number>(id).result();
    }),
    others: [double],
    ends: { status: 'completed', result: 42 },
  },
  {
    workflow: workflow('run-that-is-not-there', function* () {
      try {
        yield* getRun('nowhere').signal(word, 'hello');
      } catch (error) {
        return (error as { code?: string }).code;
      }
      return 'sent';
    }),
    ends: { status: 'completed', result: 'RUN_NOT_FOUND' },
  },
];
