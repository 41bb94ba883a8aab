/** The run item moves as the run protocol allows: I6, I7, "two results". */
import { MOST_LETTERS } from '../../../lib/ports/letters.ts';
import { isClosed } from '../../../lib/core/run-status.ts';
import { isToTell, type RunItem } from '../../../lib/ports/run-item.ts';
import type { Table } from '../world/table.ts';
import type { Plan } from '../plan.ts';
import { isBehind } from './behind.ts';
import { wasMisled } from './replay-rule.ts';
import { addedBy } from './ledger.ts';
import type { Rule, Violate } from './rule.ts';
import { isEndedWithoutKey } from './without-key.ts';

export const runItemRule: Rule = {
  name: 'the run item moves as the protocol allows',
  onCall(call, run, violate, { fleet, plan, table }) {
    const { operation, before, after, by, atMs } = call;
    if (before === undefined || before === after) return;
    if (after === undefined) {
      if (!isClosed(before.status)) violate(`${operation} removed a run that is ${before.status}`);
      const isSettled = operation === 'deleteRun' ? !isToTell(before.afterEnd) : before.afterEnd === undefined;
      if (!isSettled) violate(`${operation} removed a run whose end was not settled`);
      return;
    }
    if (operation === 'retryRun') {
      if (JSON.stringify(before) === JSON.stringify(after)) return;
      checkRetry(before, after, violate);
      return;
    }
    if (isClosed(before.status)) {
      const isPutOff = operation === 'purge' && (after.dueAtMs ?? 0) > (before.dueAtMs ?? Infinity);
      const isSettled = operation === 'settleEnd' && !isToTell(after.afterEnd);
      const moves = {
        ...(isPutOff || isSettled ? { dueAtMs: undefined } : {}),
        ...(isSettled ? { afterEnd: undefined } : {}),
        ...(isSettled && after.afterEnd === undefined ? { purgeAtMs: undefined } : {}),
      };
      const { afterEnd, purgeAtMs } = before;
      if (
        afterEnd !== undefined &&
        after.afterEnd === undefined &&
        purgeAtMs !== undefined &&
        after.dueAtMs !== purgeAtMs
      ) {
        violate(`${operation} put the purge off from ${purgeAtMs} to ${after.dueAtMs}`);
      }
      if (JSON.stringify({ ...before, ...moves }) !== JSON.stringify({ ...after, ...moves })) {
        violate(`${operation} changed a run that is closed`);
      }
      return;
    }
    const taken = operation === 'take' ? 1 : 0;
    if (after.epoch - before.epoch !== (after.epoch === before.epoch ? 0 : taken)) {
      violate(`${operation} changed the epoch from ${before.epoch} to ${after.epoch}`);
    }
    if (after.epoch !== before.epoch && wrongClockMs(plan) === 0) {
      const leaseEndsMs = before.lease?.expiresAtMs ?? -Infinity;
      if (atMs < Math.floor(leaseEndsMs)) violate(`${by} took a lease that runs until ${leaseEndsMs - atMs} ms later`);
    }
    const latestMs = atMs + leaseMs(plan) + wrongClockMs(plan);
    if ((after.lease?.expiresAtMs ?? 0) > Math.max(latestMs, before.lease?.expiresAtMs ?? 0)) {
      violate(`${by} took a lease until ${after.lease?.expiresAtMs}, which is longer than a lease`);
    }
    if (operation === 'renew' && (after.lease?.expiresAtMs ?? 0) < (before.lease?.expiresAtMs ?? 0)) {
      violate(`a renewal by ${by} made the lease shorter, which its worker was told is longer`);
    }
    const { letters = [] } = after;
    const added = addedBy(call, run)?.record.entries ?? [];
    const isDelivered = (id: string): boolean =>
      run.isDelivered(id) || added.some((entry) => 'messageId' in entry && entry.messageId === id);
    const lost = before.inboxIds.filter((id) => !after.inboxIds.includes(id) && !isDelivered(id));
    if (lost.length > 0 && !isEndedWithoutKey(run))
      violate(`${operation} by ${by} removed ${lost.join(', ')} from the inbox, undelivered`);
    const accepted = after.inboxIds.filter((id) => !before.inboxIds.includes(id));
    if (accepted.length > 0 && operation !== 'accept') {
      violate(`${operation} added ${accepted.join(', ')} to the inbox`);
    }
    const unknown = letters.filter(({ id }) => !after.inboxIds.includes(id) && !isDelivered(id));
    if (unknown.length > 0) violate(`${operation} has left letters that are in no inbox`);
    if (letters.length > MOST_LETTERS) violate(`${letters.length} letters are in the run item`);
    const left = before.letters?.filter(
      ({ id }) => after.inboxIds.includes(id) && !letters.some((one) => one.id === id),
    );
    if (left?.length) violate(`${operation} by ${by} dropped the letters of messages that stay`);
    const watched = (after.watchers?.length ?? 0) - (before.watchers?.length ?? 0);
    const isPaused = (operation === 'pauseRun' || operation === 'resumeRun') && before.wakes !== after.wakes ? 1 : 0;
    const isGivenPlace = operation === 'makeRunDue' ? 1 : 0;
    if (after.wakes - before.wakes !== accepted.length + watched + isPaused + isGivenPlace)
      violate(`${operation} changed wakes by ${after.wakes - before.wakes}`);
    const isOwners = ['renew', 'release', 'finish', 'continueRun'].includes(operation);
    if (operation === 'continueRun' && after.link !== before.link) {
      const entry = run.entries.findLast(({ kind }) => kind === 'continued');
      if (entry === undefined) violate(`${by} continued the run as new, and its journal does not say so`);
      if (after.link !== run.link + 1) violate(`link ${after.link} follows ${run.link}`);
      if (after.createdAtMs !== before.createdAtMs) violate('a link changed when the run was created');
    }
    if (isOwners && run.epochOf.get(by) !== after.epoch && JSON.stringify(before) !== JSON.stringify(after)) {
      violate(
        `${by} took the lease of epoch ${run.epochOf.get(by)}, and its ${operation} changed a run of ${after.epoch}`,
      );
    }
    const code = fleet.codeOf(by);
    const isForLosses = after.blocked?.tryAtMs !== undefined; // faults may well take two workers in a row
    const isOrphan = after.blocked?.code === 'FORK_SOURCE_MISSING' && isGone(after, table);
    const isForKey = after.blocked?.code === 'PAYLOAD_KEY' && table.isKeyAway;
    if (
      after.status === 'blocked' &&
      !isForLosses &&
      !isForKey &&
      !isOrphan &&
      before.status !== 'blocked' &&
      code?.follows === true &&
      !isBehind(code, run)
    ) {
      if (!wasMisled(run)) {
        violate(`${by}, whose code follows every journal, blocked the run: ${after.blocked?.reason}`);
      }
    }
  },
};

