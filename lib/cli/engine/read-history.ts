/** The history of a run over HTTP: all of it, and then what comes, until it ends. */
import { isOpen, type EventAnswer, type HistoryPage } from './answers.ts';
import { pathOf, type Engine } from './engine.ts';
import { readRun } from './find-run.ts';

/** Oldest first, as far as it goes now. */
export async function* readHistory(
  engine: Engine,
  id: string,
  { link, cursor: from }: { readonly link?: number | undefined; readonly cursor?: string | undefined } = {},
): AsyncGenerator<EventAnswer, void, undefined> {
  let cursor = from;
  do {
    const page: HistoryPage = await engine.get<HistoryPage>(pathOf('runs', id, 'history'), { link, cursor });
    yield* page.events;
    cursor = page.cursor;
  } while (cursor !== undefined);
}

export interface Following {
  /** From this link on. Default: the one that goes on now. */
  readonly link?: number | undefined;
  /** Between two looks at a run of which nothing comes. Gives false to stop. */
  readonly pause: (looksInVain: number) => Promise<boolean>;
}

const PAGE_EVENTS = 200;

/**
 * Each event once, until the run has ended. A message that waits is no event yet: it comes when it is delivered. A run that
 * continues as new is followed into its next link.
 */
export async function* followHistory(
  engine: Engine,
  id: string,
  { link: first, pause }: Following,
): AsyncGenerator<EventAnswer, void, undefined> {
  let link = first ?? (await readRun(engine, id)).link ?? 1;
  let cursor: string | undefined;
  let seen = 0;
  for (let inVain = 0; ;) {
    const page = await engine.get<HistoryPage>(pathOf('runs', id, 'history'), { link, cursor, limit: PAGE_EVENTS });
    const events = page.events.filter(({ kind }) => kind !== 'message-waiting');
    const fresh = events.slice(seen);
    yield* fresh;
    const last = events.at(-1)?.kind ?? '';
    if (ENDS.has(last)) return;
    if (page.cursor !== undefined && events.length === page.events.length) {
      cursor = page.cursor;
      seen = 0;
      continue;
    }
    if (last === 'continued') {
      link += 1;
      cursor = undefined;
      seen = 0;
      continue;
    }
    seen = events.length;
    // Behind a whole page of messages that wait comes the end, if the run has ended.
    if (page.cursor !== undefined && !isOpen(await readRun(engine, id))) {
      for await (const event of readHistory(engine, id, { link, cursor: page.cursor }))
        if (ENDS.has(event.kind)) yield event;
      return;
    }
    inVain = fresh.length > 0 ? 0 : inVain + 1;
    if (!(await pause(inVain))) return;
  }
}

/** The last event of a run is the status that it ended with. */
const ENDS: ReadonlySet<string> = new Set(['completed', 'failed', 'cancelled', 'terminated']);
