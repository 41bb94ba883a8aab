import { CancelledError, createTask, shield, sleep } from 'lull';
import { describe, expect, it } from 'vitest';
import { drive } from '../scheduler/drive.ts';
import { caught, pause, runBody } from './run-body.ts';

describe('shield', () => {
  it('returns the result, or throws the error, of the shielded awaitable', () => {
    const result = runBody(function* () {
      const failing = (function* () {
        yield* sleep('1s');
        throw new Error('boom');
      })();
      return [yield* shield(sleep('1s', 'a')), String(yield* caught(shield(failing)))];
    });
    expect(result).toEqual(['a', 'Error: boom']);
  });

  it('returns a task that is done as it is', () => {
    const result = runBody(function* () {
      const task = createTask(sleep(0, 'done'));
      yield* task;
      return shield(task) === task;
    });
    expect(result).toBe(true);
  });

  it('keeps a cancellation of the awaiting task from the shielded awaitable, and not the other way round', () => {
    const result = runBody(function* () {
      const inner = createTask(sleep('10s', 'kept'));
      const outer = createTask(shield(inner));
      yield* pause(2);
      outer.cancel();
      const error = yield* caught(outer);
      const other = createTask(shield(inner));
      yield* pause(2);
      inner.cancel();
      return [error instanceof CancelledError, inner.cancelled(), (yield* caught(other)) instanceof CancelledError];
    });
    expect(result).toEqual([true, false, true]);
  });

  it('of a task whose waiter was cancelled stops watching, and the error of the task counts as unseen', () => {
    const { logged } = drive(function* () {
      const inner = createTask(
        (function* () {
          yield* sleep('1s');
          throw new Error('late');
        })(),
        { name: 'inner' },
      );
      const outer = createTask(shield(inner));
      yield* pause(2);
      outer.cancel();
      yield* sleep('2s');
    });
    expect(logged).toEqual([{ level: 'error', values: [expect.stringContaining('"inner"'), expect.any(Error)] }]);
  });
});
