/** The runs that a filter finds, newest first, one page after the other as they are taken. */
import { toQuery, type RunFilter } from '../run-filter.ts';
import type { RunPage, RunRow } from './answers.ts';
import type { Engine } from './engine.ts';

const LONGEST_PAGE = 1_000;

export async function* listPages(
  engine: Engine,
  filter: RunFilter,
  limit: number,
): AsyncGenerator<readonly RunRow[], void, undefined> {
  let left = limit;
  let cursor: string | undefined;
  while (left > 0) {
    const query = { ...toQuery(filter), limit: Math.min(left, LONGEST_PAGE), cursor };
    const page: RunPage = await engine.get<RunPage>('/runs', query);
    yield page.runs;
    left -= page.runs.length;
    cursor = page.cursor;
    if (cursor === undefined) return;
  }
}
