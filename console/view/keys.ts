/** What keys do, wherever the focus is but in a field. */
import { computed, signal } from '@preact/signals';
import { go, goToRun, goToView, place } from '../data/page-state.ts';
import { TABS } from '../data/place.ts';
import { shownRows } from '../data/runs-store.ts';
import { step, toNow } from '../data/step-through.ts';
import { openStart } from './start-dialog.tsx';

/** The row of the list that keys are about, by its run. */
export const activeRun = signal<string | undefined>(undefined);
export const isHelpShown = signal(false);
/** Runs that are chosen for an action, by their ids. */
export const chosen = signal<ReadonlySet<string>>(new Set());

export const activeIndex = computed(() => shownRows.value.findIndex(({ id }) => id === activeRun.value));

export const KEYS: readonly (readonly [keys: string, meaning: string])[] = [
  ['j, ↓', 'the next run'],
  ['k, ↑', 'the run before'],
  ['Enter', 'show it'],
  ['x', 'choose it for an action'],
  ['/', 'find a text in ids'],
  ['1 to 4', 'now, journal, data, compare'],
  ['[ and ]', 'one event back, and on'],
  ['r, s, p, w', 'runs, schedules, pools, workflows'],
  ['n', 'start a run'],
  ['Esc', 'back to now, then to the list'],
  ['?', 'these keys'],
];

export function choose(id: string): void {
  const next = new Set(chosen.value);
  if (!next.delete(id)) next.add(id);
  chosen.value = next;
}

const ACTIONS: Readonly<Record<string, () => void>> = {
  j: () => move(1),
  ArrowDown: () => move(1),
  k: () => move(-1),
  ArrowUp: () => move(-1),
  Enter: () => place.value.view === 'runs' && activeRun.value !== undefined && goToRun(activeRun.value),
  x: () => place.value.view === 'runs' && activeRun.value !== undefined && choose(activeRun.value),
  '/': () => document.querySelector<HTMLInputElement>('#find')?.focus(),
  '?': () => (isHelpShown.value = !isHelpShown.value),
  '[': () => place.value.run !== undefined && step(-1),
  ']': () => place.value.run !== undefined && step(1),
  Escape: leave,
  r: () => goToView('runs'),
  s: () => goToView('schedules'),
  p: () => goToView('pools'),
  w: () => goToView('workflows'),
  n: () => openStart(),
  ...Object.fromEntries(
    TABS.map((tab, index) => [String(index + 1), () => place.value.run !== undefined && go({ tab })]),
  ),
};

export function listenToKeys(): void {
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const target = event.target instanceof HTMLElement ? event.target : document.body;
    if (target.closest('dialog') !== null) return;
    const isField = target.matches('input:not([type=checkbox]), textarea, select');
    if (isField) {
      if (event.key === 'Escape') target.blur();
      return;
    }
    // Enter on a link or a button is its own; arrows in a pane that has the focus scroll it.
    if (event.key === 'Enter' && target.matches('a, button, summary')) return;
    if (event.key.startsWith('Arrow') && target.closest('[data-own-arrows]') !== null) return;
    const act = ACTIONS[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  });
}

function move(by: number): void {
  if (place.value.view !== 'runs') return;
  const rows = shownRows.value;
  const at = activeIndex.value;
  const next = rows[at === -1 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by))];
  if (next === undefined) return;
  activeRun.value = next.id;
  if (place.value.run !== undefined) goToRun(next.id);
}

function leave(): void {
  const { view, named } = place.value;
  if (isHelpShown.value) isHelpShown.value = false;
  else if (place.value.event !== undefined) toNow();
  else if (place.value.run !== undefined) goToRun(undefined);
  else if (named !== undefined) goToView(view);
  else chosen.value = new Set();
}
