/** The client tells how a run ended, as the table has it. */
import { Client } from '../../../lib/client/client.ts';
import { LullError } from '../../../lib/core/errors.ts';
import type { ClosedStatus } from '../../../lib/core/run-status.ts';
import type { Table } from '../world/table.ts';
import type { RunLedger } from './run-ledger.ts';
import type { Rule } from './rule.ts';

const CODES: Readonly<Record<Exclude<ClosedStatus, 'completed'>, string>> = {
  failed: 'RUN_FAILED',
  cancelled: 'RUN_CANCELLED',
  terminated: 'RUN_TERMINATED',
};

export const clientRule: Rule = {
  name: 'the client tells how the run ended',
  async atEnd(run, violate, { table }) {
    const { runId, end } = run;
    const isGone = run.isPurged || run.isDeleted;
    if (run.created === undefined || table.ledger.of(runId) !== run) return;
    const client = new Client({ store: table.seen });
    const told = await client
      .run(runId)
      .result({ timeout: 0 })
      .then(
        () => 'completed',
        (error: unknown) => (error instanceof LullError ? error.code : String(error)),
      );
    const status = end?.status;
    const code = status === undefined || status === 'completed' ? status : CODES[status];
    const expected = isGone ? 'RUN_NOT_FOUND' : (code ?? 'TIMEOUT');
    if (told !== expected) violate(`the client says ${told}, and the run is ${end?.status ?? run.item?.status}`);
    if (isGone) return;
    const { workflow } = run.created;
    const listed = await table.seen.listRuns({ workflows: [workflow], limit: 1_000 });
    const row = listed.runs.find((other) => other.runId === runId);
    if (row?.status !== run.item?.status) violate(`the list says ${row?.status}, and the run is ${run.item?.status}`);
    let events = 0;
    for await (const event of client.run(runId).history()) if (event.kind !== 'message-waiting') events += 1;
    const inJournal = (await entriesToTell(run, table)) + (end === undefined ? 0 : 1);
    if (events !== inJournal) violate(`the history has ${events} events, and the journal ${inJournal}`);
  },
};

/** Of a journal that was dropped: what is left without a gap, an event that tells of the gap, and what the base has not seen. */
async function entriesToTell({ runId, item, entries }: RunLedger, { seen }: Table): Promise<number> {
  const { base } = item ?? {};
  if (base === undefined || base.archive !== undefined) return entries.length;
  const stored = await seen.loadRecords(runId, 0);
  const beforeGap = stored.filter(({ number }, index) => number === index + 1);
  const hasGap = beforeGap.length < base.record - 1;
  const told = hasGap ? [...beforeGap, ...stored.filter(({ number }) => number >= base.record)] : stored;
  return told.reduce((sum, record) => sum + record.entries.length, hasGap ? 1 : 0);
}
