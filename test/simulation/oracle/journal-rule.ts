/** The journal is written once, in order, by the owner of the lease (I2), and keeps the laws of lib/journal/laws.ts (I5, I6). */
import { findBrokenLaw } from '../../../lib/journal/laws.ts';
import type { JournalRecord } from '../../../lib/journal/record.ts';
import type { Rule } from './rule.ts';

export const journalRule: Rule = {
  name: 'the journal only grows, in order',
  onCall({ operation, args, answer, by }, run, violate) {
    if (operation !== 'putRecord' || (answer as { kind: string }).kind !== 'put') return;
    const record = args[1] as JournalRecord;
    const last = run.records.at(-1);
    if (record.number !== (last?.number ?? 0) + 1) violate(`record ${record.number} follows ${last?.number ?? 'none'}`);
    if (record.epoch < (last?.epoch ?? 0)) {
      violate(`${by} wrote record ${record.number} of epoch ${record.epoch} after one of epoch ${last?.epoch}`);
    }
    if (run.ends > 0) violate(`${by} wrote record ${record.number} after the run had ended`);
  },
  async atEnd(run, violate, { table }) {
    if (run.isPurged) return;
    const stored = await table.store.loadRecords(run.runId, 0);
    if (JSON.stringify(stored) !== JSON.stringify(run.records)) violate('records were changed after they were written');
    const broken = findBrokenLaw(run.records);
    if (broken !== undefined) violate(`the journal breaks a law (${broken.law.sentence}): ${broken.breach}`);
  },
};
