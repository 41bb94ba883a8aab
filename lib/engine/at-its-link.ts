/**
 * Reading a run without its lease. What a link was given is deleted when the run continues as new, so a reader of the link
 * before may come too late for it: it reads the next link.
 *
 * Tested by: test/engine/queries.test.ts
 */
import { LullError } from '../core/errors.ts';
import type { RunItem } from '../ports/run-item.ts';
import { linkOf } from './link-before.ts';
import type { Engine } from './settings.ts';

/** `read` may be called again, with the run as it is then. */
export async function atItsLink<T extends object>(
  { store }: Engine,
  runId: string,
  read: (run: RunItem | undefined) => Promise<T>,
): Promise<T> {
  for (;;) {
    const run = await store.readRun(runId);
    const answer = await read(run);
    if (run === undefined || !isInputMissing(answer)) return answer;
    const now = await store.readRun(runId);
    if (now !== undefined && linkOf(now) === linkOf(run)) return answer;
  }
}

function isInputMissing(answer: object): boolean {
  return 'error' in answer && answer.error instanceof LullError && answer.error.code === 'INPUT_MISSING';
}
