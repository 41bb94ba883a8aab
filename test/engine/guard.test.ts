/* eslint no-console: off -- what the guard does to the console is tested here */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Coroutine, createTask, Future, gather, sleep, step, workflow, WorkflowCodeError } from 'lull';
import { createTestEngine } from 'lull/testing';
import { outsideGuard, withGuard, type GuardedRun } from '../../lib/engine/guard.ts';

const START = Date.UTC(2030, 0, 1);

async function played<T>(body: () => Coroutine<T>, options = {}): Promise<T> {
  const guarded = workflow('guarded', body);
  return await createTestEngine({ workflows: [guarded], ...options }).run(guarded);
}

/** What is swapped, and must be as it was whenever no workflow code runs. */
function globalsNow(): unknown[] {
  const { log, error } = console;
  const { env } = process;
  const own = (holder: object, key: string): unknown => Reflect.get(holder, key);
  return [
    ...[Date, globalThis.fetch, setTimeout, setInterval, setImmediate, queueMicrotask, WeakRef, FinalizationRegistry],
    ...[own(globalThis, 'WebSocket'), own(Math, 'random'), own(performance, 'now'), own(AbortSignal, 'timeout')],
    ...[
      own(crypto, 'randomUUID'),
      own(crypto, 'getRandomValues'),
      env,
      own(process, 'nextTick'),
      own(process, 'hrtime'),
      log,
      error,
    ],
  ];
}

const before = globalsNow();

afterEach(() => {
  expect(globalsNow()).toEqual(before);
  for (const [index, value] of globalsNow().entries()) expect(value).toBe(before[index]);
});

