/**
 * A message to a run that is started for it if it is not there yet. What is wrong with the message is found before the run
 * is started; a caller that dies between the two calls again, and finds the run.
 */
import { checkRunId } from './identifiers.ts';
import type { StartOptions } from './start-run.ts';

/** The id tells whether the run is there; all else is as for `start`, but for `onConflict`: the run that is there is taken. */
export interface WithStartOptions extends StartOptions {
  readonly id: string;
  /** Default: `'use-existing'`. */
  readonly onConflict?: StartOptions['onConflict'];
  /** Calls with the same key send the run one message, however often they are repeated. */
  readonly idempotencyKey?: string | undefined;
}

/** What of the options is for the start. The key is for the message: the id finds the run again. */
export function toStartOptions(options: WithStartOptions): StartOptions {
  const { id, idempotencyKey: _key, onConflict = 'use-existing', ...rest } = options;
  return { ...rest, id: checkRunId(id), onConflict };
}
