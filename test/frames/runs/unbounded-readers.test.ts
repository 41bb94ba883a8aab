/** What reads a run with an unbounded history: queries, what it waits for, the variables of its coroutines. */
import { query, sleep, step, workflow } from 'lull';
import type { OpenRunDescription } from 'lull/client';
import { createRunFrames } from 'lull/lambda';
import { createTestEngine } from 'lull/testing';
import { describe, expect, it } from 'vitest';
import type { Engine } from '../../../lib/engine/settings.ts';
import { readBase } from '../../../lib/engine/unbounded/read-base.ts';
import { toProblem } from '../../../lib/http/problem.ts';
import { MemoryStore } from '../../../lib/memory/memory-store.ts';
import { SmallCloud } from '../../engine/small-cloud.ts';
import { silent } from '../../testing/silent.ts';

const progress = query('progress');

const daily = workflow('daily', { history: 'unbounded' }, function* (sensitive: boolean) {
  let days = 0;
  progress.handle(() => days);
  for (;;) {
    const key = yield* step('key', { sensitive }, () => 'hunter22');
    yield* step('use', () => key.length);
    days += 1;
    yield* sleep('1 day');
    yield* step('use again', () => key.length);
  }
});

async function afterFiveDays(sensitive: boolean, payloadBucket = true) {
  const store = new MemoryStore({ payloadBucket });
  const engine = createTestEngine({ workflows: [daily], frames: true, store, log: silent });
  const run = await engine.start(daily, sensitive);
  await engine.advance('5 days');
  const { waitsFor } = (await run.describe({ locals: true })) as OpenRunDescription;
  return { run, waitsFor };
}

describe('of a run with an unbounded history', () => {
  it('queries are answered, from its base', async () => {
    const { run } = await afterFiveDays(false);
    expect(await run.query(progress)).toBe(6);
  });

  it('it is told where it waits, and what its variables are', async () => {
    const { waitsFor } = await afterFiveDays(false);
    expect(waitsFor).toMatchObject({ from: 'code' });
    expect(JSON.stringify(waitsFor)).toMatch(/"name":"days","value":"6"/);
    expect(JSON.stringify(waitsFor)).toMatch(/hunter22/);
  });

  it('what sensitive steps gave is left out, by what is archived of them', async () => {
    const { waitsFor } = await afterFiveDays(true);
    expect(waitsFor).toMatchObject({ from: 'code' });
    expect(JSON.stringify(waitsFor)).not.toMatch(/hunter22/);
  });

  it('the variables are refused where nothing is archived of its sensitive steps', async () => {
    const { waitsFor } = await afterFiveDays(true, false);
    expect(waitsFor).toMatchObject({ from: 'journal', because: expect.stringMatching(/cannot be shown/) as unknown });
    expect(JSON.stringify(waitsFor)).not.toMatch(/hunter22/);
  });

  it('reading is refused where no code can restore it, with where to ask, and over HTTP as the state of the run', async () => {
    const cloud = new SmallCloud([daily]);
    const settings = { snapshotRecords: 1, maxSnapshotPercent: 100_000, maxWarmRuns: 0 };
    const run = await cloud.client.start(daily, false);
    await cloud.worker({ ...settings, frames: createRunFrames() }).turn(run.id);
    const caller = { store: cloud.table, frames: undefined } as unknown as Engine; // that of another process
    const read = await readBase(caller, await cloud.run(run.id), { isToRead: true });
    const error = read.kind === 'unreadable' ? read.error : read;
    expect(error).toMatchObject({
      code: 'BASE_NOT_OF_CODE',
      message: expect.stringMatching(
        /this process cannot: its code is not compiled for frames\. Ask one that/,
      ) as unknown,
    });
    expect(toProblem(error)?.problem).toMatchObject({ status: 409, code: 'BASE_NOT_OF_CODE' });
  });
});