describe('in workflow code, the run answers for', () => {
  it('Date: the time of the event that woke it, in every way of asking', async () => {
    const times = await played(function* () {
      yield* sleep('1 day');
      return [new Date(), Date.now(), new Date().getTime(), Date(), new Date(0), Date.UTC(2000, 0)] as const;
    });
    const now = START + 86_400_000;
    expect(times).toEqual([new Date(now), now, now, new Date(now).toString(), new Date(0), Date.UTC(2000, 0)]);
  });

  it('Date, which is a Date for instanceof, classes of its own and what was made outside', async () => {
    const outside = new Date(5);
    const answers = await played(function* () {
      class Deadline extends Date {
        isOver(): boolean {
          return this.getTime() <= Date.now();
        }
      }
      return [
        new Date() instanceof Date,
        outside instanceof Date,
        new Deadline(0) instanceof Date,
        new Deadline(0).isOver(),
        new Deadline().isOver(),
        Date.name,
        Date.length,
        Date.parse('1970-01-01T00:00:00Z'),
        new Date(2030, 0, 1, 12).getHours(),
      ];
    });
    expect(answers).toEqual([true, true, true, true, true, 'Date', 7, 0, 12]);
    expect(new Date().getFullYear()).toBeLessThan(2030);
  });

  it('date.constructor, which is Date, as libraries have it that tell types by it', async () => {
    const made = new Date(0);
    const answers = await played(function* () {
      const Constructor = made.constructor as DateConstructor;
      return [made.constructor === Date, new Date().constructor === Date, new Constructor().getTime()];
    });
    expect(answers).toEqual([true, true, START]);
    expect(made.constructor).toBe(Date);
    expect(new File([], 'x').constructor).toBe(File);
  });

  it('performance.now: milliseconds since the run started', async () => {
    const times = await played(function* () {
      const first = performance.now();
      yield* sleep('90s');
      return [first, performance.now()];
    });
    expect(times).toEqual([0, 90_000]);
  });

  it('randomness: the same on each replay, different from run to run', async () => {
    const dice = workflow('dice', function* () {
      const first = [Math.random(), crypto.randomUUID(), [...crypto.getRandomValues(new Uint8Array(8))]];
      yield* sleep('1 day');
      return [...first, Math.random()];
    });
    const engine = createTestEngine({ workflows: [dice] });
    const rebuilt = createTestEngine({ workflows: [dice], rebuildAtEveryAwait: true });
    const [one, two] = [await engine.run(dice), await engine.run(dice)];
    expect(await rebuilt.run(dice)).toEqual(one);
    expect(two).not.toEqual(one);
    expect(one[1]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});

describe('in workflow code, an error comes from', () => {
  const uses: Record<string, () => unknown> = {
    fetch: () => fetch('https://example.com'),
    setTimeout: () => setTimeout(() => undefined, 1),
    setInterval: () => setInterval(() => undefined, 1),
    setImmediate: () => setImmediate(() => undefined),
    queueMicrotask: () => queueMicrotask(() => undefined),
    'process.env': () => process.env['HOME'],
    'process.env, asked for a name': () => 'HOME' in process.env,
    'process.env, listed': () => Object.keys(process.env),
    'process.env, written': () => {
      process.env['LULL_TEST'] = '1';
    },
    'process.nextTick': () => process.nextTick(() => undefined),
    'process.hrtime': () => process.hrtime(),
    'process.hrtime.bigint': () => process.hrtime.bigint(),
    'AbortSignal.timeout': () => AbortSignal.timeout(1),
    WeakRef: () => new WeakRef({}),
    FinalizationRegistry: () => new FinalizationRegistry(() => undefined),
    ...('WebSocket' in globalThis ? { WebSocket: () => new WebSocket('ws://localhost') } : {}),
  };

  it.each(Object.entries(uses))('%s', async (name, use) => {
    const error = await played(function* () {
      yield* step('before', () => 1);
      use();
    }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(WorkflowCodeError);
    expect(error).toMatchObject({ code: 'FORBIDDEN_GLOBAL' });
    const [word = ''] = name.split(',');
    const { message } = error as Error;
    expect(message).toContain(word);
    expect(message).toContain('in workflow "guarded", in task "Task-1", after step "before"');
    expect(message).toMatch(/\(at .*guard\.test\.ts:\d+:\d+\)?/);
  });

  it('and it says what to do instead', async () => {
    const messageOf = async (use: () => unknown): Promise<string> => {
      const failure = played(function* () {
        use();
      });
      return ((await failure.catch((thrown: unknown) => thrown)) as Error).message;
    };
    expect(await messageOf(() => fetch('https://example.com'))).toContain("put it in a step, as in yield* step('name'");
    expect(await messageOf(() => setTimeout(() => undefined, 1))).toContain("use yield* sleep('1s')");
    expect(await messageOf(() => process.env['HOME'])).toContain(
      'read it in a step, or at the top level of the module',
    );
  });

  it('also in a task, a callback, a finally and a saga of the run', async () => {
    const messages = await played(function* () {
      const seen: string[] = [];
      const note = (error: unknown): void => void seen.push((error as WorkflowCodeError).code);
      const task = createTask(
        (function* () {
          yield* sleep('1s');
          yield* step('x', () => 1);
          queueMicrotask(() => undefined);
        })(),
      );
      try {
        yield* task;
      } catch (error) {
        note(error);
      }
      const future = new Future<void>();
      future.addDoneCallback(() => {
        try {
          process.nextTick(() => undefined);
        } catch (error) {
          note(error);
        }
      });
      future.setResult();
      yield* sleep(0);
      try {
        try {
          yield* sleep('1s');
        } finally {
          setImmediate(() => undefined);
        }
      } catch (error) {
        note(error);
      }
      return seen;
    });
    expect(messages).toEqual(['FORBIDDEN_GLOBAL', 'FORBIDDEN_GLOBAL', 'FORBIDDEN_GLOBAL']);
  });
});

describe('a step reaches outside as it likes', () => {
  it('and gets the real things', async () => {
    process.env['LULL_GUARD_TEST'] = 'set';
    const answers = await played(function* () {
      return yield* step('reach', async () => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        return [process.env['LULL_GUARD_TEST'], new Date().getFullYear() < 2030, typeof fetch];
      });
    });
    delete process.env['LULL_GUARD_TEST'];
    expect(answers).toEqual(['set', true, 'function']);
  });

  it('also while other tasks of the run go on', async () => {
    const [years] = await played(function* () {
      return yield* gather([
        step('look', async () => {
          const seen: boolean[] = [];
          for (let count = 0; count < 20; count += 1) {
            seen.push(new Date().getFullYear() < 2030);
            await Promise.resolve();
          }
          return seen.every(Boolean);
        }),
        (function* () {
          for (let count = 0; count < 20; count += 1) yield* step('other', () => count);
        })(),
      ]);
    });
    expect(years).toBe(true);
  });
});

describe('nothing leaks out of the guard', () => {
  const run = (nowMs = 7): GuardedRun => ({
    workflow: 'w',
    startedAtMs: 0,
    nowMs: () => nowMs,
    random: () => 0.5,
    codeLocation: () => 'here',
    replaying: () => true,
  });

  it('when workflow code throws', () => {
    expect(() =>
      withGuard(run(), () => {
        expect(Date.now()).toBe(7);
        throw new Error('boom');
      }),
    ).toThrow('boom');
    expect(Date.now()).toBeGreaterThan(7);
  });

  it('when it is nested, and the inner one throws', () => {
    withGuard(run(1), () => {
      expect(() =>
        withGuard(run(2), () => {
          expect(Date.now()).toBe(2);
          throw new Error('inner');
        }),
      ).toThrow('inner');
      expect(Date.now()).toBe(1);
    });
    expect(Date.now()).toBeGreaterThan(2);
  });

  it('when its own error is made', () => {
    withGuard(run(), () => {
      expect(() => process.env['HOME']).toThrow(WorkflowCodeError);
      expect(Date.now()).toBe(7);
    });
  });

  it('to code outside that calls what was kept inside', async () => {
    const kept = withGuard(run(), () => ({
      ...{ setTimeout, queueMicrotask, fetch, WeakRef, env: process.env, hrtime: process.hrtime, random: Math.random },
      ...{ log: console.log, format: new Intl.DateTimeFormat('en', { year: 'numeric' }).format, File },
      randomUUID: crypto.randomUUID.bind(crypto),
    }));
    process.env['LULL_GUARD_TEST'] = 'set';
    expect(kept.env['LULL_GUARD_TEST']).toBe('set');
    expect(Object.keys(kept.env)).toContain('LULL_GUARD_TEST');
    delete kept.env['LULL_GUARD_TEST'];
    expect(process.env['LULL_GUARD_TEST']).toBeUndefined();
    await new Promise<void>((resolve) => kept.setTimeout(() => kept.queueMicrotask(resolve), 0));
    expect(await (await kept.fetch('data:,hello')).text()).toBe('hello');
    expect(new kept.WeakRef(run).deref()).toBe(run);
    expect(typeof kept.hrtime.bigint()).toBe('bigint');
    expect(new Set(Array.from({ length: 9 }, kept.random)).size).toBe(9);
    expect(new Set(Array.from({ length: 9 }, kept.randomUUID)).size).toBe(9);
    expect(kept.format()).toBe(String(new Date().getFullYear()));
    expect(new kept.File([], 'x').lastModified).toBeGreaterThan(Date.UTC(2020, 0));
  });

  it('to a fake that takes the place of what was kept', () => {
    const kept = withGuard(run(), () => Date);
    vi.useFakeTimers({ now: 5, toFake: ['Date'] });
    try {
      expect(kept.now()).toBe(5);
      expect(new kept().getTime()).toBe(5);
      expect(withGuard(run(), () => Date.now())).toBe(7);
    } finally {
      vi.useRealTimers();
    }
  });

  it('when workflow code freezes what the guard has put up', () => {
    const holder = Math as { random: () => number };
    const real = holder.random;
    withGuard(run(), () => Object.defineProperty(holder, 'random', { writable: false }));
    expect(new Set(Array.from({ length: 9 }, () => Math.random())).size).toBe(9);
    expect(console.log).toBe(before.at(-2));
    expect(() => withGuard(run(), () => 1)).toThrow(expect.objectContaining({ code: 'GLOBALS_FROZEN' }) as Error);
    expect(globalThis.Date).toBe(before[0]);
    Object.defineProperty(holder, 'random', { writable: true, value: real });
    expect(withGuard(run(), () => Math.random())).toBe(0.5);
  });

  it('to code that a logger or the console calls', () => {
    const seen = withGuard(run(), () => {
      const years = [outsideGuard(() => new Date().getFullYear())];
      outsideGuard(() => withGuard(run(1), () => years.push(Date.now())));
      return [...years, Date.now()];
    });
    expect(seen).toEqual([new Date().getFullYear(), 1, 7]);
  });

  it('to a Date that was kept: outside it tells the real time', () => {
    const kept = withGuard(run(), () => Date);
    expect(new kept().getTime()).toBeGreaterThan(Date.UTC(2020, 0));
    expect(kept.now()).toBeGreaterThan(Date.UTC(2020, 0));
  });

  it('to what a test put in place of the globals in the meantime', () => {
    const spy = vi.spyOn(Math, 'random').mockReturnValue(0.25);
    withGuard(run(), () => expect(Math.random()).toBe(0.5));
    expect(Math.random()).toBe(0.25);
    spy.mockRestore();
  });
});

describe('console', () => {
  it('is silent while a run replays, and says each thing once', async () => {
    const said: unknown[] = [];
    const spy = vi.spyOn(console, 'log').mockImplementation((value: unknown) => said.push(value));
    await played(
      function* () {
        console.log('first');
        yield* sleep('1h');
        console.log('second');
        yield* step('work', () => console.log('in the step'));
        console.log('third');
      },
      { rebuildAtEveryAwait: true },
    );
    spy.mockRestore();
    expect(said).toEqual(['first', 'second', 'in the step', 'third']);
  });
});
