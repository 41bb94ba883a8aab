/** `lull dev` as a home: real processes, real time. */
import { setTimeout as delay } from 'node:timers/promises';
import { startCloud } from '../../local/cloud-under-test.ts';
import type { WhenDone } from '../../local/temporary-folder.ts';
import type { Stage } from '../stage.ts';
import { SEATS } from '../programs/transactions.ts';
import { writeEntry } from './entry.ts';
import { linesOf } from './lines-of.ts';

/** How long a run may take on a busy machine before it counts as one that never ends. */
const PATIENCE_MS = 120_000;

export async function openDev(whenDone: WhenDone): Promise<Stage> {
  const { cloud, notices } = await startCloud(
    {
      entry: writeEntry(whenDone),
      tables: { [SEATS]: ['id'] },
      workers: 4,
      leaseMs: 10_000,
      env: { LULL_LOG_LEVEL: 'debug' },
    },
    whenDone,
  );
  return {
    isReal: true,
    nowMs: () => Date.now(),
    fetch: (path, init) => fetch(`${cloud.url}${path}`, init),
    fetchLink: (url, init) => fetch(url, init),
    advance: (ms) => delay(ms),
    lines: () => notices.flatMap((notice) => (notice.kind === 'output' ? linesOf(notice.line) : [])),
    async untilEnded(runId) {
      const giveUpAtMs = Date.now() + PATIENCE_MS;
      for (;;) {
        const run = (await (await fetch(`${cloud.url}/runs/${runId}?wait=10s`)).json()) as { endedAt?: string };
        if (run.endedAt !== undefined) return;
        if (Date.now() > giveUpAtMs) throw new Error(`run ${runId} does not end: ${JSON.stringify(run)}`);
      }
    },
  };
}
