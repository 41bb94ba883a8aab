/** Each time of a schedule has one run, whatever dies on the way. */
import { expect, it } from 'vitest';
import { isCancelled, runInfo, sleep, step, workflow } from '../../lib/index.ts';
import { crashEverywhere, type TestEngine } from '../../lib/testing/index.ts';
import { silent } from '../testing/silent.ts';

const report = workflow('report', function* (label: string) {
  yield* step('note', () => label);
  return runInfo().scheduledAt?.toISOString();
});

const slow = workflow('slow', function* () {
  try {
    yield* sleep('90 seconds');
  } catch (error) {
    if (isCancelled(error)) yield* step('clean up', () => undefined);
    throw error;
  }
});

const options = { workflows: [report, slow], now: new Date('2026-11-30T00:00:30Z'), log: silent };
const eachMinute = { schedule: 'cron(* * * * ? *)' };

async function idsOf(engine: TestEngine, workflow: string): Promise<string[]> {
  return (await engine.list({ workflow })).map(({ id }) => id).sort();
}

// Each is played some seventy times.
const LONG = { timeout: 240_000 };

it('from its creation over a pause to its deletion', LONG, async () => {
  const { points } = await crashEverywhere({
    ...options,
    scenario: async (engine) => {
      await engine.schedules.create('s', { workflow: report, input: 'a', ...eachMinute, catchUp: 0 });
      await engine.advance('31 seconds'); // 00:01:01
      await engine.schedules.pause('s');
      await engine.advance('1 minute');
      await engine.schedules.resume('s');
      await engine.advance('1 minute'); // 00:03:01
      await engine.schedules.delete('s');
      expect(await idsOf(engine, 'report')).toEqual(['s-2026-11-30T00:01:00Z', 's-2026-11-30T00:03:00Z']);
    },
  });
  expect(points).toBeGreaterThan(40);
});

it('where it is triggered and filled in', LONG, async () => {
  await crashEverywhere({
    ...options,
    scenario: async (engine) => {
      await engine.schedules.create('s', { workflow: report, input: 'a', ...eachMinute });
      const triggered = await engine.schedules.trigger('s');
      const filledIn = await engine.schedules.backfill('s', { since: '2026-11-29T23:58Z', until: '2026-11-30T00:00Z' });
      expect(filledIn).toHaveLength(2);
      expect(await idsOf(engine, 'report')).toEqual([...filledIn, triggered].sort());
    },
  });
});

it('where each run is cancelled for the next', LONG, async () => {
  await crashEverywhere({
    ...options,
    settings: { maxStepsInFlight: 1 }, // what it cancels may end first or be watched first, and the places of steps differ
    scenario: async (engine) => {
      await engine.schedules.create('s', { workflow: slow, ...eachMinute, overlap: 'cancel-other' });
      await engine.advance('125 seconds'); // 00:02:35
      await engine.schedules.pause('s');
      await engine.advance('91 seconds');
      expect(await idsOf(engine, 'slow')).toEqual(['s-2026-11-30T00:01:00Z', 's-2026-11-30T00:02:00Z']);
    },
  });
});