/** A run that has failed, and of whose end all have learned, is opened again, and keeps all but what belonged to its end. */
function checkRetry(before: RunItem, after: RunItem, violate: Violate): void {
  if (before.status !== 'failed') violate(`a run that is ${before.status} was tried again`);
  if (isToTell(before.afterEnd)) violate('a run was tried again before its end was settled');
  const { goesOnFrom } = after;
  if (goesOnFrom?.kind !== 'retry') violate('a run was tried again, and does not say from where');
  const { result: _result, endedAtMs: _endedAtMs, afterEnd: _afterEnd, ...closed } = before;
  const { purgeAtMs: _purgeAtMs, ...opened } = closed;
  const { pinnedTo: _pinnedTo, deadlineAtMs: _deadlineAtMs, ...kept } = opened;
  const { deadlineAtMs: _newDeadlineAtMs, ...now } = after;
  const expected = { ...kept, status: 'suspended', dueAtMs: 0, retries: (before.retries ?? 0) + 1, goesOnFrom };
  const differing = [...new Set([...Object.keys(expected), ...Object.keys(now)])].filter(
    (key) => JSON.stringify(expected[key as keyof typeof expected]) !== JSON.stringify(now[key as keyof typeof now]),
  );
  if (differing.length > 0) violate(`a retry changed ${differing.join(', ')}`);
}

/** Of a fork: the other run was deleted, or purged. */
function isGone({ goesOnFrom }: RunItem, { ledger }: Table): boolean {
  if (goesOnFrom?.kind !== 'fork') return false;
  const { isDeleted, isPurged, item } = ledger.of(goesOnFrom.runId);
  return isDeleted || isPurged || item === undefined;
}

function leaseMs({ weather }: Plan): number {
  return weather.settings.leaseMs ?? 30_000;
}

/** How far a clock may be ahead. */
function wrongClockMs({ weather }: Plan): number {
  return (
    weather.clockErrorMs +
    weather.incidents.reduce((sum, incident) => sum + ('byMs' in incident ? incident.byMs : 0), 0) * 2
  );
}
