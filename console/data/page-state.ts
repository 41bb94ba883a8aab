/** What all of the page knows: where it is, what time it is, and which engine it shows. */
import { signal } from '@preact/signals';
import type { About } from './answers.ts';
import { placeOfRun, readPlace, writePlace, type Place } from './place.ts';

export const place = signal<Place>(readPlace(location.hash));
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
  const next = placeOfRun(place.value, run);
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
    if ((error as Error).name !== 'AbortError') trouble.value = describeTrouble(error as Error);
    throw error;
  }
}

function describeTrouble(error: Error): string {
  return error instanceof TypeError
    ? 'the server of this page does not answer: is the command still running?'
    : error.message;
}
