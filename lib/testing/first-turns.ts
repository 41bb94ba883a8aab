/** First turns of runs that are taken by callers: each in a process of its own, which dies with the call that it is part of. */
import type { RunningEngine } from '../engine/engine.ts';
import type { FirstTurnTaken } from '../engine/first-turn.ts';
import type { EngineOptions } from '../engine/settings.ts';
import type { TurnEnd } from '../engine/turn-end.ts';
import type { FirstTurns } from '../ports/first-turns.ts';
import type { Callers } from './callers.ts';
import { CloudProcess, type Ports } from './cloud-process.ts';
import type { ProgressCounter } from './progress-counter.ts';
import { turnOfTheLoop } from './real-time.ts';

/** As long as the API has for one. */
const FIRST_TURN_MS = 10_000;

export interface FirstTurnsOptions {
  readonly callers: Callers;
  readonly outside: Ports;
  /** What it does is waited for. */
  readonly caller: CloudProcess;
  readonly progress: ProgressCounter;
  readonly createEngine: (process: CloudProcess, besides: Partial<EngineOptions>) => RunningEngine;
  readonly onEnd: (runId: string, end: TurnEnd) => Promise<void>;
}

export function firstTurnsOfCallers(options: FirstTurnsOptions): FirstTurns {
  const { callers, outside, caller, progress, createEngine, onEnd } = options;
  return {
    async take(request) {
      if (callers.isRepeating) return { kind: 'not-taken' };
      const starter = new CloudProcess(outside, progress);
      // As the answer of a real table takes it: promises of workflow code that fail are found out meanwhile.
      const turn = (): Promise<void> => caller.work(turnOfTheLoop);
      const engine = createEngine(starter, { turnOfTheLoop: turn, errorsToShow: turn });
      const deadlineAtMs = outside.clock.nowMs() + FIRST_TURN_MS;
      const take = async (): Promise<FirstTurnTaken> =>
        (await engine.takeFirstTurn?.({ ...request, deadlineAtMs })) ?? { kind: 'not-taken' };
      const { end, ...taken } = await callers.firstTurn(() => starter.die(), take);
      if (end !== undefined) await onEnd(request.run.runId, end);
      return taken;
    },
  };
}
