/** Code that cannot follow a journal adds nothing to it but what no code sees (I8). */
import type { JournalEntry } from '../../../lib/journal/event.ts';
import { isRecordedCommand } from '../../../lib/journal/event.ts';
import type { JournalRecord } from '../../../lib/journal/record.ts';
import { OTHER_STEP } from '../world/code.ts';
import type { Rule } from './rule.ts';

export const blockedRule: Rule = {
  name: 'code that cannot follow a journal writes nothing into it',
  onCall({ operation, args, answer, by }, run, violate, { fleet }) {
    if (operation !== 'putRecord' || (answer as { kind: string }).kind !== 'put') return;
    const code = fleet.codeOf(by);
    const [started] = run.entries;
    if (code?.follows !== false || started?.kind !== 'started' || started.version === code.version) return;
    const first = run.commands.get(1);
    // What asked for nothing yet, or for what such code asks for, it follows as well as any.
    if (first === undefined || first.name === OTHER_STEP) return;
    const { entries } = args[1] as JournalRecord;
    const seenByCode = entries.find((entry) => isRecordedCommand(entry) || !isForNobody(entry));
    if (seenByCode !== undefined) violate(`${by} wrote "${seenByCode.kind}", and its code cannot follow the journal`);
  },
};

function isForNobody(entry: JournalEntry): boolean {
  if (entry.kind === 'taken-over' || entry.kind === 'terminate-requested') return true;
  return 'unread' in entry && entry.unread;
}
