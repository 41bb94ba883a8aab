// A run keeps no call sites until a message is to have one: then it is replayed with them, and nobody notices.
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  type Awaitable,
  type Coroutine,
  createTask,
  runInfo,
  log,
  signal,
  sleep,
  step,
  workflow,
  type Workflow,
} from 'lull';
import { crashEverywhere, createTestEngine, type TestEngineOptions } from 'lull/testing';
import { CallSiteKeepers } from '../../lib/engine/call-sites.ts';
import { silent } from '../testing/silent.ts';

const go = signal<number>('go');

const HERE = /sleep\("1h"\) \(at call-sites\.test\.ts:\d+:\d+\)/;

function forget(): Awaitable<void> {
  return sleep('1h');
}

function played(flow: Workflow<void, unknown>, options: Partial<TestEngineOptions> = {}) {
  const lines: string[] = [];
  const note = (...values: unknown[]): void => void lines.push(String(values[0]));
  const engine = createTestEngine({ workflows: [flow], log: { ...silent, info: note, warn: note }, ...options });
  return { engine, lines };
}

/** How often a run was found to lack call sites. */
function watchLacks(): () => number {
  const add = vi.spyOn(CallSiteKeepers.prototype, 'add');
  return () => add.mock.calls.length;
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('an awaitable that was forgotten is named with its place', () => {
  const bodies: Record<string, () => Coroutine<unknown>> = {
    *'by code that has just begun'() {
      forget();
    },
    *'by code that takes the end of a step'() {
      yield* step('one', () => 1);
      forget();
    },
    *'before a wait, and missed behind it'() {
      forget();
      yield* step('one', () => 1);
      yield* go.receive();
    },
    *'by code that takes a message'() {
      yield* go.receive();
      forget();
    },
    *'in a task whose error is taken, and told to a step'() {
      const task = createTask(
        (function* () {
          yield* step('one', () => 1);
          forget();
        })(),
      );
      try {
        yield* task;
      } catch (error) {
        const { message } = error as Error;
        yield* step('tell', () => message);
        throw error;
      }
    },
  };
  const modes: Record<string, Partial<TestEngineOptions>> = { warm: {}, rebuilt: { rebuildAtEveryAwait: true } };

  it.each(
    Object.entries(bodies).flatMap(([what, body]) =>
      Object.entries(modes).map((mode) => [what, ...mode, body] as const),
    ),
  )('%s, %s', async (_what, _mode, options, body) => {
    const flow = workflow('flow', () => body()); // the function is a new one, and nothing is known of it
    const lacks = watchLacks();
    const { engine } = played(flow, options);
    const run = await engine.start(flow);
    await run.signal(go, 1);
    await expect(run.result()).rejects.toMatchObject({
      cause: { code: 'NEVER_AWAITED', message: expect.stringMatching(HERE) as string },
    });
    expect(lacks()).toBeGreaterThan(0);
  });

  it('whichever await the worker dies at', async () => {
    const flow = workflow(
      'flow',
      bodies['in a task whose error is taken, and told to a step'] as () => Coroutine<unknown>,
    );
    await crashEverywhere({
      workflows: [flow],
      log: silent,
      scenario: async (engine) => {
        const run = await engine.start(flow);
        const { cause } = (await run.result().catch((error: unknown) => error)) as Error;
        expect(String(cause)).toMatch(HERE);
      },
    });
  });
});

it('code that forgets nothing keeps none, whatever it makes and awaits later', async () => {
  const flow = workflow('flow', function* () {
    const later = step('later', () => 2);
    yield* step('one', () => 1);
    yield* go.receive();
    yield* later;
  });
  const lacks = watchLacks();
  const { engine } = played(flow);
  const run = await engine.start(flow);
  await run.signal(go, 1);
  await run.result();
  expect(lacks()).toBe(0);
});

describe('where forgetting is a warning', () => {
  it.each(['at once', 'after a step'])('each line is written once, in order, %s', async (when) => {
    const flow = workflow('flow', function* () {
      if (when === 'after a step') yield* step('one', () => 1);
      log.info('first');
      const task = createTask(
        (function* () {
          log.info('second');
          forget();
        })(),
      );
      yield* task;
      log.info(`third, of ${runInfo().workflow}`);
      forget();
    });
    const { engine, lines } = played(flow, { strict: false });
    const run = await engine.start(flow);
    await run.result();
    const warning = expect.stringMatching(HERE) as string;
    expect(lines).toEqual(['first', 'second', warning, 'third, of flow', warning]);
  });
});

it('the body of a step that is running meanwhile goes on, and is called once', async () => {
  const body = vi.fn(() => new Promise<number>((resolve) => setImmediate(resolve, 1)));
  const flow = workflow('flow', function* () {
    const slow = createTask(step('slow', { atMostOnce: true }, body));
    yield* createTask(
      (function* () {
        yield* step('fast', () => 1);
        forget();
      })(),
    );
    return yield* slow;
  });
  const { engine } = played(flow, { strict: false });
  expect(await (await engine.start(flow)).result()).toBe(1);
  expect(body).toHaveBeenCalledOnce();
});
