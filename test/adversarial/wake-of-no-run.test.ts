// Suspicion: who writes to the queue of wakes can make the worker ask the table for keys that no run can have, and fill
// the log with what it sends.
import { describe, expect, it } from 'vitest';
import { sleep, workflow } from 'lull';
import { createWorkerHandler } from '../../functions/create-worker-handler.ts';
import { aroundStore } from '../../lib/testing/around-store.ts';
import { createWorld } from '../client/client-world.ts';
import { context, sqsEvent } from '../lambda/sample-events.ts';

const nap = workflow('nap', function* () {
  yield* sleep('1 day');
});

async function work(...bodies: string[]) {
  const world = createWorld();
  const lines: string[] = [];
  const calls: string[] = [];
  const worker = createWorkerHandler([nap], {
    ...world,
    log: undefined as never,
    store: aroundStore(world.store, (call, go) => {
      calls.push(call.operation);
      return go();
    }),
    environment: { LULL_TABLE_NAME: 'runs', LULL_QUEUE_URL: 'https://sqs.example/wakes' },
    writeLine: (line) => lines.push(line),
  });
  const { batchItemFailures } = await worker(sqsEvent(...bodies), context());
  return { lines, calls, failures: batchItemFailures.length };
}

/** Of the workflows, whether one is paused, which a worker asks once for all of its turns; and of the run. */
const ASKED = ['readWorkflowList', 'take'];

describe('a wake', () => {
  it.each([
    ['of more characters than an id has', 'r'.repeat(200_000)],
    ['of 129 characters', 'r'.repeat(129)],
    ['of a schedule', 'schedule/nightly'],
    ['with a line break', 'r1\n{"level":"ERROR"}'],
    ['with a key in it', 'r1#event'],
    ['of nothing', ''],
  ])('%s is a dead letter, asks the table for nothing, and stands in the log in short', async (_what, runId) => {
    const { lines, calls, failures } = await work(JSON.stringify({ runId }));
    expect(failures).toBe(1);
    expect(calls).toEqual([]);
    expect(lines).toHaveLength(1);
    expect(lines[0]!.length).toBeLessThan(1_000);
  });

  it('of a run that is not there asks once, and is gone', async () => {
    const { calls, failures } = await work('{"runId":"nobody"}');
    expect(failures).toBe(0);
    expect(calls).toEqual(ASKED);
  });

  it('may bring along whatever it likes: nothing of it is read but the id', async () => {
    const more = { runId: 'nobody', deadlineAtMs: 0, epoch: 99, workflow: 'other', __proto__: null };
    expect(await work(JSON.stringify(more))).toMatchObject({ failures: 0, calls: ASKED });
  });
});
