/** The journal: written once, in order, by whoever may (I2), each step recorded once (I5), each message once (I6). */
import { isRecordedCommand } from '../../../lib/journal/event.ts';
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
    const commands = new Set<number>();
    const ended = new Set<number>();
    run.entries.forEach((entry, index) => {
      if ((entry.kind === 'started') !== (index === 0)) violate(`entry ${index} is "${entry.kind}"`);
      if (isRecordedCommand(entry)) {
        if (entry.id !== commands.size + 1) violate(`command ${entry.id} was asked for as number ${commands.size + 1}`);
        commands.add(entry.id);
      } else if ('id' in entry) {
        if (!commands.has(entry.id)) violate(`${entry.kind} of #${entry.id} comes before it was asked for`);
        if (ended.has(entry.id)) violate(`${entry.kind} of #${entry.id} comes after its end`);
        if (entry.kind !== 'step-retrying' && entry.kind !== 'step-heartbeat' && entry.kind !== 'step-interrupted')
          ended.add(entry.id);
      }
    });
  },
};
