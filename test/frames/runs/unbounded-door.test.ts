/** What refuses a workflow with an unbounded history, and what is refused to its runs. */
import { sleep, step, workflow } from 'lull';
import { createTestEngine } from 'lull/testing';
import { describe, expect, it } from 'vitest';

const daily = workflow('daily', { history: 'unbounded' }, function* (days: number) {
  for (let day = 0; day < days; day += 1) {
    yield* sleep('1 day');
    yield* step('work', { retry: { maxAttempts: 1 } }, () => {
      if (day === 3) throw new Error('broken');
    });
  }
});

describe('a workflow with an unbounded history', () => {
  it('is refused by an engine that cannot store runs', () => {
    expect(() => createTestEngine({ workflows: [daily] })).toThrow(
      `workflow "daily" has history: 'unbounded', and this code is not compiled for frames`,
    );
  });

  it('has no other history', () => {
    const bounded = { history: 'bounded' } as unknown as { history: 'unbounded' };
    expect(() => workflow('daily', bounded, () => sleep(0) as never)).toThrow(
      `the history of workflow "daily" is "bounded": give 'unbounded', or leave it out to keep it whole`,
    );
  });

  it('has runs that are not tried again or forked, once their journal is not whole', async () => {
    const engine = createTestEngine({ workflows: [daily], frames: true });
    const run = await engine.start(daily, 10);
    await expect(run.result()).rejects.toThrow('broken');
    await expect(engine.client.run(run.id).retry()).rejects.toMatchObject({ code: 'RETRY_REFUSED' });
    await expect(engine.client.run(run.id).fork({ before: 'work#2' })).rejects.toMatchObject({ code: 'FORK_REFUSED' });
  });
});
