/** Bases that cannot be gone on from: the run is blocked, loses nothing, and goes on when they can. */
import { sleep, step, workflow } from 'lull';
import { createRunFrames } from 'lull/lambda';
import { createTestKey } from 'lull/testing';
import { describe, expect, it } from 'vitest';
import { SmallCloud } from '../../engine/small-cloud.ts';

const hourly = workflow('hourly', { history: 'unbounded' }, function* (hours: number) {
  let sum = 0;
  for (let hour = 0; hour < hours; hour += 1) {
    sum += yield* step('work', () => 1);
    yield* sleep('1 hour');
  }
  return sum;
});

/** Of the same name, with other code before where its runs wait. */
const changed = workflow('hourly', { history: 'unbounded' }, function* (hours: number) {
  let sum = 0;
  for (let hour = 0; hour < hours; hour += 1) {
    sum += 10 * (yield* step('work', () => 1));
    yield* sleep('1 hour');
  }
  return sum;
});

const ALWAYS = { snapshotRecords: 1, maxSnapshotPercent: 100_000, maxWarmRuns: 0 };

async function blockedBy(
  options: Parameters<SmallCloud['worker']>[0],
  change?: (cloud: SmallCloud, runId: string) => Promise<void>,
) {
  const cloud = new SmallCloud([hourly]);
  const good = cloud.worker({ ...ALWAYS, frames: createRunFrames() });
  const run = await cloud.client.start(hourly, 4);
  await good.turn(run.id);
  cloud.pass(3_601_000);
  await good.turn(run.id);
  await change?.(cloud, run.id);
  cloud.pass(3_601_000);
  const end = await cloud.worker({ ...ALWAYS, frames: createRunFrames(), ...options }).turn(run.id);
  const { status, blocked } = await cloud.run(run.id);
  return { cloud, run, good, end, status, blocked };
}

describe('a run whose base', () => {
  it('is of other code is blocked, and goes on with its own', async () => {
    const { cloud, run, good, status, blocked } = await blockedBy({ workflows: [changed] });
    expect({ status, code: blocked?.code }).toEqual({ status: 'blocked', code: 'BASE_NOT_OF_CODE' });
    expect(blocked?.reason).toMatch(/goes on from a snapshot, and not with this code/);
    for (let hour = 0; hour < 4; hour += 1) {
      await good.turn(run.id);
      cloud.pass(3_601_000);
    }
    expect(await run.result()).toBe(4);
  });

  it('is not there is blocked, and goes on when it is back', async () => {
    let stored: unknown;
    let key = '';
    const { cloud, run, good, blocked } = await blockedBy({}, async (there, runId) => {
      key = (await there.run(runId)).base?.key ?? '';
      stored = await there.table.readValue(runId, key);
      await there.table.deleteValue(runId, key);
    });
    expect(blocked?.code).toBe('BASE_MISSING');
    await cloud.table.putValue(run.id, key, stored as never);
    for (let hour = 0; hour < 5; hour += 1) {
      cloud.pass(3_601_000);
      await good.turn(run.id);
    }
    expect(await run.result()).toBe(4);
  });

  it('cannot be decrypted is blocked for its key, and goes on when that is back', async () => {
    const key = createTestKey();
    const cloud = new SmallCloud([hourly]);
    const worker = () => cloud.worker({ ...ALWAYS, frames: createRunFrames(), payloadKey: key });
    const run = await cloud.client.start(hourly, 4);
    const turns = async (count: number): Promise<void> => {
      for (let hour = 0; hour < count; hour += 1) {
        await worker().turn(run.id);
        cloud.pass(3_601_000);
      }
    };
    await turns(2);
    expect(await cloud.run(run.id)).toHaveProperty('base');
    key.takeAway();
    await turns(1);
    expect(await cloud.run(run.id)).toMatchObject({ status: 'blocked', blocked: { code: 'PAYLOAD_KEY' } });
    key.giveBack();
    await turns(5);
    expect(await cloud.run(run.id)).toMatchObject({ status: 'completed' });
  });

  it('is of other code can be terminated', async () => {
    const { cloud, run } = await blockedBy({ workflows: [changed] });
    await cloud.client.run(run.id).terminate('enough');
    await cloud.worker({ ...ALWAYS, frames: createRunFrames(), workflows: [changed] }).turn(run.id);
    expect(await cloud.run(run.id)).toMatchObject({ status: 'terminated' });
  });
});
