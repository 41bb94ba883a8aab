/** Suspicion: a request to cancel that was accepted gets lost when an error overtakes it. */
import {
  type Coroutine,
  createTask,
  ExceptionGroup,
  isCancelled,
  saga,
  sleep,
  step,
  taskGroup,
  timeout,
  waitFor,
  workflow,
} from 'lull';
import { createTestEngine, type TestEngineOptions } from 'lull/testing';
import { describe, expect, it } from 'vitest';
import { silent } from '../testing/silent.ts';

const charged: string[] = [];

/** What each of these does later, when it should have been cancelled. */
function* chargeLater(): Coroutine<void> {
  yield* sleep('1 day');
  yield* step('charge', () => void charged.push('charged'));
}

function* slowToLeave(): Coroutine<void> {
  try {
    yield* sleep('365 days');
  } finally {
    yield* sleep('5 minutes');
  }
}

function* failIn(duration: string): Coroutine<never> {
  yield* sleep(duration);
  throw new Error('boom');
}

/** Each is asked to cancel after two minutes, and catches nothing but an error of its own. */
const bodies: Record<string, () => Coroutine<void>> = {
  *'a task group that unwinds'() {
    try {
      yield* taskGroup(function* (group) {
        group.createTask(slowToLeave());
        group.createTask(failIn('1 minute'));
      });
    } catch (error) {
      if (!(error instanceof ExceptionGroup)) throw error;
    }
    yield* chargeLater();
  },
  *'a task group of which a task fails as it is cancelled'() {
    try {
      yield* taskGroup(function* (group) {
        group.createTask(
          (function* () {
            try {
              yield* sleep('365 days');
            } finally {
              // eslint-disable-next-line no-unsafe-finally -- that is the case
              throw new Error('boom');
            }
          })(),
        );
      });
    } catch (error) {
      if (!(error instanceof ExceptionGroup)) throw error;
    }
    yield* chargeLater();
  },
  *'a saga of which an undo fails'() {
    try {
      yield* saga(function* (undo) {
        undo.onFailure(() => failIn('5 minutes'));
        yield* sleep('365 days');
      });
    } catch (error) {
      if (!(error instanceof ExceptionGroup)) throw error;
    }
    yield* chargeLater();
  },
  *'a saga that undoes what failed, while an undo fails'() {
    try {
      yield* saga(function* (undo) {
        undo.onFailure(() => failIn('5 minutes'));
        yield* failIn('1 minute');
      });
    } catch (error) {
      if (!(error instanceof ExceptionGroup)) throw error;
    }
    yield* chargeLater();
  },
  *'waitFor in the round in which the awaited has ended'() {
    yield* waitFor(sleep('2 minutes'), '1 day');
    yield* chargeLater();
  },
  *'a timeout that is up while its body unwinds'() {
    try {
      yield* timeout('1 minute', slowToLeave());
    } catch (error) {
      if (isCancelled(error)) throw error;
    }
    yield* chargeLater();
  },
  *'the end of a task group whose last task has ended'() {
    yield* taskGroup(function* (group) {
      group.createTask(sleep('2 minutes'));
    });
    yield* chargeLater();
  },
};

const homes: Record<string, Omit<TestEngineOptions, 'workflows'>> = {
  'straight through': {},
  'rebuilt at every await': { rebuildAtEveryAwait: true },
  'with a cold worker for each turn': { settings: { hotWaitMs: 0, maxWarmRuns: 0 } },
};

describe.each(Object.entries(homes))('%s', (_home, options) => {
  it.each(Object.entries(bodies))('%s does not swallow the cancel', async (_name, body) => {
    charged.length = 0;
    const played = workflow('played', body);
    const engine = createTestEngine({ log: silent, ...options, workflows: [played] });
    const run = await engine.start(played);
    await engine.advance('2 minutes');
    await run.cancel('customer');
    await expect(run.result()).rejects.toThrow();
    const { status } = await run.describe();
    expect({ status, charged }).toEqual({ status: 'cancelled', charged: [] });
  });
});

it('a time limit around a task group that has failed is a time limit still', async () => {
  const limited = workflow('limited', function* () {
    yield* timeout('1 hour', function* () {
      try {
        yield* taskGroup(function* (group) {
          group.createTask(failIn('1 minute'));
          yield* sleep('365 days');
        });
      } catch (error) {
        if (!(error instanceof ExceptionGroup)) throw error;
      }
      yield* sleep('365 days');
    });
  });
  const engine = createTestEngine({ workflows: [limited] });
  await expect(engine.run(limited)).rejects.toMatchObject({
    code: 'TIMEOUT',
    message: 'the time limit of timeout("1 hour") was up',
  });
});

it('a request that the code has taken back before it was thrown is not thrown', async () => {
  const hesitant = workflow('hesitant', function* () {
    const task = createTask(sleep('1 hour', 'rested'));
    task.cancel();
    task.uncancel();
    return yield* task;
  });
  await expect(createTestEngine({ workflows: [hesitant] }).run(hesitant)).resolves.toBe('rested');
});
