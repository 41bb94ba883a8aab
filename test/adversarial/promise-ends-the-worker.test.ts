/** Suspected: a promise that nobody handles, wherever user code made it, ends the process and the turns of all others. */
import { EventEmitter } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import {
  child,
  createTask,
  gather,
  race,
  shield,
  sleep,
  step,
  stepContext,
  taskGroup,
  timeout,
  wait,
  workflow,
  type Coroutine,
} from 'lull';
import { createTestEngine } from 'lull/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silent } from '../testing/silent.ts';
import { WorkerUnderTest } from './worker-under-test.ts';

const reachedTheProcess: unknown[] = [];
const listen = (reason: unknown) => void reachedTheProcess.push(reason);

beforeEach(() => {
  reachedTheProcess.length = 0;
  process.on('unhandledRejection', listen).on('uncaughtException', listen);
});
afterEach(() => {
  process.off('unhandledRejection', listen).off('uncaughtException', listen);
});

const bad = (async () => {
  await Promise.resolve();
  throw new Error('card declined');
}) as () => never;

type Body = () => Coroutine<unknown>;

async function endOf(body: Body) {
  const poison = workflow('poison', body as never);
  const innocent = workflow('innocent', function* () {
    return yield* step('work', () => 'done');
  });
  const worker = new WorkerUnderTest([poison, innocent]);
  await worker.client.start(poison, undefined, { id: 'poison' });
  await worker.client.start(innocent, undefined, { id: 'innocent' });
  expect(await worker.invoke(['poison', 'innocent'])).toEqual({ batchItemFailures: [] });
  await pause(20);
  expect(reachedTheProcess).toEqual([]);
  expect(await worker.client.run('innocent').describe()).toMatchObject({ status: 'completed' });
  return { end: await worker.client.run('poison').describe(), worker };
}

describe('a promise of workflow code that rejects fails its run, and its neighbour completes, when it', () => {
  it.each<[string, string, Body]>([
    [
      'is returned',
      'UNSERIALIZABLE_VALUE',
      function* () {
        return bad();
      },
    ],
    [
      'stands deep in a result',
      'UNSERIALIZABLE_VALUE',
      function* () {
        return { a: [{ b: bad() }] };
      },
    ],
    [
      'is yielded',
      'NOT_AWAITABLE',
      function* () {
        yield bad();
      },
    ],
    [
      'is given to createTask',
      'INVALID_ARGUMENT',
      function* () {
        createTask(bad());
      },
    ],
    [
      'is the second that gather is given',
      'INVALID_ARGUMENT',
      function* () {
        yield* gather([bad(), bad()]);
      },
    ],
    [
      'is given to race',
      'INVALID_ARGUMENT',
      function* () {
        yield* race([bad()]);
      },
    ],
    [
      'is given to timeout',
      'INVALID_ARGUMENT',
      function* () {
        yield* timeout('1s', bad());
      },
    ],
    [
      'is given to shield',
      'INVALID_ARGUMENT',
      function* () {
        yield* shield(bad());
      },
    ],
    [
      'is given to wait',
      'INVALID_ARGUMENT',
      function* () {
        yield* wait([bad(), bad()]);
      },
    ],
    [
      'is what a task group is given',
      'NOT_AWAITABLE',
      function* () {
        yield* taskGroup(bad);
      },
    ],
    [
      'is forgotten before the end',
      'FORGOTTEN_PROMISE',
      function* () {
        void bad();
        return 'ok';
      },
    ],
    [
      'is forgotten before a sleep',
      'FORGOTTEN_PROMISE',
      function* () {
        void bad();
        yield* sleep('1h');
      },
    ],
    [
      'is forgotten after a step',
      'FORGOTTEN_PROMISE',
      function* () {
        yield* step('first', () => 1);
        void bad();
        yield* step('second', () => 2);
      },
    ],
    [
      'comes of an async function that uses fetch',
      'FORGOTTEN_PROMISE',
      function* () {
        void (async () => fetch('http://127.0.0.1:9/'))();
        yield* sleep('1h');
      },
    ],
  ])('%s', async (_, code, body) => {
    const { end } = await endOf(body);
    expect(end).toMatchObject({ status: 'failed', error: { code } });
  });

  it('is delegated to', async () => {
    const { end } = await endOf(function* () {
      yield* bad() as Coroutine<void>;
    });
    expect(end).toMatchObject({ status: 'failed' });
  });

  it('is thrown', async () => {
    const { end } = await endOf(function* () {
      throw bad() as unknown;
    });
    expect(end).toMatchObject({ status: 'failed', error: { message: 'a Promise was thrown, which is no Error' } });
  });
});

