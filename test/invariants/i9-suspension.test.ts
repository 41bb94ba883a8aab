import { describe, expect, it } from 'vitest';
import {
  CancelledError,
  createTask,
  isCancelled,
  log,
  saga,
  signal,
  sleep,
  step,
  taskGroup,
  timeout,
  TimeoutError,
  workflow,
} from 'lull';
import { createTestEngine, type TestEngineOptions } from 'lull/testing';
import { silent } from '../testing/silent.ts';

const note = signal<number>('note');

const ways: Record<string, Omit<TestEngineOptions, 'workflows'>> = {
  'in a warm worker': {},
  'in a worker that forgets everything': { settings: { maxWarmRuns: 0 } },
  'rebuilt at every await': { rebuildAtEveryAwait: true },
};

/** What a run says, each thing once. */
function logInto(said: string[]) {
  return { ...silent, info: (value: string) => said.push(value) };
}

describe.each(Object.entries(ways))('I9: suspending runs no finally and no catch, %s', (_way, options) => {
  const careful = workflow('careful', function* () {
    const inner = function* () {
      try {
        yield* sleep('1 day');
        return yield* note.receive();
      } catch (error) {
        log.info('catch');
        throw error;
      } finally {
        log.info('finally');
      }
    };
    const task = createTask(inner());
    return yield* task;
  });

  it('while it waits for a timer, a signal, or after a crash', async () => {
    const said: string[] = [];
    const engine = createTestEngine({ workflows: [careful], log: logInto(said), ...options });
    const run = await engine.start(careful);
    await engine.settle();
    await engine.advance('12h');
    await engine.crash();
    await engine.advance('36h');
    await engine.crash();
    await engine.advance('30 days');
    expect(said).toEqual([]);
    await run.signal(note, 1);
    expect(await run.result()).toBe(1);
    expect(said).toEqual(['finally']);
  });

  it('cancelling does: a throw into the coroutine, and cleaning up may await', async () => {
    const said: string[] = [];
    const cleaning = workflow('cleaning', function* () {
      try {
        yield* sleep('30 days');
      } catch (error) {
        log.info(isCancelled(error) ? `cancelled: ${error.message}` : 'something else');
        throw error;
      } finally {
        yield* step('tidy up', () => 1);
        yield* sleep('1h');
        log.info('tidied up');
      }
    });
    const engine = createTestEngine({ workflows: [cleaning], log: logInto(said), ...options });
    const run = await engine.start(cleaning);
    await engine.advance('1 day');
    await run.cancel('no need');
    await engine.settle();
    expect(said).toEqual(['cancelled: no need']);
    expect((await run.describe()).status).toBe('suspended');
    await expect(run.result()).rejects.toThrow('no need');
    expect(said).toEqual(['cancelled: no need', 'tidied up']);
    expect(engine.calls('tidy up').length).toBe(1);
    expect(engine.now()).toEqual(new Date('2030-01-02T01:00:00Z'));
  });

  it('cancelling reaches a finally that yields inside a yield* inside a task', async () => {
    const said: string[] = [];
    const nested = workflow('nested', function* () {
      const deepest = function* () {
        try {
          yield* sleep('30 days');
        } finally {
          yield* sleep('1m');
          log.info('deepest');
        }
      };
      const middle = function* () {
        try {
          yield* deepest();
        } finally {
          yield* step('middle', () => 1);
          log.info('middle');
        }
      };
      yield* taskGroup(function* (group) {
        group.createTask(middle());
        try {
          yield* note.receive();
        } finally {
          log.info('outer');
        }
      });
    });
    const engine = createTestEngine({ workflows: [nested], log: logInto(said), ...options });
    const run = await engine.start(nested);
    await engine.settle();
    await run.cancel();
    await expect(run.result()).rejects.toThrow();
    expect((await run.describe()).status).toBe('cancelled');
    expect(said).toEqual(['outer', 'deepest', 'middle']);
  });

  it('a saga undoes, last to first, when its run is cancelled', async () => {
    const undoing = workflow('undoing', function* () {
      yield* saga(function* (steps) {
        for (const name of ['a', 'b', 'c']) {
          yield* step(`do ${name}`, () => 1);
          steps.onFailure(function* () {
            yield* step(`undo ${name}`, () => log.info(`undone ${name}`));
          });
        }
        yield* sleep('30 days');
      });
    });
    const said: string[] = [];
    const engine = createTestEngine({ workflows: [undoing], log: logInto(said), ...options });
    const run = await engine.start(undoing);
    await engine.advance('1 day');
    await run.cancel();
    await expect(run.result()).rejects.toThrow();
    expect(said).toEqual(['undone c', 'undone b', 'undone a']);
  });
});

