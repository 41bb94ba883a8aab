/** What all of the page knows: where it is, what time it is, and which engine it shows. */
import { computed, signal } from '@preact/signals';
import type { About } from './answers.ts';
import { placeOfRun, placeOfView, readPlace, writePlace, type Place } from './place.ts';

export const place = signal<Place>(readPlace(location.hash));
/** Parts of the place, for what is not to be drawn anew with each step through a history. */
export const shownRunId = computed(() => place.value.run);
export const shownFilter = computed(() => place.value.filter);
export const nowMs = signal(Date.now());
export const about = signal<About>({ name: '', isLocal: false, hasChanges: false });
/** Why the last look got no answer. Undefined: it got one. */
export const trouble = signal<string | undefined>(undefined);

export const timeZone = new Intl.DateTimeFormat().resolvedOptions().timeZone;

const TICK_MS = 1_000;

export function watchPage(): void {
  addEventListener('hashchange', () => (place.value = readPlace(location.hash)));
  setInterval(() => {
    if (!document.hidden) nowMs.value = Date.now();
  }, TICK_MS);
}

/** With an entry in the browser's history, but for a change that is a step of many. */
export function go(to: Partial<Place>, { isStep = false }: { readonly isStep?: boolean } = {}): void {
  const next = { ...place.value, ...to };
  place.value = next;
  const address = writePlace(next);
  if (isStep) history.replaceState(undefined, '', address);
  else history.pushState(undefined, '', address);
}

/** Leaves out what belongs to the run before. */
export function goToRun(run: string | undefined): void {
  goTo(placeOfRun(place.value, run));
}

export function goToView(view: Place['view']): void {
  goTo(placeOfView(place.value, view));
}

/** One schedule or pool, beside the list of them. */
export function goToNamed(view: 'schedules' | 'pools', named: string): void {
  goTo({ ...placeOfView(place.value, view), named });
}

/** All runs that a filter finds. */
export function goToRunsOf(filter: Place['filter']): void {
  goTo({ view: 'runs', tab: 'now', filter });
}

function goTo(next: Place): void {
  place.value = next;
  history.pushState(undefined, '', writePlace(next));
}

export async function readAbout(): Promise<void> {
  const response = await fetch('about');
  about.value = (await response.json()) as About;
}

/** Notes whether the engine answers. */
export async function watched<T>(answer: Promise<T>): Promise<T> {
  try {
    const value = await answer;
    trouble.value = undefined;
    return value;
  } catch (error) {
    const { name, status = 500 } = error as Error & { readonly status?: number };
    // A refusal is an answer, which the view that has asked shows.
    if (status < 500) trouble.value = undefined;
    else if (name !== 'AbortError') trouble.value = describeTrouble(error as Error);
    throw error;
  }
}

function describeTrouble(error: Error): string {
  return error instanceof TypeError
    ? 'the server of this page does not answer: is the command still running?'
    : error.message;
}
