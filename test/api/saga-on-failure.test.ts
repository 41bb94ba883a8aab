import { describe, expect, test } from 'vitest';
import { createTask } from '../../lib/api/create-task.ts';
import { Event } from '../../lib/api/event.ts';
import { saga, type Saga } from '../../lib/api/saga.ts';
import { sleep } from '../../lib/api/sleep.ts';
import type { Coroutine } from '../../lib/core/awaitable.ts';
import { InvalidStateError } from '../../lib/core/errors.ts';
import { caught, pause, runBody } from './run-body.ts';

const boom = new Error('boom');

/** An undo that takes a second and notes when it begins and ends. */
function undoing(name: string, seen: string[]): () => Coroutine<void> {
  return function* () {
    seen.push(`undo ${name}`);
    yield* sleep('1s');
    seen.push(`undid ${name}`);
  };
}

describe('onFailure', () => {
  test('after the saga has ended is an InvalidStateError', () => {
    runBody(function* () {
      const handle = yield* saga(function* (saga) {
        return saga;
      });
      expect(() => handle.onFailure(pause)).toThrow(InvalidStateError);
    });
  });

  test('while the saga is being undone is undone next', () => {
    runBody(function* () {
      const seen: string[] = [];
      const body = function* (saga: Saga) {
        saga.onFailure(undoing('a', seen));
        saga.onFailure(undoing('b', seen));
        createTask(
          (function* () {
            yield* sleep(500);
            saga.onFailure(undoing('straggler', seen));
          })(),
        );
        yield* pause();
        throw boom;
      };
      expect(yield* caught(saga(body))).toBe(boom);
      expect(seen).toEqual(['undo b', 'undid b', 'undo straggler', 'undid straggler', 'undo a', 'undid a']);
    });
  });

  test('right after the last undo is refused, not forgotten', () => {
    runBody(function* () {
      let refused: unknown;
      const body = function* (saga: Saga) {
        const done = new Event();
        saga.onFailure(function* () {
          done.set();
        });
        createTask(
          (function* () {
            yield* done.wait();
            try {
              saga.onFailure(pause);
            } catch (error) {
              refused = error;
            }
          })(),
        );
        yield* pause();
        throw boom;
      };
      expect(yield* caught(saga(body))).toBe(boom);
      yield* pause(5);
      expect(refused).toBeInstanceOf(InvalidStateError);
    });
  });
});
