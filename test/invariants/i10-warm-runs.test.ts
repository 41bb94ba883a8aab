/** I10: what a worker keeps of runs between their turns has limits. */
import { describe, expect, it } from 'vitest';
import { sleep, step, workflow } from 'lull';
import { MEMORY_BYTES } from '../../lib/engine/memory-estimate.ts';
import type { EngineSettings } from '../../lib/engine/settings.ts';
import { SmallCloud } from '../engine/small-cloud.ts';
import { limit } from './limit-cases.ts';

type Settings = Partial<EngineSettings>;

/** How many of the runs that one worker has left, in this order, it has to read again. */
async function reads(lengths: readonly number[], settings: Settings): Promise<number> {
  let count = 0;
  const long = workflow('long', function* (steps: number) {
    for (let done = 0; done < steps; done += 1) yield* step('do', () => undefined);
    yield* sleep('1 day');
  });
  const cloud = new SmallCloud([long]);
  const worker = cloud.worker({
    ...settings,
    around: async (call, go) => {
      if (call.operation === 'loadRecords') count += 1;
      return go();
    },
  });
  const runs = await Promise.all(lengths.map((steps) => cloud.client.start(long, steps)));
  for (const { id } of runs) await worker.turn(id);
  cloud.pass(86_400_000);
  count = 0;
  for (const { id } of runs.toReversed()) await worker.turn(id);
  return count;
}

limit('maxWarmRuns', {
  under: async () => expect(await reads([1, 1], { maxWarmRuns: 3 })).toBe(0),
  at: async () => expect(await reads([1, 1, 1], { maxWarmRuns: 3 })).toBe(0),
  over: async () => expect(await reads([1, 1, 1, 1], { maxWarmRuns: 3 })).toBe(1),
});

const warmBytes = await heldBy([5, 50]);

limit('maxWarmBytes', {
  under: async () => expect(await reads([5, 50], { maxWarmBytes: warmBytes + 1 })).toBe(0),
  at: async () => expect(await reads([5, 50], { maxWarmBytes: warmBytes })).toBe(0),
  over: async () => expect(await reads([5, 50], { maxWarmBytes: warmBytes - 1 })).toBe(1),
});

/** What two runs hold that are asleep, by the length of their journals. */
async function heldBy(lengths: readonly number[]): Promise<number> {
  let bytes = 0;
  await Promise.all(
    lengths.map(async (steps) => {
      const long = workflow('long', function* (count: number) {
        for (let done = 0; done < count; done += 1) yield* step('do', () => undefined);
        yield* sleep('1 day');
      });
      const cloud = new SmallCloud([long]);
      const run = await cloud.client.start(long, steps);
      await cloud.worker().turn(run.id);
      const { run: itself, task, pending, journalByte } = MEMORY_BYTES;
      bytes += itself + task + pending;
      for (const { entries } of await cloud.records(run.id))
        bytes += journalByte * Buffer.byteLength(JSON.stringify(entries));
    }),
  );
  return bytes;
}

describe('a run that is larger than all that a worker keeps', () => {
  it('is read again for each turn, and takes no room from the others', async () => {
    expect(await reads([500, 1, 1], { maxWarmBytes: 35_000 })).toBe(1);
    expect(await reads([1, 1, 500], { maxWarmBytes: 35_000 })).toBe(1);
  });
});
