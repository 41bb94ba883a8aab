// Suspicion: the details of a heartbeat have no limit. What the table does not take ends the turn in an error, again and
// again, and the run never goes on.
import { expect, it } from 'vitest';
import { step, workflow, type LullError } from 'lull';
import { createTestEngine } from 'lull/testing';
import { silent } from '../testing/silent.ts';

it.each([
  ['recorded at once', 15_000],
  ['recorded with the failure of the attempt', 0],
])('details that no record takes are refused to the step that gives them, %s', async (_when, waitMs) => {
  const seen: unknown[] = [];
  const large = workflow('large', function* () {
    return yield* step('beat', { retry: { maxAttempts: 3 } }, (context) => {
      if (context.attempt > 1) return context.lastHeartbeat;
      context.heartbeat({ at: 'small' });
      try {
        context.heartbeat('x'.repeat(7_000_000));
      } catch (error) {
        seen.push((error as LullError).code);
      }
      throw new Error('first attempt');
    });
  });
  const engine = createTestEngine({ workflows: [large], log: silent, settings: { leaseMs: 30_000 } });
  const run = await engine.start(large);
  await engine.advance(waitMs);
  expect(await run.result()).toEqual({ at: 'small' });
  expect(seen).toEqual(['PAYLOAD_TOO_LARGE']);
});

it('details may be as large as a result, to the byte', async () => {
  const beaten = workflow('beaten', function* (bytes: number) {
    return yield* step('beat', { retry: false }, (context) => {
      context.heartbeat('x'.repeat(bytes - 2));
      return 'taken';
    });
  });
  const engine = createTestEngine({ workflows: [beaten], log: silent, settings: { maxValueBytes: 10_000 } });
  expect(await engine.run(beaten, 10_000)).toBe('taken');
  await expect(engine.run(beaten, 10_001)).rejects.toMatchObject({
    cause: { message: 'the heartbeat details of step "beat" have 10001 bytes, the limit is 10000: give a key to them' },
  });
});
