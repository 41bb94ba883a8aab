/** The example of docs/frames.md: a counter that has run since 2016, and what it holds; `npm run bench unbounded` has 100,000 hours. */
import { sleep, workflow } from 'lull';
import { explainRun, type OpenRunDescription } from 'lull/client';
import { createTestEngine } from 'lull/testing';
import { expect, it } from 'vitest';

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
    'waits for a sleep until 05:00:00 UTC (in 60 minutes), at test/frames/runs/since-2016.test.ts:10',
    '  in counter, at test/frames/runs/since-2016.test.ts:10',
    '    hours = 100',
    '    since = 2016-01-01T00:00:00.000Z',
  ]);
  expect(await engine.client.run(run.id).describe()).toMatchObject({ history: { archived: true } });
});
