/**
 * An update is carried out once at most, and answered once; a refusal leaves no trace; each caller is told what the table
 * has. A query writes nothing. Each id is that of one action.
 */
import { isWrite } from '../../../lib/testing/around-store.ts';
import type { UpdateReceived } from '../../../lib/journal/event.ts';
import type { Answer } from '../world/callers.ts';
import type { RunLedger } from './run-ledger.ts';
import type { Rule } from './rule.ts';

export const updatesRule: Rule = {
  name: 'an update is answered once',
  onCall(call, _run, violate, { callers }) {
    if (callers.isReader(call.by) && isWrite({ ...call, runId: undefined }))
      violate(`a query wrote: ${call.operation}`);
  },
  atEnd(run, violate, { callers, table }) {
    for (const [id, { status }] of run.answers) {
      const isRead = run
        .everyEntry()
        .some((entry) => 'messageId' in entry && entry.messageId === id && !('unread' in entry));
      if (status === 'refused' && run.delivered.includes(id))
        violate(`update ${id} was refused, and is in the journal`);
      if (status !== 'refused' && !isRead) violate(`update ${id} was answered, and was not carried out`);
    }
    const owed = run.end?.status === 'completed' ? answersOf(run).filter((id) => !run.answers.has(id)) : [];
    if (owed.length > 0) violate(`the run has completed, and has not answered ${owed.join(', ')}`);
    if (table.ledger.of(run.runId) !== run) return; // another run has the id now
    const answers = new Map<string, string>();
    for (const { runId, action, answers: told } of callers.told) {
      if (runId !== run.runId || action.do !== 'update') continue;
      const received = updatesOf(run, action.input);
      if (received.length > 1) violate(`update "${action.id}" is in the journal ${received.length} times`);
      for (const answer of told) {
        const text = JSON.stringify(answer);
        const before = answers.get(action.id) ?? text;
        if (before !== text) violate(`update "${action.id}" was answered ${before}, then ${text}`);
        answers.set(action.id, text);
        const problem = problemOf(answer, received[0], run);
        if (problem !== undefined) violate(`update "${action.id}" was answered ${text}, and ${problem}`);
      }
    }
  },
};

/** The updates whose handlers have ended. */
function answersOf(run: RunLedger): string[] {
  return run.entries.flatMap((entry) =>
    entry.kind === 'step' && entry.operation?.kind === 'answer' ? [entry.key ?? ''] : [],
  );
}

function updatesOf(run: RunLedger, input: unknown): UpdateReceived[] {
  const isOf = ({ args }: UpdateReceived): boolean => JSON.stringify(args) === JSON.stringify(input);
  const seen = new Set<string>();
  return run.everyEntry().filter((entry): entry is UpdateReceived => {
    if (entry.kind !== 'update-received' || !isOf(entry) || seen.has(entry.messageId)) return false;
    seen.add(entry.messageId); // it comes again when a run is tried again
    return true;
  });
}

function problemOf(answer: Answer, received: UpdateReceived | undefined, run: RunLedger): string | undefined {
  const isCarriedOut = received !== undefined && received.unread !== true;
  const stored = received && run.answers.get(received.messageId)?.status;
  if ('value' in answer) return stored === 'completed' ? undefined : `the table says ${stored}`;
  if (answer.code === 'UPDATE_FAILED') return stored === 'failed' ? undefined : `the table says ${stored}`;
  if (answer.code === 'UPDATE_REFUSED') return isCarriedOut ? 'it is in the journal' : undefined;
  return stored === undefined ? undefined : `the table says ${stored}`;
}
