/* eslint no-console: off -- the console of workflow code and of steps is played here */
/** Programs that log: in workflow code, in steps, at every level, and what the engine itself has to say. */
import { createTask, gather, log, race, sleep, step, stepContext, workflow } from 'lull';
import type { Program } from '../program.ts';

export const loggingPrograms: readonly Program[] = [
  {
    workflow: workflow('log-at-every-level', function* () {
      log.debug('it begins', { at: 1 });
      log.info('it goes on', { cart: ['a', 'b'] });
      yield* sleep('2s');
      log.warn('it takes long');
      yield* step('work', () => 1);
      log.error('it was too much', new Error('of everything'));
      yield* sleep('2s');
      return 'logged';
    }),
    ends: { status: 'completed', result: 'logged' },
    logs: [
      { level: 'debug', message: /^it begins$/ },
      { level: 'info', message: /^it goes on$/ },
      { level: 'warn', message: /^it takes long$/ },
      { level: 'error', message: /^it was too much$/ },
    ],
  },
  {
    workflow: workflow('log-in-steps', function* () {
      yield* step('inner', () => stepContext().log.info('from its context'));
      yield* step('outer', () => log.info('from the module'));
      return 'logged';
    }),
    ends: { status: 'completed', result: 'logged' },
    logs: [
      { level: 'info', message: /^from its context$/ },
      { level: 'info', message: /^from the module$/ },
    ],
  },
  {
    workflow: workflow('log-odd-values', function* () {
      const circle: Record<string, unknown> = {};
      circle['itself'] = circle;
      log.info('odd', undefined, null, 1n, Symbol('s'), () => 1, new Map([[1, 2]]), new Date(0), circle);
      log.info('with fields', { big: 1n, circle, level: 'none', error: new TypeError('wrong') });
      yield* sleep(1);
      return 'logged';
    }),
    ends: { status: 'completed', result: 'logged' },
    logs: [
      { level: 'info', message: /^odd/ },
      { level: 'info', message: /^with fields/ },
    ],
  },
  {
    workflow: workflow('console-at-every-level', function* () {
      console.debug('console: debug');
      console.log('console: %s', 'log');
      console.info('console: info', { a: [1, { b: 2 }] });
      yield* sleep('2s');
      return 'printed';
    }),
    ends: { status: 'completed', result: 'printed' },
  },
  {
    workflow: workflow('sleep-not-awaited', function* () {
      sleep('1 day');
      yield* sleep(1);
      return 'went on';
    }),
    ends: { status: 'completed', result: 'went on' },
    logs: [{ level: 'warn', message: /sleep\("1 day"\).*never awaited/ }],
  },
  {
    workflow: workflow('step-not-awaited', function* () {
      step('forgotten', () => 'never');
      yield* sleep('2s');
      return 'went on';
    }),
    ends: { status: 'completed', result: 'went on' },
    logs: [{ level: 'warn', message: /"forgotten".*never awaited/ }],
  },
  {
    workflow: workflow('failed-task-not-awaited', function* () {
      createTask(
        (function* () {
          yield* sleep('1s');
          throw new RangeError('of the task');
        })(),
        { name: 'lonely' },
      );
      yield* sleep('3s');
      return 'went on';
    }),
    ends: { status: 'completed', result: 'went on' },
    logs: [{ level: 'error', message: /"lonely" failed/ }],
  },
  {
    workflow: workflow('loser-of-a-race-fails', function* () {
      const won = yield* race([
        sleep('1s', 'first'),
        (function* () {
          try {
            return yield* sleep('1 day', 'second');
          } finally {
            yield* step('clean up', { retry: false }, () => {
              throw new Error('cannot clean up');
            });
          }
        })(),
      ]);
      return won;
    }),
    ends: { status: 'completed', result: 'first' },
  },
  {
    workflow: workflow('many-tasks-log', function* () {
      yield* gather(
        Array.from({ length: 20 }, (_, number) =>
          (function* () {
            yield* sleep(number * 100);
            log.info(`task ${number} is done`);
          })(),
        ),
      );
      return 'logged';
    }),
    ends: { status: 'completed', result: 'logged' },
    logs: Array.from({ length: 20 }, (_, number) => ({
      level: 'info' as const,
      message: new RegExp(`^task ${number} is done$`),
    })),
  },
];
