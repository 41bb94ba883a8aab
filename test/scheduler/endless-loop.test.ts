import { type Coroutine, Future, type LullError, sleep, step } from 'lull';
import { describe, expect, it } from 'vitest';
import { drive } from './drive.ts';

describe('I10: an endless loop', () => {
  const endless = function* (): Coroutine<void> {
    yield* step('before', () => 1);
    for (;;) yield* sleep(0);
  };

  it('ends the run with an error that says where it loops and what to do', () => {
    const { outcome } = drive(endless, { live: { limits: { maxCallbacksPerEvent: 1000 } } });
    expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'ENDLESS_LOOP' } });
    const { message } = (outcome as unknown as { error: LullError }).error;
    expect(message).toContain('1000 callbacks');
    expect(message).toContain('in task "Task-1"');
  });

  it('is found in callbacks too, and has a default limit', () => {
    const { outcome } = drive(function* () {
      const done = new Future<void>();
      done.setResult();
      const again = (): void => done.addDoneCallback(again);
      again();
      yield* sleep('1s');
    });
    expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'ENDLESS_LOOP' } });
    expect((outcome as unknown as { error: LullError }).error.message).toContain('250000 callbacks');
  });

  it('cannot be caught, and takes all tasks with it', () => {
    const { outcome } = drive(
      function* () {
        for (;;) {
          try {
            yield* sleep(0);
          } catch {
            // goes on
          } finally {
            yield* sleep(0);
          }
        }
      },
      { live: { limits: { maxCallbacksPerEvent: 1000 } } },
    );
    expect(outcome.kind).toBe('failed');
  });

  it('is none if each event leads to a few callbacks only', () => {
    const { outcome } = drive(
      function* () {
        for (let times = 0; times < 500; times += 1) yield* sleep(1);
      },
      { live: { limits: { maxCallbacksPerEvent: 10 } } },
    );
    expect(outcome.kind).toBe('completed');
  });
});
