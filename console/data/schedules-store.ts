/** The schedules of the engine, kept as they are while they are shown. */
import type { SchedulePage, ScheduleRow } from '../../lib/cli/engine/answers.ts';
import { ask } from './ask.ts';
import { NamedStore } from './named-store.ts';

export interface ShownSchedule extends ScheduleRow {
  readonly input?: unknown;
  readonly overlap: string;
  readonly catchUpMs: number;
  readonly createdAt: string;
}

export const scheduleStore = new NamedStore<ScheduleRow, ShownSchedule>({ view: 'schedules', readAll });

async function readAll(stopping: AbortSignal): Promise<ScheduleRow[]> {
  const rows: ScheduleRow[] = [];
  let cursor: string | undefined;
  do {
    const page: SchedulePage = await ask<SchedulePage>('/schedules', {
      query: { limit: 1_000, cursor },
      signal: stopping,
    });
    rows.push(...page.schedules);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return rows;
}
