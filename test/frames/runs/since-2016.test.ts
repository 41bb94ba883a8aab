/** The example of docs/frames.md: a counter that has run since 2016, and what it holds; `npm run bench unbounded` has 100,000 hours. */
import { sleep, workflow } from 'lull';
import { explainRun, type OpenRunDescription } from 'lull/client';
import { createRunFrames } from 'lull/lambda';
import { createTestEngine } from 'lull/testing';
import { expect, it } from 'vitest';
import { SmallCloud } from '../../engine/small-cloud.ts';

const counter = workflow('counter', { history: 'unbounded' }, function* () {
  const since = new Date();
  for (let hours = 0; ; hours += 1) {
    yield* sleep('1 hour');
    if (hours > 1_000_000) return since;
  }
});

it('a counter that has run since 2016 shows what it holds, and its history is archived', async () => {
  const engine = createTestEngine({ workflows: [counter], frames: true, now: new Date('2016-01-01T00:00:00Z') });
  const run = await engine.start(counter);
  await engine.advance('100 hours');
  const description = (await run.describe({ locals: true })) as OpenRunDescription;
  expect(explainRun(description, { now: engine.now() })).toEqual([
    'waits for a sleep until 05:00:00 UTC (in 60 minutes), at test/frames/runs/since-2016.test.ts:12',
    '  in counter, at test/frames/runs/since-2016.test.ts:12',
    '    hours = 100',
    '    since = 2016-01-01T00:00:00.000Z',
  ]);
  expect(await engine.client.run(run.id).describe()).toMatchObject({ history: { archived: true } });
});

it('a worker with nothing in memory resumes it by one read, and so does a query', async () => {
  const cloud = new SmallCloud([counter]);
  const options = { snapshotRecords: 1, maxSnapshotPercent: 100_000, maxWarmRuns: 0, frames: createRunFrames() };
  const asked: string[] = [];
  const worker = () =>
    cloud.worker({
      ...options,
      around: (call, go) => {
        asked.push(call.operation);
        return go();
      },
    });
  const run = await cloud.client.start(counter);
  for (let hour = 0; hour < 100; hour += 1) {
    asked.length = 0;
    await worker().turn(run.id);
    cloud.pass(3_600_001);
  }
  const reads = ['readWorkflowList', 'take', 'readValue'];
  // Then it writes: what the hour has brought, the archive and the base; and what is behind that goes.
  const writes = ['putRecord', 'loadRecords', 'putValue', 'putValue', 'release', 'removeRecords', 'deleteValue'];
  expect(asked).toEqual([...reads, ...writes]);
  asked.length = 0;
  expect(await worker().inspectRun(run.id)).toMatchObject({ kind: 'inspected' });
  expect(asked).toEqual(['readRun', 'readValue']);
});

it('what was written behind its base is read, also where another worker has written nothing', async () => {
  const cloud = new SmallCloud([counter]);
  const options = { snapshotRecords: 1, maxSnapshotPercent: 100_000, maxWarmRuns: 0, frames: createRunFrames() };
  const run = await cloud.client.start(counter);
  const turn = (settings: Partial<typeof options> = {}) => cloud.worker({ ...options, ...settings }).turn(run.id);
  await turn();
  for (let hour = 1; hour <= 9; hour += 1) {
    cloud.pass(3_600_001);
    await turn(hour % 3 === 0 ? {} : { snapshotRecords: 100 }); // no new base
    if (hour % 2 === 0) await turn(); // nothing is due: it takes the lease, and gives it back
  }
  const { base, epoch } = await cloud.run(run.id);
  expect(base?.epoch).toBeLessThanOrEqual(epoch);
  const { tasks } = (await cloud.worker(options).inspectRun(run.id, { locals: true })) as unknown as {
    readonly tasks: unknown;
  };
  expect(JSON.stringify(tasks)).toContain('{"name":"hours","value":"9"}');
});
