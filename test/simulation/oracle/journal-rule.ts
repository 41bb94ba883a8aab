/** The journal is written once, in order, by the owner of the lease (I2), and keeps the laws of lib/journal/laws.ts (I5, I6). */
import { findBrokenLaw } from '../../../lib/journal/laws.ts';
import type { JournalRecord } from '../../../lib/journal/record.ts';
import { recordPut } from './ledger.ts';
import type { Rule, Violate } from './rule.ts';

/** What comes after a tail has its number, and its entries in front. */
function checkTail(tail: JournalRecord, record: JournalRecord, violate: Violate): void {
  const kept = JSON.stringify(record.entries.slice(0, tail.entries.length));
  if (record.number === tail.number && kept === JSON.stringify(tail.entries)) return;
  violate(`record ${record.number} follows the tail ${tail.number}, and has not its entries in front`);
}

export const journalRule: Rule = {
  name: 'the journal only grows, in order',
  onCall(call, run, violate) {
    const { by } = call;
    const put = recordPut(call, run);
    if (put === undefined) return;
    if (run.isDeleted) return; // carried out late: see the ledger
    const { record, link } = put;
    if (link > run.link) violate(`${by} wrote record ${record.number} of link ${link}, in link ${run.link}`);
    const last = run.recordsOf(link).at(-1);
    if (last?.isTail === true) checkTail(last, record, violate);
    else if (record.number !== (last?.number ?? 0) + 1)
      violate(`record ${record.number} follows ${last?.number ?? 'none'}`);
    if (record.epoch < (last?.epoch ?? 0)) {
      violate(`${by} wrote record ${record.number} of epoch ${record.epoch} after one of epoch ${last?.epoch}`);
    }
    if (run.end !== undefined) violate(`${by} wrote record ${record.number} after the run had ended`);
  },
  async atEnd(run, violate, { table }) {
    if (run.isPurged || run.isDeleted) return;
    for (let link = 1; link <= run.link; link += 1) {
      const records = run.recordsOf(link);
      const stored = await table.seen.loadRecords(run.runId, 0, undefined, link);
      const isWhole = run.item?.base === undefined; // else see base-rule.ts
      if (isWhole && JSON.stringify(stored) !== JSON.stringify(records))
        violate('records were changed after they were written');
      const broken = findBrokenLaw(records);
      if (broken !== undefined) violate(`the journal breaks a law (${broken.law.sentence}): ${broken.breach}`);
    }
  },
};
