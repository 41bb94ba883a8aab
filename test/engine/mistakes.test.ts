import { describe, expect, it } from 'vitest';
import { type Coroutine, gather, sleep, step, workflow, WorkflowCodeError } from 'lull';
import { createTestEngine, type TestEngineOptions } from 'lull/testing';
import { silent } from '../testing/silent.ts';

const modes: Record<string, Partial<TestEngineOptions>> = {
  'straight through': {},
  'rebuilt at every await': { rebuildAtEveryAwait: true },
};

describe.each(Object.entries(modes))(
  'a workflow that makes a mistake fails with words that help, %s',
  (_mode, options) => {
    const failureOf = async (body: () => Coroutine<unknown>): Promise<WorkflowCodeError> => {
      const wrong = workflow('wrong', body);
      const engine = createTestEngine({ workflows: [wrong], ...options });
      const run = await engine.start(wrong);
      const failure = await run.result().catch((thrown: unknown) => thrown);
      expect((await run.describe()).status).toBe('failed');
      const { cause } = failure as Error;
      expect(cause).toBeInstanceOf(WorkflowCodeError);
      return cause as WorkflowCodeError;
    };

    it('when it yields a promise', async () => {
      const error = await failureOf(function* () {
        yield* step('work', () => 1);
        yield Promise.resolve(1) as never;
      });
      expect(error.code).toBe('NOT_AWAITABLE');
      expect(error.message).toContain(
        "a promise cannot be replayed; make it inside of a step: yield* step('name', () => ...)",
      );
    });

    it('when it has a promise behind yield*', async () => {
      const late = async () => Promise.reject(new Error('nothing takes it'));
      const error = await failureOf(function* () {
        yield* late() as unknown as Coroutine<void>;
      });
      expect(error.code).toBe('NOT_AWAITABLE');
      expect(error.message).toContain("make it inside of a step: yield* step('name', () => ...)");
    });

    it('when it has an array behind yield*', async () => {
      const error = await failureOf(function* () {
        yield* [step('a', () => 1), step('b', () => 2)] as unknown as Coroutine<void>;
      });
      expect(error.code).toBe('NOT_AWAITABLE');
      expect(error.message).toContain('yield* gather([...])');
    });

    it('when it forgets the *', async () => {
      const error = await failureOf(function* () {
        yield sleep('1s') as never;
      });
      expect(error.code).toBe('NOT_AWAITABLE');
      expect(error.message).toContain('write yield* in front of it');
    });

    it('when it yields a value', async () => {
      const error = await failureOf(function* () {
        yield 42 as never;
      });
      expect(error.message).toContain('yielded 42');
    });

    it('when its body is no generator function', async () => {
      const error = await failureOf((() => 'result') as never);
      expect(error.message).toContain('write it as function* () { ... }');
    });

    it('when it gathers promises', async () => {
      const error = await failureOf(function* () {
        yield* gather([Promise.resolve(1) as never]);
      });
      expect(error.message).toContain('which cannot be awaited');
    });

    it('when it never awaits what it has created', async () => {
      const error = await failureOf(function* () {
        step('work', () => 1);
      });
      expect(error.code).toBe('NEVER_AWAITED');
      expect(error.message).toMatch(/step\("work"\) \(at mistakes\.test\.ts:\d+:\d+\) was created and never awaited/);
    });

    it('when it goes on for ever without waiting', async () => {
      const error = await failureOf(function* () {
        for (;;) yield* sleep(0);
      });
      expect(error.code).toBe('ENDLESS_LOOP');
    });

    it('when it calls the api from a step', async () => {
      const wrong = workflow('wrong', function* () {
        yield* step('work', { retry: false }, () => {
          sleep('1s');
        });
      });
      const error = await createTestEngine({ workflows: [wrong], ...options })
        .run(wrong)
        .catch((thrown: unknown) => thrown);
      expect((error as Error).cause).toMatchObject({ code: 'NOT_IN_A_RUN' });
    });
  },
);

it('without strict, what was never awaited is a warning, once', async () => {
  const warnings: unknown[] = [];
  const log = { ...silent, warn: (value: unknown) => warnings.push(value) };
  const forgetful = workflow('forgetful', function* () {
    sleep('1s');
    yield* sleep('1h');
    return 'fine';
  });
  const engine = createTestEngine({ workflows: [forgetful], strict: false, log, rebuildAtEveryAwait: true });
  expect(await engine.run(forgetful)).toBe('fine');
  expect(warnings.length).toBe(1);
  expect(warnings[0]).toContain('was created and never awaited');
});

it('an async function as the body is refused where the workflow is made', () => {
  expect(() => workflow('wrong', (async () => 1) as never)).toThrow('an async function');
});

it('outside of workflow code a promise has no iterator, and may be given one', () => {
  const promise = Promise.resolve(1) as Promise<number> & { [Symbol.iterator]?: unknown };
  createTestEngine({ workflows: [workflow('any', function* () {})] });
  expect(promise[Symbol.iterator]).toBeUndefined();
  expect(() => [...(promise as never)]).toThrow(TypeError);
  promise[Symbol.iterator] = 'its own';
  expect(promise[Symbol.iterator]).toBe('its own');
  expect((Promise.resolve(2) as typeof promise)[Symbol.iterator]).toBeUndefined();
});
