/** The history of a run as it was read so far: pages that stay as they are, and the last one, which is read anew. */
import type { EventAnswer, HistoryPage } from './answers.ts';

export interface HistoryLog {
  readonly settled: readonly EventAnswer[];
  /** Where the last page begins. */
  readonly tailCursor: string | undefined;
  readonly tail: readonly EventAnswer[];
}

export const NO_HISTORY: HistoryLog = { settled: [], tailCursor: undefined, tail: [] };

/** A page that was read from `tailCursor`, or behind the tail of the pages before. */
export function withHistoryPage(log: HistoryLog, page: HistoryPage, place: 'at-tail' | 'behind-tail'): HistoryLog {
  const before = place === 'at-tail' ? [] : log.tail;
  const events = named(page.events, log, before);
  const isSettled =
    page.cursor !== undefined && before.length === 0 && events.every(({ kind }) => kind !== 'message-waiting');
  return isSettled
    ? { settled: [...log.settled, ...events], tailCursor: page.cursor, tail: [] }
    : { ...log, tail: [...before, ...events] };
}

export function eventsOf({ settled, tail }: HistoryLog): readonly EventAnswer[] {
  return tail.length === 0 ? settled : [...settled, ...tail];
}

/** On a page after the first, what came of a command does not have its name: the page before has. */
function named(
  events: readonly EventAnswer[],
  { settled }: HistoryLog,
  before: readonly EventAnswer[],
): readonly EventAnswer[] {
  if (settled.length === 0 && before.length === 0) return events;
  if (events.every(({ id, name }) => id === undefined || name !== undefined)) return events;
  const commands = new Map<number, EventAnswer>();
  for (const event of [...settled, ...before]) {
    if (event.id !== undefined && event.name !== undefined) commands.set(event.id, event);
  }
  return events.map((event) => {
    const command = event.id === undefined || event.name !== undefined ? undefined : commands.get(event.id);
    if (command === undefined) return event;
    const { name, stepId, key, operation } = command;
    const known = Object.entries({ name, stepId, key, operation }).filter(([, value]) => value !== undefined);
    return { ...Object.fromEntries(known), ...event };
  });
}
