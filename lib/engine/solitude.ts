/**
 * Lets a turn be alone in its process. A run whose worker was lost may be what ended it: it goes on when no other turn
 * does, so that it ends no neighbour, and so that it is known what ended the worker if it is lost again.
 *
 * Tested by: test/engine/lost-workers.test.ts, test/engine/flapping-table.test.ts
 */
import type { Clock } from '../ports/clock.ts';
import { callAtOrNever } from './call-at-or-never.ts';

/** A turn's place among the turns of its process. */
export interface Place {
  /** Waits until no other turn goes on, `untilMs` at most; no other one begins before this one has left. */
  beAlone(untilMs: number): Promise<'alone' | 'too-late'>;
  leave(): void;
}

export interface Solitude {
  /** A place beside others; waits as long as a turn is alone, `untilMs` at most. */
  join(untilMs: number): Promise<Place | 'too-late'>;
}

export function createSolitude(clock: Clock): Solitude {
  let turnsBeside = 0;
  let isTurnAlone = false;
  let waiting: (() => void)[] = [];

  const wakeAll = (): void => {
    const woken = waiting;
    waiting = [];
    for (const wake of woken) wake();
  };
  /** `enter` follows the check without a gap: of several that wait, one at a time gets in. */
  const enterWhen = async (isFree: () => boolean, untilMs: number, enter: () => void): Promise<boolean> => {
    while (!isFree()) {
      if (clock.nowMs() >= untilMs) return false;
      await new Promise<void>((resolve) => {
        const stop = callAtOrNever(clock, untilMs, resolve);
        waiting.push(() => {
          stop();
          resolve();
        });
      });
    }
    enter();
    return true;
  };

  const createPlace = (): Place => {
    let kind: 'beside others' | 'alone' | 'left' = 'beside others';
    const leave = (): void => {
      if (kind === 'beside others') turnsBeside -= 1;
      if (kind === 'alone') isTurnAlone = false;
      kind = 'left';
      wakeAll();
    };
    return {
      leave,
      async beAlone(untilMs) {
        if (kind === 'alone') return 'alone';
        leave();
        const hasEntered = await enterWhen(
          () => turnsBeside === 0 && !isTurnAlone,
          untilMs,
          () => {
            kind = 'alone';
            isTurnAlone = true;
          },
        );
        return hasEntered ? 'alone' : 'too-late';
      },
    };
  };

  return {
    async join(untilMs) {
      const hasEntered = await enterWhen(
        () => !isTurnAlone,
        untilMs,
        () => {
          turnsBeside += 1;
        },
      );
      return hasEntered ? createPlace() : 'too-late';
    },
  };
}
