/** Code that cannot follow a journal adds nothing to it but what no code sees (I8). */
import type { JournalEntry } from '../../../lib/journal/event.ts';
import { isOfWorkers, isRecordedCommand } from '../../../lib/journal/event.ts';
import { SCHEDULE_WORKFLOW } from '../../../lib/schedule/schedule-state.ts';
import type { Code } from '../world/code.ts';
import { isOfOtherCode } from '../world/other-calls.ts';
import { addedBy } from './ledger.ts';
import { isBehind } from './behind.ts';
import type { RunLedger } from './run-ledger.ts';
import type { Rule } from './rule.ts';

export const blockedRule: Rule = {
  name: 'code that cannot follow a journal writes nothing into it',
  onCall(call, run, violate, { fleet }) {
    const { by } = call;
    const put = addedBy(call, run);
    if (put === undefined) return;
    const code = fleet.codeOf(by);
    if (code === undefined || !(isOther(code, run) || isBehind(code, run))) return;
    const { entries } = put.record;
    if (run.created?.goesOnFrom?.kind === 'fork' && !run.stands.isForked) return; // a copy: no code sees it
    const seenByCode = entries.find((entry) => isRecordedCommand(entry) || !isForNobody(entry));
    if (seenByCode !== undefined) violate(`${by} wrote "${seenByCode.kind}", and its code cannot follow the journal`);
  },
};

function isOther(code: Code, { entries, commands, created }: RunLedger): boolean {
  if (created?.workflow === SCHEDULE_WORKFLOW) return false; // lull's own is in all code
  const [started] = entries;
  if (code.follows || started?.kind !== 'started' || started.version === code.version) return false;
  const first = commands.get(1);
  // What asked for nothing yet, or for what such code asks for, it follows as well as any.
  return first !== undefined && !isOfOtherCode(first);
}

function isForNobody(entry: JournalEntry): boolean {
  if (isOfWorkers(entry) || entry.kind === 'terminate-requested') return true;
  return 'unread' in entry && entry.unread;
}
