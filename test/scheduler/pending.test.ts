import { createTask, gather, race, sleep, step, StepFailedError, timeout } from 'lull';
import { describe, expect, it } from 'vitest';
import { InvariantError } from '../../lib/core/invariant.ts';
import type { JournalEvent } from '../../lib/journal/event.ts';
import type { PendingStep } from '../../lib/scheduler/live-run.ts';
import { caught } from '../api/run-body.ts';
import { encodeAsIs, newRun, START_MS } from './drive.ts';
import { callStepBody } from '../../lib/core/command.ts';

const STARTED = { kind: 'started', atMs: START_MS, version: 'v1' } as const;

const completed = (id: number, value: unknown = null): JournalEvent => ({
  kind: 'step-completed',
  id,
  atMs: START_MS,
  value: encodeAsIs(value),
});

describe('commands', () => {
  it('are numbered from 1 in the order in which they are asked for, withdrawn ones included', () => {
    const run = newRun(function* () {
      yield* gather([
        step('a', () => 1),
        sleep('1s'),
        timeout(
          '5s',
          step('b', () => 1),
        ),
      ]);
    });
    expect(run.deliver(STARTED)).toEqual([
      { kind: 'step', id: 1, name: 'a' },
      { kind: 'sleep', id: 2, name: 'sleep', dueAtMs: START_MS + 1000 },
      { kind: 'sleep', id: 3, name: 'timeout', dueAtMs: START_MS + 5000 },
      { kind: 'step', id: 4, name: 'b' },
    ]);
    expect([...run.pending.keys()]).toEqual([1, 2, 3, 4]);
    // The timeout is withdrawn with the end of what it limits.
    expect(run.deliver(completed(4))).toEqual([]);
    expect([...run.pending.keys()]).toEqual([1, 2]);
  });

  it('that are withdrawn in the same delivery keep their position and are not pending', () => {
    const run = newRun(function* () {
      const task = createTask(step('doomed', () => 1));
      yield* sleep(0);
      task.cancel();
      yield* step('next', () => 1);
    });
    expect(run.deliver(STARTED)).toMatchObject([
      { id: 1, name: 'doomed' },
      { id: 2, name: 'next' },
    ]);
    expect([...run.pending.keys()]).toEqual([2]);
  });

  it('of the losers of a race are withdrawn', () => {
    const run = newRun(function* () {
      return yield* race([step('a', () => 1), sleep('1 day'), step('b', () => 1)]);
    });
    run.deliver(STARTED);
    run.deliver(completed(3, 'won'));
    expect(run.outcome()).toEqual({ kind: 'completed', value: 'won' });
  });
});

