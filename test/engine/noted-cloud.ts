/** A cloud that notes in one list, in their order, what was written and which bodies began. */
import { type Coroutine, stepContext, workflow } from 'lull';
import { promisesToGoOn, SmallCloud, type Worker, type WorkerOptions, type Workflows } from './small-cloud.ts';

export const reads = { readOnly: true };

export async function settle(): Promise<void> {
  for (let times = 0; times < 60; times += 1) await promisesToGoOn();
}

export class NotedCloud extends SmallCloud {
  readonly notes: string[] = [];

  constructor(workflows: Workflows) {
    super(workflows);
  }

  /** A worker whose writes are noted. */
  noted(options: WorkerOptions = {}): Worker {
    return this.worker({
      around: (call, go) => {
        if (WRITES.has(call.operation)) this.notes.push(call.operation);
        return go();
      },
      ...options,
    });
  }

  /** A body that says that it began. */
  body<T>(gives: T): () => T {
    return () => {
      this.notes.push(stepContext().stepId);
      return gives;
    };
  }
}

export const WRITES = new Set(['putRecord', 'transact', 'release', 'finish', 'answerUpdate', 'renew']);

/** The names of the entries of each record, but for the first. */
export async function recordsOf(cloud: SmallCloud, runId: string): Promise<string[][]> {
  const records = await cloud.records(runId);
  return records
    .slice(1)
    .map(({ entries }) =>
      entries.map((entry) => ('id' in entry && !('messageId' in entry) ? `${entry.kind} ${entry.id}` : entry.kind)),
    );
}

export async function play(
  code: (cloud: NotedCloud) => Coroutine<unknown>,
  options?: WorkerOptions,
): Promise<{ cloud: NotedCloud; runId: string; result: unknown }> {
  const flow = workflow('flow', () => code(cloud));
  const cloud: NotedCloud = new NotedCloud([flow]);
  const run = await cloud.client.start(flow);
  await cloud.noted(options).turn(run.id);
  return { cloud, runId: run.id, result: (await cloud.run(run.id)).status };
}
