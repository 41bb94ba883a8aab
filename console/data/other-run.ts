/** The run that the shown one is compared with: read once. */
import { effect, signal } from '@preact/signals';
import type { EventAnswer, HistoryPage, ShownRun } from './answers.ts';
import { ask, pathOf } from './ask.ts';
import { place } from './page-state.ts';

export interface OtherRun {
  readonly run: ShownRun;
  readonly events: readonly EventAnswer[];
}

export type OtherState =
  | { readonly kind: 'none' }
  | { readonly kind: 'reading' }
  | { readonly kind: 'read'; readonly other: OtherRun }
  | { readonly kind: 'refused'; readonly problem: string };

export const otherRun = signal<OtherState>({ kind: 'none' });

export function watchOther(): void {
  let readId: string | undefined;
  effect(() => {
    const id = place.value.other;
    if (id === readId) return;
    readId = id;
    otherRun.value = id === undefined ? { kind: 'none' } : { kind: 'reading' };
    if (id === undefined) return;
    readRun(id).then(
      (other) => id === readId && (otherRun.value = { kind: 'read', other }),
      (error: unknown) => id === readId && (otherRun.value = { kind: 'refused', problem: (error as Error).message }),
    );
  });
}

async function readRun(id: string): Promise<OtherRun> {
  const run = await ask<ShownRun>(pathOf('runs', id));
  const events: EventAnswer[] = [];
  let cursor: string | undefined;
  do {
    const page: HistoryPage = await ask<HistoryPage>(pathOf('runs', id, 'history'), { query: { cursor } });
    events.push(...page.events);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return { run, events };
}
