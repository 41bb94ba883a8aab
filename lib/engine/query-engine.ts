/**
 * As much of an engine as answers queries: for a process that takes no turns, such as a caller's.
 *
 * Tested by: test/client/query.test.ts
 */
import { invariant } from '../core/invariant.ts';
import type { AnswerQuery } from '../ports/queries.ts';
import { createEngine } from './engine.ts';
import type { EngineOptions } from './settings.ts';

export type QueryEngineOptions = Pick<EngineOptions, 'registry' | 'store' | 'clock' | 'log' | 'turnOfTheLoop'>;

export function createQueryEngine(options: QueryEngineOptions): AnswerQuery {
  const operations = { carryOut: never, send: never };
  const outside = { operations, wakes: { send: never }, newNonce: never, newSeed: never, random: never };
  return createEngine({ ...options, ...outside }).answerQuery;
}

/** A replay of what is recorded asks for none of these. */
function never(): never {
  invariant(false, 'a query took a turn');
}
