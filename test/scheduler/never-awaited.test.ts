import {
  allTasks,
  asCompleted,
  type Awaitable,
  type Coroutine,
  createTask,
  gather,
  Lock,
  Queue,
  race,
  retry,
  saga,
  shield,
  signal,
  sleep,
  sleepUntil,
  step,
  taskGroup,
  timeout,
  wait,
  waitFor,
  WorkflowCodeError,
  workflow,
} from 'lull';
import { describe, expect, it } from 'vitest';
import { caught } from '../api/run-body.ts';
import { drive } from './drive.ts';

function* empty(): Coroutine<void> {
  yield* sleep(0);
}

const other = workflow('other', empty);
const approved = signal<string>('approved');

const forgotten: readonly (readonly [what: string, make: () => Awaitable<unknown>])[] = [
  ['sleep("1s")', () => sleep('1s')],
  ['sleepUntil()', () => sleepUntil('2031-01-01')],
  ['step("charge")', () => step('charge', () => 1)],
  ['receive() of signal "approved"', () => approved.receive()],
  ['timeout()', () => timeout('1s', sleep('2s'))],
  ['waitFor()', () => waitFor(sleep('2s'), '1s')],
  ['wait()', () => wait(allTasks())],
  ['taskGroup()', () => taskGroup(empty)],
  ['other(...)', () => other()],
  ['retry()', () => retry({}, empty)],
  ['saga()', () => saga(empty)],
  ['queue.get()', () => new Queue().get()],
  ['with()', () => new Lock().with(empty)],
];

const eager: readonly (readonly [what: string, make: () => Awaitable<unknown>])[] = [
  ['gather()', () => gather([sleep('2s')])],
  ['gather()', () => gather({ a: sleep('2s') }, { returnExceptions: true, limit: 1 })],
  ['race()', () => race([sleep('2s'), sleep('3s')])],
  ['race()', () => race({ a: sleep(0) })],
  ['shield()', () => shield(sleep('2s'))],
];

describe('what has begun and is never awaited is found when its task ends', () => {
  it.each(eager)('%s', (what, make) => {
    const body = function* (): Coroutine<string> {
      make();
      yield* sleep('1s');
      return 'done';
    };
    const { outcome, logged } = drive(body, { strict: false });
    expect(outcome).toEqual({ kind: 'completed', value: 'done' });
    const message = expect.stringContaining(`${what} (at never-awaited.test.ts:`) as string;
    expect(logged).toEqual([{ level: 'warn', values: [message] }]);
    expect(drive(body).outcome).toMatchObject({ kind: 'failed', error: { code: 'NEVER_AWAITED', message } });
  });

  it('with what had not begun', () => {
    const { outcome } = drive(function* () {
      gather([sleep('1s')]);
      sleep('2s');
      sleep('3s');
      yield* sleep(0);
    });
    expect((outcome as unknown as { error: Error }).error.message).toMatch(
      /^sleep\("2s"\).*, sleep\("3s"\).* were created .*\. gather\(\).* was begun and never awaited/,
    );
  });

  it('also when the body returns it, since a run cannot end with it', () => {
    const { outcome } = drive(function* () {
      return gather([sleep('1s')]);
    });
    expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'NEVER_AWAITED' } });
  });
});

describe('what is created and never awaited is found when its task ends', () => {
  it.each(forgotten)('%s', (what, make) => {
    const body = function* (): Coroutine<string> {
      make();
      yield* sleep('1s');
      return 'done';
    };
    const strict = drive(body, { strict: true }).outcome;
    expect(strict).toMatchObject({ kind: 'failed', error: { code: 'NEVER_AWAITED' } });
    const { error } = strict as unknown as { error: WorkflowCodeError };
    expect(error).toBeInstanceOf(WorkflowCodeError);
    expect(error.message).toContain(`${what} (at never-awaited.test.ts:`);
    expect(error.message).toContain('yield*');

    const { outcome, logged } = drive(body, { strict: false });
    expect(outcome).toEqual({ kind: 'completed', value: 'done' });
    expect(logged).toEqual([{ level: 'warn', values: [error.message] }]);
  });

  it('the place is that of the call', () => {
    const line = Number(/:(\d+):\d+\)?$/.exec(new Error().stack!.split('\n')[1]!)![1]) + 2;
    const { outcome } = drive(function* () {
      sleep('1s');
      yield* sleep(0);
    });
    expect((outcome as unknown as { error: Error }).error.message).toContain(`never-awaited.test.ts:${line}:`);
  });

  it('several are named together', () => {
    const { outcome } = drive(function* () {
      sleep('1s');
      step('a', () => 1);
      yield* sleep(0);
    });
    expect((outcome as unknown as { error: Error }).error.message).toMatch(
      /sleep\("1s"\).*, step\("a"\).* were created/,
    );
  });

  it('the task that created it fails, whichever other tasks there are', () => {
    const { outcome } = drive(function* () {
      const task = createTask(
        (function* () {
          sleep('1s');
          yield* sleep(0);
        })(),
      );
      return yield* caught(task);
    });
    expect(outcome).toMatchObject({ kind: 'completed', value: { code: 'NEVER_AWAITED' } });
  });

  it('an awaitable that is returned instead of awaited is one of them', () => {
    const { outcome } = drive(function* () {
      return step('charge', () => 1);
    });
    expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'NEVER_AWAITED' } });
  });
});

