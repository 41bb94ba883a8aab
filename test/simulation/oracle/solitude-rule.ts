/** While a worker is alone with a run, no body of another run begins in it. */
import type { RunLedger } from './run-ledger.ts';
import type { Rule, Seen } from './rule.ts';

export const solitudeRule: Rule = {
  name: 'a worker that is alone with a run does nothing for others',
  onBody(body, run, violate, seen) {
    const other = findAlone(body.by, run, seen);
    if (other !== undefined) violate(`${body.by} began "${body.name}" while it was alone with ${other.runId}`);
  },
};

function findAlone(worker: string, run: RunLedger, { table, fleet }: Seen): RunLedger | undefined {
  for (const other of table.ledger.runs.values()) {
    if (other.end !== undefined) continue; // what is left to do after its end is no code of its own
    const sinceMs = fleet.inTurnSince(worker, other.runId);
    if (other === run || sinceMs === undefined || !other.aloneIn(worker)) continue;
    // A turn that has begun since, and asks for the lease yet, is not the one that is alone.
    if (sinceMs <= (other.lastTakenAtMs.get(worker) ?? -Infinity)) return other;
  }
  return undefined;
}
