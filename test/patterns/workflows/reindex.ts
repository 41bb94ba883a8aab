/**
 * A debounce: however often a document is said to have changed, it is indexed once when no change has come for a while, with the
 * newest version, and once a minute where changes do not cease. Its run has no end: one that waits costs nothing.
 */
import { continueAsNew, now, race, signal, sleep, sleepUntil, step, workflow } from 'lull';
import { outside } from './outside.ts';

export const changed = signal<number>('changed');

/** Callers use `signalWithStart`, with an id for each document. */
export const reindex = workflow('reindex', function* (document: string) {
  let version = yield* changed.receive();
  const atLatest = new Date(now().getTime() + 60_000);
  for (;;) {
    const next = yield* race({ change: changed.receive(), quiet: sleep('5s'), late: sleepUntil(atLatest) });
    if (next.key !== 'change') break;
    version = next.value;
  }
  yield* step('index', () => outside.does(`index ${document} ${version}`));
  return yield* continueAsNew(document);
});
