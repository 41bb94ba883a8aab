import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { startLocalCloud, type LocalCloud, type CloudEvent, type LocalCloudOptions } from 'lull/local';
import { temporaryFolder, type WhenDone } from './temporary-folder.ts';

const fixtureEntry = join(import.meta.dirname, 'fixtures/workflows.ts');

/** A local cloud that is stopped when the test is over, quick to take over and quick to stop. */
export async function startCloud(
  options: Partial<LocalCloudOptions> = {},
  whenDone: WhenDone = onTestFinished,
): Promise<{ cloud: LocalCloud; dir: string; notices: CloudEvent[] }> {
  const { dir = join(temporaryFolder(whenDone), 'cloud') } = options;
  const notices: CloudEvent[] = [];
  const cloud = await startLocalCloud({
    entry: fixtureEntry,
    workers: 1,
    leaseMs: 1_000,
    sweepEveryMs: 250,
    stopGraceMs: 300,
    log: (notice) => notices.push(notice),
    ...options,
    dir,
  });
  whenDone(() => cloud.stop());
  return { cloud, dir, notices };
}

export interface RunAnswer {
  readonly id: string;
  readonly status: string;
  readonly result?: unknown;
}

/** Starts a run, or with `wait` gives what became of it. */
export async function startRun(url: string, workflow: string, input: unknown, query = ''): Promise<RunAnswer> {
  const response = await fetch(`${url}/workflows/${workflow}/runs${query}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(input),
  });
  return (await response.json()) as RunAnswer;
}

/** The run once it has ended, or as it is after a while. */
export async function awaitRun(url: string, id: string): Promise<RunAnswer> {
  return (await (await fetch(`${url}/runs/${id}?wait=15s`)).json()) as RunAnswer;
}
