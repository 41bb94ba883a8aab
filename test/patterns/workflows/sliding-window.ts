/**
 * A sliding window over a thousand records: a child for each, so many at once, and a run that continues as new before
 * its journal gets long. Children outlive the link that started them, and report to whichever link there is.
 */
import {
  type Awaitable,
  continueAsNew,
  type Coroutine,
  gather,
  getRun,
  runInfo,
  signal,
  sleep,
  startChild,
  step,
  workflow,
} from 'lull';
import { outside } from './outside.ts';

export interface Window {
  /** Records that are there, and of which so many may be worked on at once. */
  readonly records: number;
  readonly size: number;
  /** After so many starts the run continues as new. */
  readonly perLink: number;
  /** The next one to start, and those that are worked on. */
  readonly next?: number;
  readonly inWork?: readonly number[];
  readonly links?: number;
}

const processed = signal<number>('processed');

export const processRecord = workflow('process-record', function* (task: { record: number; reportTo: string }) {
  yield* sleep('2s');
  yield* step('process', () => outside.does(`record ${task.record}`));
  yield* getRun(task.reportTo).signal(processed, task.record);
});

export const slidingWindow = workflow('sliding-window', function* (window: Window): Coroutine<{ links: number }> {
  const { records, size, perLink, links = 1 } = window;
  const inWork = new Set(window.inWork);
  const reportTo = runInfo().id;
  const children: Awaitable<void>[] = []; // of this link
  let next = window.next ?? 0;
  for (let started = 0; next < records; started += 1) {
    if (started === perLink) return yield* continueAsNew({ ...window, next, inWork: [...inWork], links: links + 1 });
    while (inWork.size >= size) inWork.delete(yield* processed.receive());
    const id = `${reportTo}:${next}`;
    const child = yield* startChild(processRecord, { record: next, reportTo }, { id, onParentClose: 'abandon' });
    children.push(child);
    inWork.add(next);
    next += 1;
  }
  while (inWork.size > 0) inWork.delete(yield* processed.receive());
  yield* gather(children); // what has reported has all but ended
  return { links };
});
