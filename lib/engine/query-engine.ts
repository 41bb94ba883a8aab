/**
 * As much of an engine as answers queries and looks at runs: for a process that takes no turns, such as a caller's.
 *
 * Tested by: test/client/query.test.ts, test/client/waits-for.test.ts
 */
import { invariant } from '../core/invariant.ts';
import { createUnchecked, type RunningEngine } from './engine.ts';
import { framesOfProcess } from './frames-of-process.ts';
import type { EngineOptions } from './settings.ts';

export type QueryEngineOptions = Pick<EngineOptions, 'registry' | 'store' | 'clock' | 'log' | 'turnOfTheLoop'>;

export function createQueryEngine(options: QueryEngineOptions): Pick<RunningEngine, 'answerQuery' | 'inspectRun'> {
  return createUnchecked({ ...withoutWorld(options), frames: framesOfProcess() });
}

/** The options of an engine that can change nothing outside. */
export function withoutWorld(options: QueryEngineOptions): EngineOptions {
  const operations = { carryOut: never, send: never };
  return { ...options, operations, wakes: { send: never }, newNonce: never, newSeed: never, random: never };
}

/** A replay of what is recorded asks for none of these. */
function never(): never {
  invariant(false, 'a query took a turn');
}
