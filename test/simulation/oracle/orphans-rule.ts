/**
 * A closed run leaves nothing behind that nobody refers to. A purged run leaves nothing at all; the input of a start that
 * died is left if it came after the purge.
 *
 * What may be left: payload and input of a call that was not carried through; the payload of a message with a key that
 * was refused while the run was open, or when it had failed and could be tried again (another call with the key may need
 * it); the result of a worker that was taken over, or whose run was terminated before it could end it.
 */
import { readArchives } from '../../../lib/archive/archive.ts';
import type { RunLedger } from './run-ledger.ts';
import { SNAPSHOT_KEY_PREFIX } from '../../../lib/ports/run-item.ts';
import type { Rule, Seen } from './rule.ts';

export const orphansRule: Rule = {
  name: 'nothing is left that nobody refers to',
  async atEnd(run, violate, seen) {
    if (run.isPurged) {
      if (seen.table.ledger.of(run.runId) !== run) return; // another run has the id now
      const { store } = seen.table;
      const links = Array.from({ length: run.link }, (_, before) => before + 1);
      const records = (await Promise.all(links.map((link) => store.loadRecords(run.runId, 0, undefined, link)))).flat();
      const item = await store.readRun(run.runId);
      if (records.length > 0 || item !== undefined) violate('the run was purged, and something of it is left');
      for (const key of run.values.keys()) {
        if (run.valuesSincePurge.has(key) && isOfDeadCaller(seen, key)) continue;
        if ((await store.readValue(run.runId, key)) !== undefined) violate(`the run was purged, and ${key} is left`);
      }
      return;
    }
    if (run.end === undefined || run.isDeleted) return;
    const messages = [...run.inbox].filter(
      (id) => !mayBeLeft(run, seen, ['putMessage', 'accept', 'deleteMessages'], id),
    );
    if (messages.length > 0) violate(`payloads of ${messages.join(', ')} are left`);
    const archived = await keysOfArchives(run, seen);
    const values = run.unreferred().filter((key) => !archived.has(key) && !mayValueBeLeft(run, seen, key));
    if (values.length > 0) violate(`values ${values.join(', ')} are left`);
  },
};

async function keysOfArchives({ runId, item }: RunLedger, { table }: Seen): Promise<Set<string>> {
  const keys = new Set<string>();
  for await (const { key } of readArchives(table.seen, runId, item?.base?.archive)) keys.add(key);
  return keys;
}

function mayValueBeLeft(run: RunLedger, seen: Seen, key: string): boolean {
  // A worker may be lost between the update that begins a link and the deletion of the input before.
  if (run.link > 1 && !key.startsWith('result-')) return true;
  // A worker may be lost before its release says that there is a snapshot, or before it deletes the last one.
  if (key.startsWith(SNAPSHOT_KEY_PREFIX)) return seen.faultNames.length > 0 || isOfLostRebuilder(run, seen, key);
  const epoch = /^result-(\d+)$/.exec(key)?.[1];
  if (epoch !== undefined) return Number(epoch) < (run.item?.epoch ?? 0) || run.end?.status === 'terminated';
  return mayBeLeft(run, seen, ['putValue', 'createRun', 'deleteValue'], key);
}

/** A worker that rebuilds its run at every await stores it each time; one that was lost in a body has released none of these. */
function isOfLostRebuilder({ takeoversAt }: RunLedger, { plan }: Seen, key: string): boolean {
  const epoch = Number(/-(\d+)$/.exec(key)?.[1]);
  return plan.weather.settings.rebuildAtEveryAwait === true && takeoversAt.has(epoch + 1);
}

/** A call about it went wrong, or its caller died. Ids and keys have the name of the caller that made them. */
function mayBeLeft(run: RunLedger, seen: Seen, operations: readonly string[], id: string): boolean {
  const { runId } = run;
  const { faultNames, callers } = seen;
  // Sent again after a settled end got no answer, to a run that had failed, or when the run that goes on has found it by
  // itself: the payload stays until the purge.
  if (/^(end|stop)-/.test(id) && (faultNames.length > 0 || hadFailed(run))) return true;
  if (isOfDeadCaller(seen, id)) return true;
  // An id that follows from a key does not say whose it is.
  const mayAnotherNeedIt = callers.wasRefusedWhileOpen(runId) || callers.wasUnanswered(runId) || hadFailed(run);
  if (id.startsWith('key-') && mayAnotherNeedIt) return true;
  return faultNames.some((name) => {
    return operations.some((operation) => name.includes(`${operation} of ${runId} `)) || name.startsWith('outage');
  });
}

function hadFailed({ end, isPlain }: RunLedger): boolean {
  return end?.status === 'failed' || !isPlain;
}

function isOfDeadCaller({ isDead }: Seen, id: string): boolean {
  const caller = /caller-\d+/.exec(id)?.[0];
  return caller !== undefined && isDead(caller);
}
