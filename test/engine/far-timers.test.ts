import { sleep, workflow } from 'lull';
import { describe, expect, it } from 'vitest';
import { SmallCloud } from './small-cloud.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

const sleepy = workflow('sleepy', function* (time: string) {
  const from = new Date().getTime();
  yield* sleep(time);
  return new Date().getTime() - from;
});

/**
 * Plays a cloud that sweeps each minute at 20 s past it and gives each wake to a worker at its time; the queue is lost
 * every `lossMs`. Says how long each run slept, by its own clock.
 */
async function play(times: readonly string[], { untilMs, lossMs = Infinity }: { untilMs: number; lossMs?: number }) {
  const cloud = new SmallCloud([sleepy]);
  const worker = cloud.worker();
  const startMs = cloud.clock.nowMs();
  const runs = await Promise.all(times.map((time, index) => cloud.client.start(sleepy, time, { id: `r${index}` })));
  let wakes = 0;
  let lostAtMs = startMs + lossMs;
  let sweepAtMs = startMs + 20_000;
  for (;;) {
    for (const { runId } of cloud.wakes.takeDue(cloud.clock.nowMs())) {
      wakes += 1;
      await worker.turn(runId);
    }
    const nextMs = Math.min(cloud.wakes.nextAtMs() ?? Infinity, sweepAtMs, lostAtMs);
    if (nextMs > startMs + untilMs) break;
    // Nothing happens in the months between: only sweeps that find nothing are left out.
    cloud.pass(nextMs - cloud.clock.nowMs());
    if (nextMs === lostAtMs) {
      cloud.wakes.clear();
      lostAtMs += lossMs;
    }
    if (nextMs === sweepAtMs) {
      await worker.sweep({ aheadMs: 90_000 });
      sweepAtMs += MINUTE_MS;
    }
  }
  return { slept: await Promise.all(runs.map((run) => run.result({ timeout: 0 }))), wakes };
}

describe('a timer that is too far away for the queue', () => {
  it('fires at its time and not with the sweep after it', async () => {
    const { slept } = await play(['14m', '16m', '1h', '3 days'], { untilMs: 3 * DAY_MS + MINUTE_MS });
    expect(slept).toEqual([14 * MINUTE_MS, 16 * MINUTE_MS, 60 * MINUTE_MS, 3 * DAY_MS]);
  });

  it('costs no second wake when it is near enough for the queue', async () => {
    const { wakes } = await play(['14m'], { untilMs: 20 * MINUTE_MS });
    expect(wakes).toBe(2); // the start, and the timer
  });

  it('fires with a sweep when the queue loses what it was told', async () => {
    const untilMs = 2 * DAY_MS + 2 * MINUTE_MS;
    const { slept } = await play(['16m', '1 day', '2 days'], { untilMs, lossMs: 30_000 });
    for (const [index, dueMs] of [16 * MINUTE_MS, DAY_MS, 2 * DAY_MS].entries()) {
      expect(slept[index]).toBeGreaterThanOrEqual(dueMs);
      expect(slept[index]).toBeLessThanOrEqual(dueMs + MINUTE_MS);
    }
  });

  it('is told to the queue also for a start with a long delay', async () => {
    const cloud = new SmallCloud([sleepy]);
    const run = await cloud.client.start(sleepy, '1h', { delay: '1 day' });
    expect(cloud.wakes.nextAtMs()).toBeUndefined();
    cloud.pass(DAY_MS - 30_000);
    expect(await cloud.worker().sweep({ aheadMs: 90_000 })).toMatchObject({ ahead: 1 });
    expect(cloud.wakes.nextAtMs()).toBe(cloud.clock.nowMs() + 30_000);
    cloud.pass(30_000);
    await cloud.worker().turn(run.id);
    expect((await cloud.run(run.id)).status).not.toBe('pending');
  });
});
