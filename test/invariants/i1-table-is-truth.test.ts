import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gather, signal, sleep, step, timeout, TimeoutError, workflow } from 'lull';
import { createTestEngine, type Faults } from 'lull/testing';
import { isClosed } from '../../lib/core/run-status.ts';
import { silent } from '../testing/silent.ts';
import { SmallCloud } from '../engine/small-cloud.ts';

const note = signal<string>('note');

/** A bit of everything: steps that fail and are tried again, timers near and far, limits, signals. */
const busy = workflow('busy', function* () {
  const [first, flaky] = yield* gather([
    step('first', () => 'first'),
    step('flaky', ({ attempt }) => {
      if (attempt < 3) throw new Error('not yet');
      return 'at last';
    }),
  ]);
  yield* sleep('300ms');
  yield* sleep('2 days');
  let late = 'in time';
  try {
    yield* timeout('1h', note.receive());
    yield* timeout('1h', note.receive());
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    late = 'too late';
  }
  return { first, flaky, late };
});

const RESULT = { first: 'first', flaky: 'at last', late: 'too late' };

async function playWith(faults: Faults, seed: number) {
  const engine = createTestEngine({ workflows: [busy], faults, seed, log: silent });
  const run = await engine.start(busy);
  await engine.advance('2 days');
  await run.signal(note, 'hello');
  const result = await run.result();
  const history = await engine.history(run);
  const ended = history.filter(({ kind }) => kind === 'step-completed').map(({ name }) => name);
  return { result, ended, signals: history.filter(({ kind }) => kind === 'signal-received').length };
}

describe('I1: the table is the only truth', () => {
  it('dropping, delaying and repeating wakes changes nothing but time', async () => {
    const part = fc.double({ min: 0, max: 0.9, noNaN: true });
    await fc.assert(
      fc.asyncProperty(part, part, part, fc.nat(), async (lose, repeat, delay, seed) => {
        const played = await playWith({ wakes: { lose, repeat, delay, longestDelay: '10m' } }, seed);
        expect(played).toEqual({ result: RESULT, ended: ['first', 'flaky'], signals: 1 });
      }),
      { numRuns: 30 },
    );
  });

  it('wakes in any order, for any run, at any time, change nothing but time', async () => {
    const moves = fc.array(fc.record({ run: fc.nat({ max: 2 }), pauseMs: fc.nat({ max: 40_000 }) }), {
      minLength: 40,
      maxLength: 80,
    });
    await fc.assert(
      fc.asyncProperty(moves, async (turns) => {
        const cloud = new SmallCloud([busy]);
        const worker = cloud.worker({ hotWaitMs: 0 });
        const runs = [await cloud.client.start(busy), await cloud.client.start(busy), await cloud.client.start(busy)];
        for (const { run, pauseMs } of turns) {
          await worker.turn(runs[run]!.id);
          cloud.pass(pauseMs);
        }
        for (const run of runs) await run.signal(note, 'hello');
        // From here on each is woken now and then, whether it is due or not.
        for (let count = 0; count < 250; count += 1) {
          for (const run of runs) await worker.turn(run.id);
          cloud.pass(900_000);
        }
        for (const run of runs) expect(await run.result({ timeout: 0 })).toEqual({ ...RESULT, late: 'too late' });
      }),
      { numRuns: 8 },
    );
  });

  it('without any wake from the queue, the sweep alone brings a run to its end', async () => {
    const cloud = new SmallCloud([busy]);
    const worker = cloud.worker();
    const run = await cloud.client.start(busy);
    cloud.wakes.clear();
    for (let sweeps = 0; sweeps < 5_000 && !isClosed((await cloud.run(run.id)).status); sweeps += 1) {
      cloud.pass(sweeps < 20 ? 60_000 : 1_800_000);
      cloud.wakes.clear();
      await worker.sweep();
      const turns = cloud.wakes.takeDue(cloud.clock.nowMs()).map(({ runId }) => worker.turn(runId));
      // A short timer is waited for in place.
      for (let waits = 0; waits < 10; waits += 1) {
        await new Promise((resolve) => setImmediate(resolve));
        cloud.pass(500);
      }
      await Promise.all(turns);
    }
    expect(await run.result({ timeout: 0 })).toEqual(RESULT);
  });

  it('a wake for a run that is not there, has ended, is leased or is not due writes nothing', async () => {
    const cloud = new SmallCloud([busy]);
    const writes: string[] = [];
    const worker = cloud.worker({
      around: async ({ operation }, go) => {
        const answer = await go();
        if (operation !== 'take') writes.push(operation);
        return answer;
      },
    });
    expect(await worker.turn('nobody')).toEqual({ kind: 'skipped', reason: 'not-found' });

    const run = await cloud.client.start(busy);
    const lease = { owner: 'somebody', expiresAtMs: cloud.clock.nowMs() + 30_000 };
    await cloud.table.take(run.id, { lease, nowMs: cloud.clock.nowMs(), dueByMs: cloud.clock.nowMs() });
    expect(await worker.turn(run.id)).toEqual({ kind: 'skipped', reason: 'leased' });

    const sleeping = await cloud.client.start(busy, undefined, { delay: '1h' });
    expect(await worker.turn(sleeping.id)).toEqual({ kind: 'skipped', reason: 'not-due' });

    const ended = await cloud.client.start(busy);
    await ended.terminate();
    await worker.turn(ended.id);
    writes.length = 0;
    expect(await worker.turn(ended.id)).toEqual({ kind: 'skipped', reason: 'closed' });
    expect(writes).toEqual([]);
  });
});
