/**
 * As much of an engine as answers queries and looks at runs: for a process that takes no turns, such as a caller's.
 *
 * Tested by: test/client/query.test.ts, test/client/waits-for.test.ts
 */
import { invariant } from '../core/invariant.ts';
import { createEngine, type RunningEngine } from './engine.ts';
import type { EngineOptions } from './settings.ts';

export type QueryEngineOptions = Pick<EngineOptions, 'registry' | 'store' | 'clock' | 'log' | 'turnOfTheLoop'>;

export function createQueryEngine(options: QueryEngineOptions): Pick<RunningEngine, 'answerQuery' | 'inspectRun'> {
  const operations = { carryOut: never, send: never };
  const outside = { operations, wakes: { send: never }, newNonce: never, newSeed: never, random: never };
  return createEngine({ ...options, ...outside });
}

/** A replay of what is recorded asks for none of these. */
function never(): never {
  invariant(false, 'a query took a turn');
}
