/** `lull dev --from`, the cloud of the synthesized template, as a home: real processes, and a clock that can be moved. */
import { join } from 'node:path';
import { startLocalCloud, type CloudEvent } from 'lull/local';
import { synthesizeStack, tableWithId } from '../../infra/built-stack.ts';
import { temporaryFolder, type WhenDone } from '../../local/temporary-folder.ts';
import type { Stage } from '../stage.ts';
import { SEATS } from '../programs/transactions.ts';
import { writeEntry } from './entry.ts';
import { linesOf } from './lines-of.ts';

/** Has the workflow of the stack's schedule. */
const SCHEDULED = join(import.meta.dirname, '../../local/fixtures/naps.ts');

/** A run that waits for so many times in a row counts as one that never ends. */
const MOST_WAITS = 100;

export async function openStack(whenDone: WhenDone): Promise<Stage> {
  const notices: CloudEvent[] = [];
  const cloud = await startLocalCloud({
    from: synthesizeStack(
      whenDone,
      { entry: writeEntry(whenDone, [SCHEDULED]), logLevel: 'debug', publicCallbacks: true },
      (engine, stack) => {
        engine.grantTransactions(tableWithId(stack, SEATS));
      },
    ),
    dir: join(temporaryFolder(whenDone), 'cloud'),
    maxSandboxes: 4,
    log: (notice) => notices.push(notice),
  });
  whenDone(() => cloud.stop());
  const untilEnded = async (runId: string): Promise<void> => {
    for (let waits = 0; waits < MOST_WAITS; waits += 1) {
      await cloud.advance(0);
      const answer = await cloud.fetch(`/runs/${runId}`);
      const run = (await answer.json()) as { endedAt?: string; dueAt?: string };
      if (run.endedAt !== undefined) return;
      const dueInMs = run.dueAt === undefined ? 0 : Date.parse(run.dueAt) - cloud.nowMs();
      await cloud.advance(Math.max(0, dueInMs));
    }
    throw new Error(`run ${runId} does not end`);
  };
  return {
    isReal: true,
    nowMs: () => cloud.nowMs(),
    fetch: (path, init) => cloud.fetch(path, init),
    fetchLink: (url, init) => fetch(url, init),
    advance: (ms) => cloud.advance(ms),
    lines: () => notices.flatMap((notice) => (notice.kind === 'output' ? linesOf(notice.line) : [])),
    untilEnded,
  };
}
