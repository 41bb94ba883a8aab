import { CancelledError, createTask, Future, InvalidStateError, sleep } from 'lull';
import { describe, expect, it } from 'vitest';
import { caught, pause, runBody } from '../api/run-body.ts';

describe('a future', () => {
  it('returns its result to all tasks that await it, before and after it is set', () => {
    const result = runBody(function* () {
      const answer = new Future<number>();
      const early = [createTask(answer), createTask(answer)];
      yield* sleep('1s');
      answer.setResult(42);
      return [yield* early[0]!, yield* early[1]!, yield* answer, answer.result(), answer.exception()];
    });
    expect(result).toEqual([42, 42, 42, 42, undefined]);
  });

  it('throws its error in all tasks that await it; a value that is no Error is wrapped', () => {
    const result = runBody(function* () {
      const failed = new Future();
      failed.setException(new RangeError('boom'));
      const wrapped = new Future();
      wrapped.setException('text' as never);
      yield* pause();
      return [String(yield* caught(failed)), String(failed.exception()), (wrapped.exception() as Error).cause];
    });
    expect(result).toEqual(['RangeError: boom', 'RangeError: boom', 'text']);
  });

  it('that is cancelled throws a CancelledError with the message, each time', () => {
    const result = runBody(function* () {
      const future = new Future();
      const cancelled = [future.cancel('enough'), future.cancel('again')];
      const errors = [yield* caught(future), yield* caught(future)] as CancelledError[];
      return [cancelled, future.cancelled(), errors.map(({ message }) => message)];
    });
    expect(result).toEqual([[true, false], true, ['enough', 'enough']]);
  });

  it('is set once', () => {
    const errors = runBody(function* () {
      const future = new Future<number>();
      future.setResult(1);
      yield* pause();
      return [() => future.setResult(2), () => future.setException(new Error('late'))].map((call) => {
        try {
          call();
        } catch (error) {
          return error instanceof InvalidStateError;
        }
        return false;
      });
    });
    expect(errors).toEqual([true, true]);
  });

  it('calls back later, never from within', () => {
    const calls = runBody(function* () {
      const calls: string[] = [];
      const future = new Future<void>();
      future.addDoneCallback(() => calls.push('called'));
      future.setResult();
      future.addDoneCallback(() => calls.push('called too'));
      calls.push('set');
      yield* pause();
      return calls;
    });
    expect(calls).toEqual(['set', 'called', 'called too']);
  });
});

describe('a cancelled task', () => {
  it('throws its own CancelledError in the first task that awaits it, and one without a message in the next, as in asyncio', () => {
    const result = runBody(function* () {
      const task = createTask(sleep('1 day'));
      yield* pause();
      task.cancel('enough');
      const errors = [yield* caught(task), yield* caught(task)] as CancelledError[];
      return errors.map(({ message }) => message);
    });
    expect(result).toEqual(['enough', '']);
  });
});