it('I9: a step that nobody waits for any more is told at once, while the turn goes on', async () => {
  const told: string[] = [];
  const moving = workflow('moving', function* () {
    for (const name of ['first', 'second']) {
      try {
        yield* timeout(
          '1m',
          step(name, ({ signal }) => {
            signal.addEventListener('abort', () => told.push(name));
            return new Promise(() => {});
          }),
        );
      } catch (error) {
        if (!(error instanceof TimeoutError)) throw error;
      }
    }
  });
  const engine = createTestEngine({ workflows: [moving] });
  const run = await engine.start(moving);
  await engine.advance('90s');
  expect(told).toEqual(['first']);
  await run.result();
  expect(told).toEqual(['first', 'second']);
});

describe('I9: the end of a run that was asked to stop', () => {
  it('is completed when its code does not let itself be stopped', async () => {
    const stubborn = workflow('stubborn', function* () {
      try {
        yield* sleep('1 day');
      } catch (error) {
        if (!isCancelled(error)) throw error;
      }
      return yield* sleep('1 day', 'finished anyway');
    });
    const engine = createTestEngine({ workflows: [stubborn] });
    const run = await engine.start(stubborn);
    await engine.settle();
    await run.cancel();
    expect(await run.result()).toBe('finished anyway');
  });

  it('is failed when it fails while it cleans up', async () => {
    const clumsy = workflow('clumsy', function* () {
      try {
        yield* sleep('1 day');
      } finally {
        yield* step('tidy up', { retry: false }, () => {
          throw new Error('broom broke');
        });
      }
    });
    const engine = createTestEngine({ workflows: [clumsy] });
    const run = await engine.start(clumsy);
    await engine.settle();
    await run.cancel();
    await expect(run.result()).rejects.toThrow('broom broke');
    expect((await run.describe()).status).toBe('failed');
  });

  it('is failed, not cancelled, when the code cancels itself', async () => {
    const resigning = workflow('resigning', function* () {
      yield* sleep('1 day');
      throw new CancelledError('I resign');
    });
    const engine = createTestEngine({ workflows: [resigning] });
    const run = await engine.start(resigning);
    await expect(run.result()).rejects.toThrow('I resign');
    expect((await run.describe()).status).toBe('failed');
  });

  it('is cancelled, and no step has begun, when it was cancelled before its time to begin', async () => {
    const unlucky = workflow('unlucky', function* () {
      yield* step('work', () => 1);
    });
    const engine = createTestEngine({ workflows: [unlucky] });
    const run = await engine.start(unlucky, undefined, { delay: '1 day' });
    await engine.settle();
    await run.cancel('not needed');
    await engine.settle();
    expect(await run.describe()).toMatchObject({ status: 'cancelled', reason: 'not needed' });
    expect(engine.calls('work')).toEqual([]);
  });

  it('comes when a step that runs has been told: its signal is aborted, its result counts for nothing', async () => {
    let reason: unknown;
    let letGo = (_value: string): void => undefined;
    const waiting = workflow('waiting', function* () {
      return yield* step('wait', ({ signal }) => {
        signal.addEventListener('abort', () => {
          reason = signal.reason;
        });
        return new Promise<string>((resolve) => {
          letGo = resolve;
        });
      });
    });
    const engine = createTestEngine({ workflows: [waiting] });
    const run = await engine.start(waiting);
    await engine.settle();
    await run.cancel('stop it');
    await expect(run.result()).rejects.toThrow('stop it');
    expect(isCancelled(reason)).toBe(true);
    letGo('too late');
    await engine.settle();
    expect((await engine.history(run)).map(({ kind }) => kind)).toEqual([
      ...['started', 'step', 'cancel-requested', 'cancelled'],
    ]);
  });
});
