/**
 * A payload key for a table that had another name: a table is restored under a new one, and its data keys are bound to the old
 * one. Which name that is says who operates the engine, and no item of the table: or a writer of the table could have data
 * keys of another table decrypted for it.
 *
 * New data keys are of the name of now. Those of before count as a former key's: `lull reencrypt` replaces them, too.
 */
import type { PayloadKey } from '../ports/payload-key.ts';
import { unwrapsInTurn } from './unwrap-in-turn.ts';

export function withFormerTables(key: PayloadKey, formerTables: readonly string[]): PayloadKey {
  if (formerTables.length === 0) return key;
  return unwrapsInTurn(key, (_wrapped, context) => [
    [key, context],
    ...formerTables.map((table) => [key, { ...context, 'lull:table': table }] as const),
  ]);
}
