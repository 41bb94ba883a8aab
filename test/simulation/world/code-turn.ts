/**
 * The turn in which workflow code is running, so that the code can end its worker, or leave an error behind: what code does
 * to its process, and not to its run. Code that a rule replays is in no turn.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { CodeDeaths, When } from './code-deaths.ts';
import type { LeftErrors } from './left-errors.ts';
import type { SimulatedProcess } from './simulated-process.ts';

export interface CodeTurn {
  readonly process: SimulatedProcess;
  readonly version: string;
  readonly runId: string;
  readonly deaths: CodeDeaths;
  readonly errors: LeftErrors;
}

const turns = new AsyncLocalStorage<CodeTurn>();

export function inCodeTurn<T>(turn: CodeTurn, code: () => T): T {
  return turns.run(turn, code);
}

/** As `process.exit()`, or a loop that never yields. */
export function endWorker(place: string, when: When): void {
  const turn = turns.getStore();
  turn?.deaths.endWorker(turn, place, when);
}

/** As a promise that was forgotten, and fails after so long. */
export function leaveError(by: string, afterMs: number): void {
  const turn = turns.getStore();
  turn?.errors.leave(turn.process, `${turn.runId}/${by}`, afterMs);
}
