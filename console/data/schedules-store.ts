/** The schedules of the engine, kept as they are while they are shown. */
import { computed, effect, signal } from '@preact/signals';
import type { SchedulePage, ScheduleRow } from '../../lib/cli/engine/answers.ts';
import { ask, pathOf, Refused } from './ask.ts';
import { about, place, watched } from './page-state.ts';
import { poll, type Poller } from './poll.ts';

export interface ShownSchedule extends ScheduleRow {
  readonly input?: unknown;
  readonly overlap: string;
  readonly catchUpMs: number;
  readonly createdAt: string;
}

/** By name. Undefined: not read yet. */
export const schedules = signal<readonly ScheduleRow[] | undefined>(undefined);
/** The one that is chosen. */
export const schedule = signal<ShownSchedule | undefined>(undefined);
export const scheduleProblem = signal<string | undefined>(undefined);

const shown = computed(() => (place.value.view === 'schedules' ? (place.value.schedule ?? '') : undefined));
let poller: Poller | undefined;

export function watchSchedules(): void {
  effect(() => {
    const name = shown.value;
    const { isLocal } = about.value;
    poller?.stop();
    poller = undefined;
    if (schedule.peek()?.name !== name) schedule.value = undefined;
    scheduleProblem.value = undefined;
    if (name !== undefined) poller = poll((stopping) => look(name, stopping), { isLocal });
  });
}

/** Something is new. */
export function lookAtSchedules(): void {
  poller?.now();
}

async function look(name: string, stopping: AbortSignal): Promise<{ hasMoved: boolean }> {
  const before = JSON.stringify([schedules.peek(), schedule.peek()]);
  const rows = await watched(readAll(stopping));
  if (name !== shown.peek()) return { hasMoved: false };
  schedules.value = rows;
  if (name !== '') await readOne(name, stopping);
  return { hasMoved: before !== JSON.stringify([schedules.peek(), schedule.peek()]) };
}

async function readAll(stopping: AbortSignal): Promise<readonly ScheduleRow[]> {
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
  return rows.sort((left, right) => (left.name < right.name ? -1 : 1));
}

async function readOne(name: string, stopping: AbortSignal): Promise<void> {
  try {
    const found = await watched(ask<ShownSchedule>(pathOf('schedules', name), { signal: stopping }));
    if (name !== shown.peek()) return;
    schedule.value = found;
    scheduleProblem.value = undefined;
  } catch (error) {
    if (!(error instanceof Refused) || error.status >= 500 || name !== shown.peek()) throw error;
    schedule.value = undefined;
    scheduleProblem.value = error.message;
  }
}
