/**
 * The input of a run, from its run item or from an item of its own.
 *
 * Tested by: test/invariants/i8-blocked.test.ts, test/engine/pools/run-places.test.ts
 */
import type { Encoded } from '../core/encoded.ts';
import { LullError } from '../core/errors.ts';
import type { RunItem } from '../ports/run-item.ts';
import { PayloadDamagedError } from '../ports/world-errors.ts';
import type { Engine } from './settings.ts';

type LoadInputResult =
  { readonly kind: 'loaded'; readonly value: Encoded } | { readonly kind: 'cannot-replay'; readonly error: Error };

/** A table that does not answer does not block the run. */
export async function loadInput({ store }: Engine, run: RunItem): Promise<LoadInputResult> {
  const { runId, input } = run;
  if (input.kind === 'inline') return { kind: 'loaded', value: input.value };
  try {
    const value = await store.readValue(runId, input.key);
    return value === undefined ? { kind: 'cannot-replay', error: inputMissing(run) } : { kind: 'loaded', value };
  } catch (error) {
    if (error instanceof PayloadDamagedError) return { kind: 'cannot-replay', error };
    throw error;
  }
}

function inputMissing({ runId }: RunItem): LullError {
  return new LullError(
    'INPUT_MISSING',
    `the input of run "${runId}" is not in the table, or not in its bucket: it was deleted`,
  );
}