const fine: readonly (readonly [what: string, body: () => Coroutine<unknown>])[] = [
  [
    'what runs in a task of its own',
    function* () {
      createTask(sleep(0));
      yield* sleep('1s');
    },
  ],
  [
    'what a gather with a limit has not begun yet',
    function* () {
      const all = yield* createTask(
        (function* () {
          yield* sleep(0);
          return gather([sleep('1s', 1), sleep('1s', 2), sleep('1s', 3)], { limit: 1 });
        })(),
      );
      return yield* all;
    },
  ],
  [
    'what is given to a block that never begins',
    function* () {
      const task = createTask(timeout('1s', sleep('1s')));
      task.cancel();
      yield* caught(task);
    },
  ],
  [
    'what is given to a task that never begins',
    function* () {
      createTask(step('charge', () => 1)).cancel();
      yield* sleep(0);
    },
  ],
  [
    'what another combinator takes',
    function* () {
      const both = gather([race([sleep('1s'), sleep('2s')]), shield(sleep('1s'))]);
      yield* race([timeout('1m', both), sleep('1h')]);
      yield* createTask(gather([sleep('1s')]));
    },
  ],
  ...refusals(),
  [
    'what another task awaits in time',
    function* () {
      const nap = sleep('1s');
      yield* createTask(nap);
    },
  ],
];

/** Calls that throw: the error says it all. */
function refusals(): [what: string, body: () => Coroutine<unknown>][] {
  const calls: [what: string, call: () => unknown][] = [
    ['timeout with a negative duration', () => timeout(-5, sleep('1s'))],
    ['waitFor with a duration that is none', () => waitFor(sleep('1s'), 'soon')],
    ['gather with a promise', () => gather([sleep('1s'), Promise.resolve() as never])],
    ['gather with a limit that is none', () => gather({ a: sleep('1s') }, { limit: 0 })],
    ['asCompleted with a promise', () => asCompleted([sleep('1s'), Promise.resolve() as never])],
    ['asCompleted with a negative timeout', () => asCompleted([sleep('1s')], { timeout: -1 })],
    ['race with a promise', () => race([sleep('1s'), Promise.resolve() as never])],
    ['race with a coroutine that has run', () => race([sleep('1s'), ranAlready()])],
    ['gather with a coroutine that has run', () => gather([sleep('1s'), ranAlready()])],
  ];
  return calls.map(([what, call]) => [
    `what is refused by ${what}`,
    function* () {
      expect(call).toThrow(WorkflowCodeError);
      yield* sleep('1s');
    },
  ]);
}

function ranAlready(): Coroutine<void> {
  const coroutine = empty();
  createTask(coroutine);
  return coroutine;
}

it('what a task group refuses is not reported', () => {
  const { outcome } = drive(function* () {
    const late = yield* taskGroup(function* (group) {
      return group;
    });
    expect(() => late.createTask(sleep('1s'))).toThrow('finished');
    yield* sleep('1s');
  });
  expect(outcome.kind).toBe('completed');
});

it.each(fine)('%s is not reported', (_, body) => {
  const { outcome, logged } = drive(body);
  expect(outcome.kind).toBe('completed');
  expect(logged).toEqual([]);
});

it('a task that fails or is cancelled is not asked what it left undone', () => {
  const { outcome, logged } = drive(
    function* () {
      function* drops(error?: Error): Coroutine<void> {
        sleep('1s');
        yield* sleep('1s');
        if (error !== undefined) throw error;
      }
      const failing = createTask(drops(new Error('boom')));
      const cancelled = createTask(drops());
      yield* sleep(0);
      cancelled.cancel();
      const errors = [yield* caught(failing), yield* caught(cancelled)] as Error[];
      return errors.map(({ message }) => message);
    },
    { strict: false },
  );
  expect(outcome).toEqual({ kind: 'completed', value: ['boom', ''] });
  expect(logged).toEqual([]);
});
