/**
 * Where there is an event bus, it hears of each end of a run, at least once, and of nothing that is not so. The run item says
 * that it is to hear until it has, or until a caller tries the run again or deletes it. Other runs learn of an end before.
 */
import { isOwnName } from '../../../lib/core/own-names.ts';
import { isClosed } from '../../../lib/core/run-status.ts';
import type { RunItem } from '../../../lib/ports/run-item.ts';
import type { HeardEvent } from '../world/event-bus.ts';
import type { RunLedger } from './run-ledger.ts';
import type { Rule, Seen, Violate } from './rule.ts';

export const eventsRule: Rule = {
  name: 'the event bus hears of each end, and of nothing else',
  onCall({ operation, before, after, by }, run, violate, { bus }) {
    if (bus === undefined || before === undefined || isOwnName(before.workflow)) return;
    if (before.endedAtMs === undefined && after?.endedAtMs !== undefined && after.afterEnd === undefined) {
      violate(`${by} ended the run, and the item does not say that the bus is to hear of it`);
    }
    if (before.afterEnd === undefined || after?.afterEnd !== undefined) return;
    const isGivenUp = before.afterEnd === 'emit' && (operation === 'retryRun' || operation === 'deleteRun');
    if (!isGivenUp && !bus.heardOf(run.runId).some((event) => isOfEnd(event, before))) {
      violate(`${by} (${operation}) has settled an end that the bus has not heard of`);
    }
  },
  onEvent(event, run, violate, seen) {
    const { detail } = event;
    checkRepeats(event, seen.bus?.heardOf(run.runId) ?? [], violate);
    if (!isEnd(detail)) return;
    const { item } = run;
    if (item !== undefined && isSameLife(event, item) && !isOfEnd(event, item)) {
      violate(`the bus hears that the run is ${detail.status} since ${detail.endedAt}, and it is ${item.status}`);
    }
    checkParent(run, violate, seen);
  },
  atEnd({ runId, item, isDeleted, created, entries }, violate, { bus, faultNames }) {
    if (bus === undefined || created === undefined || isOwnName(created.workflow)) return;
    if (item !== undefined && isClosed(item.status) && item.afterEnd !== undefined) {
      violate(`the run is ${item.status}, and the bus is to hear of it for ever`);
    }
    const starts = bus.heardOf(runId).filter(({ detail }) => detail.status === 'running').length;
    const hasBegun = entries.length > 0 && !isDeleted && item !== undefined;
    const isLostToItsCode = entries.some(({ kind }) => kind === 'taken-over'); // the worker that began it may have died
    if (faultNames.length === 0 && !isLostToItsCode && hasBegun && starts !== 1) {
      violate(`nothing went wrong, and the bus has heard ${starts} times that the run has started`);
    }
  },
};

type Detail = HeardEvent['detail'];

function isEnd({ endedAt }: Detail): boolean {
  return endedAt !== undefined;
}

/** The run has not been tried again since, and is not another one of that id. */
function isSameLife({ detail }: HeardEvent, { createdAtMs, retries }: RunItem): boolean {
  return detail.createdAt === toTime(createdAtMs) && detail.retries === retries;
}

function isOfEnd(event: HeardEvent, item: RunItem): boolean {
  const { status, endedAt } = event.detail;
  const isSameEnd = item.endedAtMs !== undefined && endedAt === toTime(item.endedAtMs) && status === item.status;
  return isSameEnd && isSameLife(event, item);
}

/**
 * An end that is said twice is said in the same words, under one id, which no other end has; but for an error or a reason that
 * could not be decrypted the one time.
 */
function checkRepeats({ detail }: HeardEvent, heard: readonly HeardEvent[], violate: Violate): void {
  const nameOf = ({ createdAt, status, retries, endedAt }: Detail): string =>
    isEnd(detail) ? JSON.stringify([createdAt, status, retries, endedAt]) : JSON.stringify([createdAt, status]);
  for (const { detail: other } of heard) {
    if (detail.status === 'blocked' || other.status === 'blocked') continue;
    const [isSameId, isSameName] = [other.id === detail.id, nameOf(other) === nameOf(detail)];
    if (isSameId !== isSameName)
      violate(`the bus hears ${JSON.stringify(detail)}, and has heard ${JSON.stringify(other)}`);
    const [said, saidBefore] =
      isUnreadable(detail) || isUnreadable(other) ? [withoutWhy(detail), withoutWhy(other)] : [detail, other];
    if (isSameId && isEnd(detail) && JSON.stringify(said) !== JSON.stringify(saidBefore)) {
      violate(`the bus hears under one id ${JSON.stringify(detail)} and ${JSON.stringify(other)}`);
    }
  }
}

function isUnreadable({ error, reason }: Detail): boolean {
  return error?.code === 'PAYLOAD_KEY' || (reason?.includes(' cannot be read: ') ?? false);
}

function withoutWhy({ error: _error, reason: _reason, ...detail }: Detail): unknown {
  return detail;
}

/** Whether its parent ended first is not known any more where that was tried again. */
function checkParent({ runId, item }: RunLedger, violate: Violate, { table }: Seen): void {
  const { startedBy } = item ?? {};
  if (startedBy?.isParent !== true) return;
  const parent = table.ledger.of(startedBy.runId);
  const isGone = parent.created === undefined || parent.isPurged || parent.isDeleted || parent.reopened.length > 0;
  if (isGone || parent.end !== undefined) return;
  const hasLearned = [...parent.messages.values()].some(
    (message) => message.kind === 'run-ended' && message.runId === runId && parent.accepted.includes(message.id),
  );
  if (!hasLearned) violate(`the bus hears of the end before the parent ${parent.runId} does`);
}

function toTime(ms: number): string {
  return new Date(ms).toISOString();
}
