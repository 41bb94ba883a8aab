/** What was accepted is delivered once, in the order of acceptance; what was refused never is (I6). */
import { REASON_UNREADABLE } from '../../../lib/encryption/messages.ts';
import type { SignalReceived } from '../../../lib/journal/event.ts';
import { isClosed } from '../../../lib/core/run-status.ts';
import type { Told } from '../world/callers.ts';
import type { RunLedger } from './run-ledger.ts';
import type { Rule } from './rule.ts';
import { isEndedWithoutKey } from './without-key.ts';

export const messagesRule: Rule = {
  name: 'what is accepted is delivered once, in order',
  atEnd(run, violate, { callers, table }) {
    const twice = run.delivered.filter((id, index) => run.delivered.indexOf(id) !== index);
    if (twice.length > 0) violate(`delivered more than once: ${twice.join(', ')}`);
    const isBlocked =
      isEndedWithoutKey(run) || (run.item !== undefined && !isClosed(run.item.status) && run.item.status === 'blocked');
    const isPlain = run.isPlain && run.reopened.length === 0; // in its earlier links too
    // Ends that it has not learned of, a run that goes on has found itself.
    const isSent = (id: string): boolean => isPlain || !id.startsWith('end-') || run.accepted.includes(id);
    const [accepted, delivered] = [
      withoutUpdates(run, run.accepted),
      withoutUpdates(run, run.delivered).filter(isSent),
    ];
    if (!isBlocked && delivered.join() !== accepted.join() && (isPlain || !isButForEarlierEnds(accepted, delivered))) {
      violate(`accepted: ${accepted.join(', ')}; delivered: ${delivered.join(', ')}`);
    }
    // An update waits for its handler, and others pass it; one that was refused has an answer instead.
    const lost = isBlocked ? [] : run.accepted.filter((id) => !run.isDelivered(id));
    if (lost.length > 0) violate(`accepted, and neither delivered nor refused: ${lost.join(', ')}`);
    const { again, outOfOrder } = run.stands;
    if (outOfOrder.length > 0) violate(`after a retry ${outOfOrder.join(', ')} came before what was to come again`);
    if (
      !isBlocked &&
      run.end?.status !== 'terminated' &&
      run.reopened.length === run.stands.retried &&
      again.length > 0
    )
      violate(`after a retry ${again.join(', ')} did not come again`);
    // Another run has the id now, or had it before: which of them a caller spoke to is not noted.
    const isOneOfSeveral =
      table.ledger.of(run.runId) !== run || table.ledger.former.some(({ runId }) => runId === run.runId);
    if (isOneOfSeveral || run.isDeleted || isEndedWithoutKey(run)) return;
    for (const told of callers.told) {
      if (told.runId !== run.runId) continue;
      const problem = problemOf(told, run);
      if (problem !== undefined) violate(problem);
    }
  },
};

/** A run that goes on may find the end of another run itself, before that end is accepted. */
function isButForEarlierEnds(accepted: readonly string[], delivered: readonly string[]): boolean {
  const isOther = (id: string): boolean => !id.startsWith('end-');
  if (delivered.filter(isOther).join() !== accepted.filter(isOther).join()) return false;
  return delivered.every((id, index) => {
    if (isOther(id)) return true;
    const acceptedBefore = new Set(accepted.slice(0, accepted.indexOf(id)));
    return delivered
      .slice(0, index)
      .filter(isOther)
      .every((before) => acceptedBefore.has(before));
  });
}

function withoutUpdates(run: RunLedger, ids: readonly string[]): string[] {
  return ids.filter((id) => run.messages.get(id)?.kind !== 'update');
}

/** What a caller was told, held against the journal. Each payload and each reason is used by one action only. */
function problemOf({ action, outcome, attempts }: Told, run: RunLedger): string | undefined {
  if (action.do !== 'signal' && action.do !== 'cancel' && action.do !== 'terminate') return undefined;
  const what = action.do === 'signal' ? `signal ${JSON.stringify(action.payload)}` : `${action.do} "${action.reason}"`;
  const times = run.everyEntry().filter((entry) => {
    if (action.do === 'signal') {
      return entry.kind === 'signal-received' && entry.name === action.name && isOf(entry, action.payload);
    }
    const isStop = entry.kind === 'cancel-requested' || entry.kind === 'terminate-requested';
    // A run is terminated also while its key is away: then its reason cannot be read.
    const isItsReason = (reason = ''): boolean => reason === action.reason || reason === REASON_UNREADABLE;
    return isStop && entry.kind === `${action.do}-requested` && isItsReason(entry.reason);
  }).length;
  if (outcome === 'accepted' && times === 0) return `${what} was accepted, and is not in the journal`;
  if (outcome === 'refused' && times > 0) return `${what} was refused, and is in the journal`;
  const most = action.do === 'signal' && action.key !== undefined ? 1 : attempts;
  if (times > most) return `${what} is in the journal ${times} times, after ${attempts} attempts`;
  return undefined;
}

function isOf({ payload }: SignalReceived, expected: unknown): boolean {
  return JSON.stringify(payload) === JSON.stringify(expected);
}
