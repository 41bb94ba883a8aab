import { gather, sleep, workflow, type Coroutine } from 'lull';
import { describe, expect, it } from 'vitest';
import { estimateMemoryBytes, MEMORY_BYTES } from '../../lib/engine/memory-estimate.ts';
import { DEFAULT_SETTINGS } from '../../lib/engine/settings.ts';
import { createWarmRuns, type WarmRun } from '../../lib/engine/warm-runs.ts';
import type { RunItem } from '../../lib/ports/run-item.ts';
import { SmallCloud } from './small-cloud.ts';

function warmRun(tasks: number, { journalBytes = 66 * tasks, messages = 0 } = {}): WarmRun {
  const pending = new Map(Array.from({ length: tasks }, (_, id) => [id, {}]));
  const messageIds = new Set(Array.from({ length: messages }, (_, id) => `m${id}`));
  const memory = { live: { taskCount: () => tasks + 1, pending } };
  return { epoch: 1, memory, journal: { bytes: journalBytes, messageIds } } as unknown as WarmRun;
}

const before = (runId: string): RunItem => ({ runId, epoch: 1 }) as RunItem;

describe('what a warm run holds', () => {
  it('is as bench/memory-estimate.ts has measured it', () => {
    expect(MEMORY_BYTES).toEqual({ run: 12_000, task: 2_000, pending: 300, messageId: 120, journalByte: 1.5 });
    // Measured: 13 KB for a run that sleeps, and 4,083 KB for one with 2,000 tasks asleep.
    for (const [tasks, measuredBytes] of [
      [0, 13_400],
      [2_000, 4_082_800],
    ] as const) {
      const factor = estimateMemoryBytes(warmRun(tasks)) / measuredBytes;
      expect(factor).toBeGreaterThan(0.5);
      expect(factor).toBeLessThan(2);
    }
  });

  it('grows with each task, each pending command, each message and each byte of the journal', () => {
    const empty = estimateMemoryBytes(warmRun(0));
    expect(estimateMemoryBytes(warmRun(1, { journalBytes: 0 })) - empty).toBe(2_300);
    expect(estimateMemoryBytes(warmRun(0, { messages: 10 })) - empty).toBe(1_200);
    expect(estimateMemoryBytes(warmRun(0, { journalBytes: 1_000 })) - empty).toBe(1_500);
  });
});

describe('runs that are kept warm', () => {
  it('hold no more than maxWarmBytes together: runs of many tasks push each other out', () => {
    const { maxWarmRuns, maxWarmBytes } = DEFAULT_SETTINGS;
    const runs = createWarmRuns({ runs: maxWarmRuns, bytes: maxWarmBytes });
    const run = warmRun(2_000);
    for (let number = 0; number < 200; number += 1) runs.keep(`r${number}`, run);
    const kept = Array.from({ length: 200 }, (_, number) => runs.take(before(`r${number}`))).filter(Boolean);
    expect(kept.length * estimateMemoryBytes(run)).toBeLessThanOrEqual(maxWarmBytes);
    expect((kept.length + 1) * estimateMemoryBytes(run)).toBeGreaterThan(maxWarmBytes);
  });

  it('may have as many tasks as a run can have', () => {
    const { maxWarmRuns, maxWarmBytes, maxTasks } = DEFAULT_SETTINGS;
    const runs = createWarmRuns({ runs: maxWarmRuns, bytes: maxWarmBytes });
    runs.keep('r', warmRun(maxTasks));
    expect(runs.take(before('r'))).toBeDefined();
  });

  it('are forgotten with what they held', () => {
    const one = warmRun(100);
    const runs = createWarmRuns({ runs: 10, bytes: estimateMemoryBytes(one) * 2 });
    for (let round = 0; round < 5; round += 1) {
      runs.keep('a', one);
      runs.keep('b', one);
      expect(runs.take(before('a'))).toBe(one);
      expect(runs.take(before('b'))).toBe(one);
    }
  });
});

it('a worker forgets a run of many tasks that is too large to be kept, and keeps a small one', async () => {
  const fan = workflow('fan', function* (tasks: number) {
    const one = function* (): Coroutine<void> {
      yield* sleep('1 hour');
    };
    yield* gather(Array.from({ length: tasks }, one));
    yield* sleep('1 hour');
  });
  for (const [tasks, loads] of [
    [500, 1],
    [5, 0],
  ] as const) {
    const cloud = new SmallCloud([fan]);
    let loaded = 0;
    const worker = cloud.worker({
      maxWarmBytes: 100_000,
      around: ({ operation }, go) => {
        if (operation === 'loadRecords') loaded += 1;
        return go();
      },
    });
    const { id } = await cloud.client.start(fan, tasks);
    await worker.turn(id);
    cloud.pass(3_600_000);
    await worker.turn(id);
    expect(loaded, `${tasks} tasks`).toBe(loads);
  }
});