it('the failure of a forgotten promise says where the code stands, and keeps what went wrong', async () => {
  const { end } = await endOf(function* () {
    yield* step('first', () => 1);
    void bad();
    yield* sleep('1h');
  });
  expect(end).toMatchObject({
    error: {
      message: expect.stringMatching(/"poison" made a promise .* Error: card declined.*after sleep/) as unknown,
      cause: { message: 'card declined', stack: expect.stringContaining('promise-ends-the-worker') as unknown },
    },
  });
});

it('the failure of a forgotten promise names the start of a child as what it is', async () => {
  const part = workflow('part', function* () {
    yield* sleep('1h');
  });
  const careless = workflow('careless', function* () {
    void bad();
    yield* child(part, undefined);
  });
  const engine = createTestEngine({ workflows: [part, careless], log: silent });
  await expect(engine.run(careless, undefined)).rejects.toThrow(/after start-child "part"/);
});

it('a callback that returns a promise is logged, and the run goes on', async () => {
  const careless = workflow('careless', function* () {
    const task = createTask(sleep(0));
    task.addDoneCallback(bad);
    yield* task;
    yield* sleep(0);
    return 'ok';
  });
  const errors: unknown[] = [];
  const engine = createTestEngine({
    workflows: [careless],
    log: { ...silent, error: (...values) => errors.push(values[0]) },
  });
  expect(await engine.run(careless)).toBe('ok');
  await pause(5);
  expect(errors).toEqual([expect.stringContaining('A callback of the workflow returned a promise')]);
  expect(reachedTheProcess).toEqual([]);
});

describe('the attempt of a step fails, and no worker dies, when its body', () => {
  it.each<[string, string, () => unknown]>([
    ['gives a promise in its result', 'UNSERIALIZABLE_VALUE', () => ({ p: bad() })],
    [
      'forgets a promise that rejects',
      'card declined',
      async () => {
        void bad();
        await pause(50);
      },
    ],
    [
      'has a timer that throws',
      'late',
      async () => {
        setTimeout(() => {
          throw new Error('late');
        }, 1);
        await pause(50);
      },
    ],
    [
      'has an emitter with an error that nothing listens to',
      'emitted',
      async () => {
        setTimeout(() => new EventEmitter().emit('error', new Error('emitted')), 1);
        await pause(50);
      },
    ],
  ])('%s', async (_, said, body) => {
    const { end } = await endOf(function* () {
      return yield* step('odd', { retry: false }, body);
    });
    expect(end).toMatchObject({ status: 'failed', error: { code: 'STEP_FAILED' } });
    const { error } = end as { error: { cause: { code?: string; message: string } } };
    expect([error.cause.code, error.cause.message]).toContain(said);
  });

  it('has a retryIf that gives a promise, which is always true', async () => {
    const { end } = await endOf(function* () {
      yield* step('odd', { retry: { retryIf: bad, maxAttempts: 3 } }, () => {
        throw new Error('once');
      });
    });
    expect(end).toMatchObject({
      error: {
        attempts: 1,
        cause: { message: expect.stringContaining('retryIf that answers with a promise') as unknown },
      },
    });
  });
});

describe('what a step leaves behind after its end is told in the log with its name, and no worker dies:', () => {
  it.each<[string, () => unknown]>([
    ['a promise that rejects', () => void pause(5).then(bad)],
    ['a timer that throws', () => void setTimeout(bad2, 5)],
    [
      'an abort listener that throws, at a timeout',
      () => {
        stepContext().signal.addEventListener('abort', bad2);
        return new Promise(() => undefined);
      },
    ],
    [
      'an async abort listener that rejects, at a timeout',
      () => {
        stepContext().signal.addEventListener('abort', bad);
        return new Promise(() => undefined);
      },
    ],
  ])('%s', async (_, body) => {
    const { worker } = await endOf(function* () {
      yield* step('odd', { retry: false, timeout: '10ms' }, body);
    });
    await pause(10);
    expect(worker.lines).toContainEqual(
      expect.objectContaining({
        level: 'ERROR',
        message: 'a step has left an error behind, after its attempt ended',
        runId: 'poison',
        step: 'odd#1',
      }),
    );
  });
});

function bad2(): never {
  throw new Error('too late');
}

it('an unhandled rejection that is of no run and no step stays what it was', async () => {
  await endOf(function* () {
    return yield* step('work', () => 1);
  });
  void Promise.reject(new Error('of the test'));
  await pause(5);
  expect(reachedTheProcess).toMatchObject([{ message: 'of the test' }]);
});
