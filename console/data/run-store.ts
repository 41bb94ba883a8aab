/** The run that is shown, kept as it is in the engine: how it stands, and its history. */
import { computed, effect, signal } from '@preact/signals';
import { isOpen, type EventAnswer, type HistoryPage, type ShownRun } from './answers.ts';
import { ask, pathOf, Refused } from './ask.ts';
import { eventsOf, NO_HISTORY, withHistoryPage, type HistoryLog } from './history-log.ts';
import { about, place, watched } from './page-state.ts';
import { poll, type Poller } from './poll.ts';

const FIRST_PAGE_EVENTS = 1_000;
const PAGE_EVENTS = 200;

export const run = signal<ShownRun | undefined>(undefined);
const log = signal<HistoryLog>(NO_HISTORY);
/** The history is read to its end. */
export const isHistoryRead = signal(false);
export const runProblem = signal<string | undefined>(undefined);
export const events = computed<readonly EventAnswer[]>(() => eventsOf(log.value));

const wanted = computed(() => JSON.stringify([place.value.run, place.value.link]));
let poller: Poller | undefined;
let generation = 0;
/** When the run had ended whose history is read to its end. */
let readEndedAt: string | undefined;

export function watchRun(): void {
  effect(() => {
    const [id, link] = JSON.parse(wanted.value) as [string | null, number | null];
    const { isLocal } = about.value;
    poller?.stop();
    poller = undefined;
    generation += 1;
    if (run.peek()?.id !== id) run.value = undefined;
    log.value = NO_HISTORY;
    isHistoryRead.value = false;
    readEndedAt = undefined;
    runProblem.value = undefined;
    if (id !== null) poller = poll((signal) => look(id, link ?? undefined, signal), { isLocal });
  });
}

/** Something is new. */
export function lookAtRun(): void {
  poller?.now();
}

async function look(id: string, link: number | undefined, signal: AbortSignal): Promise<{ hasMoved: boolean }> {
  const mine = generation;
  const before = JSON.stringify([run.peek(), log.peek().tail, log.peek().settled.length]);
  try {
    const found = await watched(ask<ShownRun>(pathOf('runs', id), { query: { tasks: 'true' }, signal }));
    if (mine !== generation) return { hasMoved: false };
    if (JSON.stringify(found) !== JSON.stringify(run.peek())) run.value = found;
    runProblem.value = undefined;
    await readHistory(id, link, { mine, signal });
  } catch (error) {
    if (mine === generation && error instanceof Refused && error.status < 500) {
      runProblem.value = error.message;
      if (error.status === 404) run.value = undefined;
    }
    throw error;
  }
  const isQuick = run.peek()?.status === 'running';
  return { hasMoved: isQuick || before !== JSON.stringify([run.peek(), log.peek().tail, log.peek().settled.length]) };
}

/**
 * From the last page on. A history that has its end is as it is, unless its run goes on again; it may also have gone on
 * and have ended again since the look before.
 */
async function readHistory(
  id: string,
  link: number | undefined,
  { mine, signal }: { readonly mine: number; readonly signal: AbortSignal },
): Promise<void> {
  const last = events.peek().at(-1)?.kind;
  const { status, endedAt } = run.peek() ?? {};
  if (last !== undefined && last === status && !isOpen(last) && endedAt === readEndedAt) return;
  let next = log.peek();
  let cursor = next.tailCursor;
  let where: 'at-tail' | 'behind-tail' = 'at-tail';
  const limit = cursor === undefined ? FIRST_PAGE_EVENTS : PAGE_EVENTS;
  do {
    const page: HistoryPage = await watched(
      ask<HistoryPage>(pathOf('runs', id, 'history'), { query: { cursor, limit, link }, signal }),
    );
    if (mine !== generation) return;
    next = withHistoryPage(next, page, where);
    where = next.tail.length === 0 ? 'at-tail' : 'behind-tail';
    cursor = page.cursor;
    if (cursor !== undefined && !isHistoryRead.peek()) log.value = next; // a long one is shown as it comes
  } while (cursor !== undefined);
  if (JSON.stringify(next.tail) !== JSON.stringify(log.peek().tail) || next.settled !== log.peek().settled)
    log.value = next;
  isHistoryRead.value = true;
  readEndedAt = endedAt;
}

/** The server says of which run something is new, where it knows. */
export function watchChanges(onChange: (runId: string) => void): void {
  effect(() => {
    if (!about.value.hasChanges) return undefined;
    const source = new EventSource('changes');
    source.onmessage = ({ data }: MessageEvent<string>) => onChange((JSON.parse(data) as { runId: string }).runId);
    return () => source.close();
  });
}
