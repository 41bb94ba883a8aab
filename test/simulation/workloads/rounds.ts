/** Of runs that hear a number in each of their rounds, and give all of them: how one is to end. */
import type { RunLedger } from '../oracle/run-ledger.ts';

export function wrongWithRounds({ end, item, entries }: RunLedger, rounds: number): string | undefined {
  if (end === undefined) return `the run is left ${item?.status}`;
  const isStopped = entries.some(({ kind }) => kind === 'cancel-requested' || kind === 'terminate-requested');
  if (isStopped) return undefined;
  if (end.status !== 'completed') return `nobody has stopped the run, and it is ${end.status}`;
  const expected = JSON.stringify(Array.from({ length: rounds }, (_, payload) => payload));
  return JSON.stringify(end.result) === expected ? undefined : `it heard ${JSON.stringify(end.result)}`;
}
