import fc from 'fast-check';
import { signal, sleep, step, workflow } from 'lull';
import { describe, expect, it } from 'vitest';
import type { AnyWorkflow } from '../../lib/core/workflow.ts';
import { type Worker, SmallCloud } from './small-cloud.ts';

const go = signal<void>('go');

/** What each version does differs, so that none can follow another's journal. */
function code(version: string): AnyWorkflow {
  return workflow('work', function* () {
    const first = yield* step(`first of ${version}`, () => version);
    yield* go.receive();
    yield* sleep('1h');
    return [first, yield* step(`second of ${version}`, () => version)];
  });
}

/** A function of which some versions are published; a wake that is forwarded is a turn of that version's. */
class Versions {
  readonly cloud = new SmallCloud([code('1')]);
  readonly #workers = new Map<string, Worker>();
  forwarded = 0;

  publish(version: string): void {
    const forward = async (runId: string, to: string): Promise<'forwarded' | 'gone'> => {
      const worker = this.#workers.get(to);
      if (worker === undefined) return 'gone';
      this.forwarded += 1;
      await worker.turn(runId);
      return 'forwarded';
    };
    this.#workers.set(version, this.cloud.worker({ workflows: [code(version)], pin: { version, forward } }));
  }

  remove(version: string): void {
    this.#workers.delete(version);
  }

  turn(version: string, runId: string): ReturnType<Worker['turn']> {
    return this.#workers.get(version)!.turn(runId);
  }
}

describe('a run that is pinned', () => {
  it('stays with the version that began it, whichever is woken', async () => {
    const versions = new Versions();
    versions.publish('1');
    const run = await versions.cloud.client.start('work', undefined, { id: 'r1' });
    await versions.turn('1', 'r1');
    expect(await run.describe()).toMatchObject({ pinnedTo: '1', status: 'suspended' });
    versions.publish('2');
    await run.signal(go);
    expect(await versions.turn('2', 'r1')).toEqual({ kind: 'skipped', reason: 'pinned-elsewhere' });
    versions.cloud.pass(3_600_000);
    await versions.turn('2', 'r1');
    expect(await run.result({ timeout: 0 })).toEqual(['1', '1']);
    expect(versions.forwarded).toBe(2);
    await versions.cloud.client.start('work', undefined, { id: 'r2' });
    await versions.turn('2', 'r2');
    expect((await versions.cloud.run('r2')).pinnedTo).toBe('2');
  });

  it('of a version that is gone goes on with the one that is woken, if that can follow', async () => {
    const versions = new Versions();
    versions.publish('1');
    const run = await versions.cloud.client.start('work', undefined, { id: 'r1' });
    await versions.turn('1', 'r1');
    versions.remove('1');
    versions.publish('2');
    await run.signal(go);
    expect(await versions.turn('2', 'r1')).toMatchObject({ kind: 'blocked' });
    expect((await versions.cloud.run('r1')).pinnedTo).toBe('2');
    expect((await versions.cloud.entries('r1')).filter(({ kind }) => kind === 'signal-received')).toEqual([]);
  });

  it('stays with a version that took it over, although another one learns late that the first is gone', async () => {
    const twice = workflow('work', function* () {
      yield* go.receive();
      yield* go.receive();
    });
    const cloud = new SmallCloud([twice]);
    const gone = async (): Promise<'gone'> => 'gone';
    const first = cloud.worker({ pin: { version: '1', forward: gone } });
    const third = cloud.worker({ pin: { version: '3', forward: gone } });
    const run = await cloud.client.start(twice, undefined, { id: 'r1' });
    await first.turn('r1');
    await run.signal(go);
    const askedFor: string[] = [];
    const late = cloud.worker({
      pin: {
        version: '2',
        forward: async (_runId, version) => {
          askedFor.push(version);
          if (version === '3') return 'forwarded';
          await third.turn('r1');
          await run.signal(go);
          return 'gone';
        },
      },
    });
    expect(await late.turn('r1')).toEqual({ kind: 'skipped', reason: 'pinned-elsewhere' });
    expect((await cloud.run('r1')).pinnedTo).toBe('3');
    expect(askedFor).toEqual(['1', '3']);
  });

  it('is not pinned where nobody pins, and then is taken by anybody', async () => {
    const versions = new Versions();
    versions.publish('1');
    await versions.cloud.client.start('work', undefined, { id: 'r1' });
    await versions.turn('1', 'r1');
    await versions.cloud.client.run('r1').signal(go);
    expect(await versions.cloud.worker().turn('r1')).toMatchObject({ kind: 'suspended' });
  });

  it('comes to the end of its own version whatever is published and woken in which order', async () => {
    const moves = fc.array(fc.constantFrom('publish', 'signal', 'wake-newest', 'wake-oldest', 'hour'), {
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(moves, async (played) => {
        const versions = new Versions();
        versions.publish('1');
        let newest = 1;
        const run = await versions.cloud.client.start('work', undefined, { id: 'r1' });
        await versions.turn('1', 'r1');
        for (const move of [...played, 'signal', 'wake-newest', 'hour', 'wake-newest', 'wake-newest']) {
          if (move === 'publish') versions.publish(String((newest += 1)));
          if (move === 'signal') await run.signal(go).catch(() => undefined);
          if (move === 'hour') versions.cloud.pass(3_600_000);
          if (move === 'wake-newest') await versions.turn(String(newest), 'r1');
          if (move === 'wake-oldest') await versions.turn('1', 'r1');
        }
        expect(await run.result({ timeout: 0 })).toEqual(['1', '1']);
      }),
      { seed: 7, numRuns: 60 },
    );
  });
});
