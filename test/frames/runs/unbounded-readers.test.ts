/** What reads a run with an unbounded history: queries, what it waits for, the variables of its coroutines. */
import { query, sleep, step, workflow } from 'lull';
import type { OpenRunDescription } from 'lull/client';
import { createTestEngine } from 'lull/testing';
import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../../../lib/memory/memory-store.ts';
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
});
