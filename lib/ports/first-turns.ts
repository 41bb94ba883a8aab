/** How the process that starts a run takes its first turn. */
import type { Encoded } from '../core/encoded.ts';
import type { CreateRunResult, NewRun } from './store.ts';

/**
 * Takes the first turns of runs in the process that starts them: `createFirstTurns` of `lull/lambda` makes it, for the
 * `firstTurns` of a Client.
 */
export interface FirstTurns {
  /** Resolves when the turn is over. */
  take(request: Omit<FirstTurnRequest, 'deadlineAtMs'>): Promise<FirstTurnResult>;
}

export interface FirstTurnRequest {
  readonly run: NewRun;
  /** Its input. If it is not in the run item, it has been put. */
  readonly value: Encoded;
  /** When the process has to be done with it, in epoch milliseconds. */
  readonly deadlineAtMs: number;
  /** Creates the run, and repeats that where there is no answer. */
  readonly create: (run: NewRun) => Promise<CreateRunResult>;
}

/** `not-taken`: the run is not created, and is to be started as without a first turn. */
export type FirstTurnResult = CreateRunResult | { readonly kind: 'not-taken' };
