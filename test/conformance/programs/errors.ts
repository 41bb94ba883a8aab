/** Programs that fail, in the ways in which JavaScript lets code fail. */
import {
  type Coroutine,
  ExceptionGroup,
  gather,
  NonRetryableError,
  RetryAfterError,
  sleep,
  step,
  StepFailedError,
  stepContext,
  taskGroup,
  workflow,
} from 'lull';
import type { Expected, Program } from '../program.ts';

class OrderRefused extends Error {
  override name = 'OrderRefused';
  constructor(order: string) {
    super(`order ${order} was refused`);
  }
}

/** What is thrown, and what a run that fails with it shows. */
const THROWN: Readonly<Record<string, readonly [thrown: () => unknown, error: Expected]>> = {
  'an-error': [() => new TypeError('no such thing'), { name: 'TypeError', message: 'no such thing' }],
  'an-own-class': [() => new OrderRefused('o-1'), { name: 'OrderRefused', message: 'order o-1 was refused' }],
  'a-cause': [
    () => new Error('outer', { cause: new RangeError('inner') }),
    { message: 'outer', cause: { name: 'RangeError', message: 'inner' } },
  ],
  'an-aggregate': [
    () => new AggregateError([new Error('one'), new Error('two')], 'both'),
    { name: 'AggregateError', message: 'both', errors: [{ message: 'one' }, { message: 'two' }] },
  ],
  'a-frozen-error': [() => Object.freeze(new Error('frozen')), { message: 'frozen' }],
  'an-error-without-message': [() => new Error(), { name: 'Error', message: '' }],
  'an-error-without-stack': [
    () => Object.assign(new Error('bare'), { stack: undefined }),
    { name: 'Error', message: 'bare' },
  ],
  'a-long-message': [() => new Error('x'.repeat(20_000)), { name: 'Error', message: /^x{1000}/ }],
  'a-dom-exception': [() => new DOMException('stopped', 'AbortError'), { name: 'AbortError', message: 'stopped' }],
  'a-text': [() => 'just a text', { message: /just a text/ }],
  'a-number': [() => 42, { message: /42/ }],
  nothing: [() => undefined, { message: /undefined/ }],
  null: [() => null, { message: /null/ }],
  'an-object': [() => ({ code: 'E_ODD' }), { message: /./ }],
};

const thrownByTheBody: Program[] = Object.entries(THROWN).map(([name, [thrown, error]]) => ({
  workflow: workflow(`body-throws-${name}`, function* () {
    yield* sleep(1);
    throw thrown();
  }),
  ends: { status: 'failed', error },
}));

const thrownByAStep: Program[] = Object.entries(THROWN).map(([name, [thrown, cause]]) => ({
  workflow: workflow(`step-throws-${name}`, function* () {
    yield* step('fail', { retry: false }, () => {
      throw thrown();
    });
  }),
  ends: { status: 'failed', error: { name: 'StepFailedError', code: 'STEP_FAILED', cause } },
}));

export const errorPrograms: readonly Program[] = [
  ...thrownByTheBody,
  ...thrownByAStep,
  {
    workflow: workflow('error-is-caught', function* () {
      try {
        yield* step('refuse', { retry: false }, () => {
          throw new OrderRefused('o-2');
        });
        return 'not refused';
      } catch (error) {
        if (!(error instanceof StepFailedError)) throw error;
        return [error.name, (error.cause as Error).name, (error.cause as Error).message];
      }
    }),
    ends: { status: 'completed', result: ['StepFailedError', 'OrderRefused', 'order o-2 was refused'] },
  },
  {
    workflow: workflow('step-is-tried-again', function* () {
      return yield* step('third time', { retry: { firstDelay: '100ms' } }, ({ attempt }) => {
        if (attempt < 3) throw new Error(`attempt ${attempt}`);
        return attempt;
      });
    }),
    ends: { status: 'completed', result: 3 },
  },
  {
    workflow: workflow('step-is-not-tried-again', function* () {
      yield* step('once', () => {
        throw new NonRetryableError(`attempt ${stepContext().attempt}`);
      });
    }),
    ends: { status: 'failed', error: { name: 'StepFailedError', cause: { message: 'attempt 1' } } },
  },
  {
    workflow: workflow('step-is-tried-after-a-while', function* () {
      return yield* step('later', ({ attempt }) => {
        if (attempt === 1) throw new RetryAfterError('2s', 'busy');
        return attempt;
      });
    }),
    ends: { status: 'completed', result: 2 },
  },
  {
    workflow: workflow('step-rejects', function* () {
      yield* step('reject', { retry: false }, () => Promise.reject(new EvalError('async')));
    }),
    ends: { status: 'failed', error: { cause: { name: 'EvalError', message: 'async' } } },
  },
  {
    workflow: workflow('step-gives-what-cannot-be-stored', function* () {
      yield* step('give', () => ({ lines: [{ price: () => 1 }] }));
    }),
    ends: {
      status: 'failed',
      error: { name: 'StepFailedError', message: /./, cause: { message: /\$\.lines\[0\]\.price/ } },
    },
  },
  {
    workflow: workflow('body-gives-what-cannot-be-stored', function* () {
      yield* sleep(1);
      return { nested: new WeakMap() };
    }),
    ends: { status: 'failed', error: { message: /\$\.nested/ } },
  },
  {
    workflow: workflow('two-of-a-group-fail', function* () {
      const fail = function* (name: string, after: string): Coroutine<never> {
        try {
          yield* sleep(after);
        } catch {
          // It was cancelled, and fails all the same.
        }
        throw new Error(name);
      };
      try {
        yield* taskGroup(function* (group) {
          group.createTask(fail('a', '1s'));
          group.createTask(fail('b', '1 day'));
          yield* sleep('1 day');
        });
        return 'no error';
      } catch (error) {
        if (!(error instanceof ExceptionGroup)) throw error;
        return error.errors.map((each) => each.message);
      }
    }),
    ends: { status: 'completed', result: ['a', 'b'] },
  },
  {
    workflow: workflow('errors-as-results', function* () {
      const results = yield* gather(
        [
          step('good', () => 'good'),
          step('bad', { retry: false }, () => {
            throw new Error('bad');
          }),
        ],
        { returnExceptions: true },
      );
      return results.map((result) => (result instanceof StepFailedError ? (result.cause as Error).message : result));
    }),
    ends: { status: 'completed', result: ['good', 'bad'] },
  },
  {
    workflow: workflow('finally-awaits', function* () {
      const done: string[] = [];
      try {
        try {
          yield* step('fail', { retry: false }, () => {
            throw new Error('first');
          });
        } finally {
          done.push(yield* step('clean up', () => 'cleaned'));
        }
      } catch {
        done.push('caught');
      }
      return done;
    }),
    ends: { status: 'completed', result: ['cleaned', 'caught'] },
  },
];
