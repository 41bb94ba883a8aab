/** Nothing that a run holds grows without a limit (I10). */
import { isCommandEntry, isOfWorkers, type JournalEntry } from '../../../lib/journal/event.ts';
import { DEFAULT_SETTINGS } from '../../../lib/engine/settings.ts';
import { CONTROL_INBOX_LIMIT } from '../../../lib/ports/limits.ts';
import type { RunItem } from '../../../lib/ports/run-item.ts';
import { addedBy } from './ledger.ts';
import type { Rule } from './rule.ts';

/** The run item without its inbox, as JSON, which is larger than the table has it. */
const RUN_ITEM_BYTES = 1_600;

export const limitsRule: Rule = {
  name: 'what a run holds has limits',
  onCall(call, run, violate, { plan }) {
    const { before, after } = call;
    if (after !== undefined && after !== before) checkRunItem(after, violate);
    const put = addedBy(call, run);
    if (put === undefined) return;
    const { entries } = put.record;
    const { maxRecordBytes, maxJournalEvents, maxPendingCommands } = { ...DEFAULT_SETTINGS, ...plan.weather.settings };
    const limited = withoutWhatComesWithPatch(entries).filter((entry) => !isOfWorkers(entry));
    const bytes = limited.reduce((sum, entry) => sum + Buffer.byteLength(JSON.stringify(entry)), 0);
    if (limited.length > 1 && bytes > maxRecordBytes)
      violate(`of a record, ${limited.length} entries have ${bytes} bytes of ${maxRecordBytes}`);
    // A tenth more for cleaning up, what one event led to, one full inbox.
    const mostEntries = maxJournalEvents * 1.1 + maxPendingCommands + CONTROL_INBOX_LIMIT + 1;
    const length = run.entries.length - (run.item?.base?.events ?? 0);
    if (length > mostEntries) violate(`the journal has ${length} entries of ${mostEntries}`);
    if (run.limitsReached + entries.filter(isLimit).length > 1) {
      violate('the code was asked to stop for the length of its journal more than once');
    }
  },
};

/** A patch and all that its event led to stand in one record, even if that is too much. */
function withoutWhatComesWithPatch(entries: readonly JournalEntry[]): readonly JournalEntry[] {
  let isOfPatch = false;
  return entries.filter((entry) => {
    const isOver = isOfPatch && isCommandEntry(entry);
    isOfPatch = isOver || entry.kind === 'patched';
    return !isOver;
  });
}

function isLimit({ kind }: JournalEntry): boolean {
  return kind === 'limit-reached';
}

function checkRunItem({ inboxIds, ...rest }: RunItem, violate: (message: string) => void): void {
  if (inboxIds.length > CONTROL_INBOX_LIMIT)
    violate(`${inboxIds.length} messages are in the inbox of ${CONTROL_INBOX_LIMIT}`);
  const bytes = Buffer.byteLength(JSON.stringify(rest));
  if (bytes > RUN_ITEM_BYTES) violate(`the run item has ${bytes} bytes without its inbox, ${RUN_ITEM_BYTES} are meant`);
}