describe('an event for a command that is not pending is a bug of ours', () => {
  const run = () => {
    const made = newRun(function* () {
      yield* step('a', () => 1);
      yield* sleep('1s');
    });
    made.deliver(STARTED);
    return made;
  };
  const ofSleep: JournalEvent = { kind: 'sleep-completed', id: 1, atMs: START_MS };
  it.each([
    ['unknown', completed(7)],
    ['of another kind', ofSleep],
    ['a second start', STARTED],
  ])('%s', (_, event) => {
    expect(() => run().deliver(event)).toThrow(InvariantError);
  });

  it('delivered twice', () => {
    const twice = run();
    twice.deliver(completed(1));
    expect(() => twice.deliver(completed(1))).toThrow(/#1.*not pending/);
  });
});

describe('a pending step', () => {
  const start = (options = {}) => {
    const run = newRun(
      function* () {
        const error = yield* caught(step('charge', { timeout: '30s' }, () => 1));
        return error;
      },
      { live: options },
    );
    run.deliver(STARTED);
    return { run, pending: run.pending.get(1) as PendingStep };
  };

  it('knows when it was asked for, its name, its options and its body', () => {
    const { pending } = start();
    expect(pending).toMatchObject({
      kind: 'step',
      id: 1,
      requestedAtMs: START_MS,
      failedAttempts: 0,
      interruptions: 0,
    });
    expect(pending.command).toMatchObject({ name: 'charge', options: { timeout: '30s' } });
    expect(callStepBody(pending.command, undefined as never)).toBe(1);
  });

  it('has the defaults of the workflow where it says nothing itself', () => {
    const { pending } = start({ stepDefaults: { timeout: '1h', retry: false } });
    expect(pending.command.options).toEqual({ timeout: '30s', retry: false });
  });

  it('counts its failed attempts and keeps the last heartbeat', () => {
    const { run, pending } = start();
    const error = encodeAsIs(new Error('busy'));
    const retryAtMs = START_MS + 9000;
    expect(run.deliver({ kind: 'step-retrying', id: 1, atMs: START_MS, attempt: 2, error, retryAtMs })).toEqual([]);
    run.deliver({ kind: 'step-heartbeat', id: 1, atMs: START_MS, details: 'half' });
    expect(pending).toMatchObject({ failedAttempts: 2, retryAtMs, lastHeartbeat: 'half' });
  });

  it('throws the error that it failed with', () => {
    const { run } = start();
    const error = new StepFailedError('charge', 5, 'step "charge" failed');
    run.deliver({ kind: 'step-failed', id: 1, atMs: START_MS, error: encodeAsIs(error) });
    expect(run.outcome()).toEqual({ kind: 'completed', value: error });
  });
});

describe('a takeover', () => {
  const twoSteps = () => {
    const run = newRun(function* () {
      yield* gather([step('a', () => 1), step('b', () => 1), sleep('1 day')]);
    });
    run.deliver(STARTED);
    const interruptions = () =>
      [...run.pending.values()].map((pending) => (pending.kind === 'step' ? pending.interruptions : undefined));
    return { run, interruptions };
  };

  it('interrupts each step that may have been running', () => {
    const { run, interruptions } = twoSteps();
    expect(run.deliver({ kind: 'taken-over', atMs: START_MS })).toEqual([]);
    expect(interruptions()).toEqual([1, 1, undefined]);
  });

  it('I3: does not interrupt a step that was not recorded then, which cannot have begun', () => {
    const { run, interruptions } = twoSteps();
    run.deliver({ kind: 'taken-over', atMs: START_MS }, 1);
    expect(interruptions()).toEqual([1, 0, undefined]);
  });

  it('does not interrupt a step whose next attempt was still to come', () => {
    const { run, interruptions } = twoSteps();
    const error = encodeAsIs(new Error('busy'));
    run.deliver({ kind: 'step-retrying', id: 1, atMs: START_MS, attempt: 1, error, retryAtMs: START_MS + 60_000 });
    run.deliver({ kind: 'taken-over', atMs: START_MS + 59_999 });
    expect(interruptions()).toEqual([0, 1, undefined]);
    run.deliver({ kind: 'taken-over', atMs: START_MS + 60_000 });
    expect(interruptions()).toEqual([1, 2, undefined]);
  });
});

it('a timer keeps the time that was recorded for it, whatever the code says now', () => {
  const run = newRun(
    function* () {
      yield* sleep('2h');
    },
    { live: { recordedDueAtMs: (id) => (id === 1 ? START_MS + 3_600_000 : undefined) } },
  );
  expect(run.deliver(STARTED)).toEqual([{ kind: 'sleep', id: 1, name: 'sleep', dueAtMs: START_MS + 3_600_000 }]);
  expect(run.pending.get(1)).toMatchObject({ dueAtMs: START_MS + 3_600_000 });
});

it('codeLocation name the task and what it asked for last', () => {
  const run = newRun(function* () {
    yield* step('charge', () => 1);
    yield* createTask(sleep('1s'), { name: 'nap' });
  });
  expect(run.codeLocation()).toBe('before its first await');
  run.deliver(STARTED);
  expect(run.codeLocation()).toBe('in task "Task-1", after step "charge"');
  run.deliver(completed(1));
  expect(run.codeLocation()).toBe('in task "nap", after sleep');
});
