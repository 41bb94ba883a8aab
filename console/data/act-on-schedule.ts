/** What a person does to a schedule. */
import { ask, pathOf } from './ask.ts';

export interface NewSchedule {
  readonly name: string;
  readonly workflow: string;
  readonly schedule: string;
  readonly timezone?: string;
  readonly overlap?: string;
  readonly catchUp?: string;
  readonly input?: unknown;
}

export function createSchedule(schedule: NewSchedule): Promise<unknown> {
  return ask('/schedules', { method: 'POST', body: schedule });
}

export function pauseSchedule(name: string): Promise<unknown> {
  return ask(pathOf('schedules', name, 'pause'), { method: 'POST' });
}

export function resumeSchedule(name: string): Promise<unknown> {
  return ask(pathOf('schedules', name, 'resume'), { method: 'POST' });
}

/** Gives the id of the run. */
export async function triggerSchedule(name: string, key: string): Promise<string> {
  return (await ask<{ id: string }>(pathOf('schedules', name, 'trigger'), { method: 'POST', key })).id;
}

/** Gives the ids of the runs. */
export async function backfillSchedule(
  name: string,
  body: { readonly since: string; readonly until: string },
  key: string,
): Promise<readonly string[]> {
  return (await ask<{ ids: string[] }>(pathOf('schedules', name, 'backfill'), { method: 'POST', body, key })).ids;
}

export function deleteSchedule(name: string): Promise<unknown> {
  return ask(pathOf('schedules', name), { method: 'DELETE' });
}
