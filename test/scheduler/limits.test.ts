import { expect, it } from 'vitest';
import { asCompleted, allTasks, createTask, gather, race, saga, signal, sleep, step, type Awaitable } from 'lull';
import type { Coroutine } from '../../lib/core/awaitable.ts';
import type { JournalEvent } from '../../lib/journal/event.ts';
import { drive, newRun, START_MS } from './drive.ts';

const limits = { maxTasks: 4, maxPendingCommands: 4 };

function sleeps(count: number): Awaitable<unknown>[] {
  return Array.from({ length: count }, () => sleep('1s', 'slept'));
}

it.each([
  ['gather', (count: number) => gather(sleeps(count))],
  ['race', (count: number) => race(sleeps(count) as never)],
  [
    'asCompleted',
    (count: number) => ({
      *[Symbol.iterator]() {
        for (const next of asCompleted(sleeps(count))) yield* next;
      },
    }),
  ],
] as const)(
  '%s of one awaitable more than there may be tasks is refused, and leaves none of them alive',
  (_name, of) => {
    for (const mode of ['straight', 'rebuilt'] as const) {
      const { outcome } = drive(
        function* (): Coroutine<unknown> {
          yield* of(4);
          try {
            yield* of(5);
            return 'not refused';
          } catch (error) {
            yield* sleep(0); // those that were started are told that they are cancelled
            return [(error as { code?: string }).code, allTasks().size];
          }
        },
        { mode, live: { limits } },
      );
      expect(outcome).toEqual({ kind: 'completed', value: ['TOO_MANY_TASKS', 1] });
    }
  },
);

it('a gather with a limit fails, and does not hang, when others have taken the places of its tasks', () => {
  const { outcome } = drive(
    function* () {
      const first = createTask(sleep('1s'));
      // Its place is taken as soon as it is free.
      first.addDoneCallback(() => void createTask(sleep('1 day')));
      for (let index = 0; index < 3; index += 1) createTask(sleep('1 day'));
      const all = gather([first, sleep('1s')], { limit: 1 });
      return yield* all;
    },
    { live: { limits } },
  );
  expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'TOO_MANY_TASKS' } });
});

it('what is pending beyond the limit fails where it is awaited, and takes no position', () => {
  for (const mode of ['straight', 'rebuilt'] as const) {
    const { outcome, journal } = drive(
      function* (): Coroutine<unknown> {
        const all = yield* gather(sleeps(5), { returnExceptions: true });
        const after = yield* step('after', () => 'done');
        return [...all.map((one) => (one as { code?: string }).code ?? one), after];
      },
      { mode, live: { limits: { maxPendingCommands: 4 } } },
    );
    expect(outcome).toEqual({
      kind: 'completed',
      value: ['slept', 'slept', 'slept', 'slept', 'TOO_MANY_COMMANDS', 'done'],
    });
    expect(journal.filter((entry) => entry.kind === 'step')).toEqual([{ kind: 'step', id: 5, name: 'after' }]);
  }
});

it('what is done at once counts too, until the next event', () => {
  const came = signal<null>('came');
  const { outcome } = drive(
    function* (): Coroutine<unknown> {
      yield* sleep('1s');
      for (let times = 0; ; times += 1) {
        try {
          yield* came.receive();
        } catch (error) {
          yield* step('take a breath', () => undefined);
          return [times, (error as { code: string }).code, yield* came.receive()];
        }
      }
    },
    {
      live: { limits: { maxPendingCommands: 10 } },
      messages: Array.from({ length: 13 }, (_, index) => ({
        kind: 'signal-received',
        messageId: String(index),
        atMs: START_MS,
        name: 'came',
        payload: null,
      })),
    },
  );
  expect(outcome).toEqual({ kind: 'completed', value: [10, 'TOO_MANY_COMMANDS', null] });
});

it('a saga can undo what was done when it is a limit that ends it', () => {
  const undone: string[] = [];
  const many = { maxTasks: 20, maxPendingCommands: 20 };
  const { outcome } = drive(
    () =>
      (function* (): Coroutine<unknown> {
        return yield* saga(function* (undos) {
          yield* step('charge', () => 'paid');
          undos.onFailure(() => step('refund', () => undone.push('refund'))[Symbol.iterator]() as Coroutine<unknown>);
          return yield* gather(sleeps(25));
        });
      })(),
    { live: { limits: many } },
  );
  expect(undone).toEqual(['refund']);
  expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'TOO_MANY_TASKS' } });
});

it('code that goes on after a refusal has a reserve of a tenth, and no more', () => {
  const { outcome } = drive(
    function* (): Coroutine<unknown> {
      const created: string[] = [];
      for (let times = 0; times < 15; times += 1) {
        try {
          createTask(sleep('1s'));
          created.push('yes');
        } catch {
          created.push('no');
        }
      }
      yield* sleep(0);
      return created.join(' ');
    },
    { live: { limits: { maxTasks: 10 } }, strict: false },
  );
  expect(outcome).toEqual({ kind: 'completed', value: `${'yes '.repeat(10)}no yes no no no` });
});

const full: JournalEvent = {
  kind: 'limit-reached',
  atMs: START_MS + 500,
  limit: 'maxJournalEvents',
  reason: 'too long',
};

it('a run whose journal is full is asked to stop: it cleans up, and has failed by that', () => {
  for (const mode of ['straight', 'rebuilt'] as const) {
    const { outcome, journal } = drive(
      function* (): Coroutine<unknown> {
        try {
          return yield* sleep('1 day');
        } finally {
          yield* step('clean up', () => 'cleaned');
        }
      },
      { mode, messages: [full] },
    );
    expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'JOURNAL_TOO_LONG', message: 'too long' } });
    expect(journal.map(({ kind }) => kind)).toEqual(['started', 'sleep', 'limit-reached', 'step', 'step-completed']);
  }
});

it('a run that is cancelled while its journal is full has been cancelled; one that does not stop goes on', () => {
  const stubborn = function* (): Coroutine<unknown> {
    try {
      yield* sleep('1 day');
    } catch {
      return yield* sleep('1 day', 'went on');
    }
    return undefined;
  };
  const cancel: JournalEvent = { kind: 'cancel-requested', messageId: 'm', atMs: START_MS + 900, reason: 'enough' };
  expect(drive(stubborn, { messages: [full] }).outcome).toEqual({ kind: 'completed', value: 'went on' });
  expect(drive(stubborn, { messages: [full, cancel] }).outcome).toMatchObject({
    kind: 'cancelled',
    error: { message: 'enough' },
  });
});

it('signals are counted until they are received, of whatever name', () => {
  const [a, b] = [signal<number>('a'), signal<number>('b')];
  const live = newRun(function* (): Coroutine<unknown> {
    yield* sleep('1s');
    yield* a.receive();
    yield* b.receive();
    return yield* b.receive();
  });
  const came = (messageId: string, name: string): JournalEvent => ({
    kind: 'signal-received',
    messageId,
    atMs: START_MS,
    name,
    payload: null,
  });
  live.deliver({ kind: 'started', atMs: START_MS, version: 'v' });
  for (const [id, name] of [
    ['1', 'a'],
    ['2', 'b'],
    ['3', 'unknown'],
  ] as const)
    live.deliver(came(id, name));
  expect(live.unreadSignals()).toBe(3);
  live.deliver({ kind: 'sleep-completed', id: 1, atMs: START_MS + 1_000 });
  expect(live.unreadSignals()).toBe(1);
});
