import { describe, expect, it } from 'vitest';
import type { FinishRun } from '../../lib/ports/store.ts';
import { gather, sleep, step, workflow } from 'lull';
import { StoreUnavailableError } from 'lull/client';
import type { Around } from '../../lib/testing/around-store.ts';
import { promisesToGoOn, SmallCloud } from '../engine/small-cloud.ts';
import { interleave } from './interleaving.ts';

const deep = workflow('deep', function* () {
  const branch = function* (name: string) {
    const first = yield* step(`${name} 1`, () => 1);
    yield* sleep('10s');
    const second = yield* step(`${name} 2`, ({ attempt }) => {
      if (attempt === 1) throw new Error('again');
      return 2;
    });
    return first + second;
  };
  return yield* gather([branch('left'), branch('right'), branch('middle')]);
});

const one = workflow('one', function* () {
  return yield* step('only', () => 'done');
});

describe('I3: nothing outside happens before the record that led to it is durable', () => {
  it('whatever the order in which the calls of several workers reach the table', async () => {
    for (let seed = 1; seed <= 60; seed += 1) {
      // It throws when a body begins whose command is in no record.
      const played = await interleave({ seed, workflows: [deep], workers: 3 });
      expect(played.result, `seed ${seed}`).toEqual([3, 3, 3]);
      expect(played.begun.length).toBeGreaterThanOrEqual(6);
    }
  });

  const holding = async (answer: (go: () => Promise<unknown>) => Promise<unknown>) => {
    const cloud = new SmallCloud([one]);
    const run = await cloud.client.start(one);
    const begun: string[] = [];
    const around: Around = <T>({ operation }: { operation: string }, go: () => Promise<T>): Promise<T> =>
      operation === 'putRecord' ? (answer(go) as Promise<T>) : go();
    const worker = cloud.worker({ around, callBody: ({ name }) => begun.push(name) });
    const turn = worker.turn(run.id).catch((error: unknown) => error);
    await promisesToGoOn();
    return { cloud, run, begun, turn };
  };

  it('a body does not begin while its record is on its way', async () => {
    let letGo = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const { begun, turn } = await holding(async (go) => {
      await gate;
      return go();
    });
    expect(begun).toEqual([]);
    letGo();
    await turn;
    expect(begun).toEqual(['only']);
  });

  it('a body does not begin when its record could not be written', async () => {
    const { begun, turn } = await holding(async () => {
      throw new StoreUnavailableError('putRecord');
    });
    expect(await turn).toBeInstanceOf(StoreUnavailableError);
    expect(begun).toEqual([]);
  });

  it('a body does not begin when the run was taken over by the time its record was written', async () => {
    let letGo = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const { cloud, begun, turn, run } = await holding(async (go) => {
      await gate;
      return go();
    });
    cloud.clock.moveTo(cloud.clock.nowMs() + 30_000);
    await cloud.worker().turn(run.id);
    letGo();
    expect(await turn).toEqual({ kind: 'lease-lost' });
    expect(begun).toEqual([]);
    expect(await run.result({ timeout: 0 })).toBe('done');
  });

  it('a body begins when the lease is over by the clock, and the table says that nobody else has taken the run', async () => {
    let letGo = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const { cloud, begun, turn } = await holding(async (go) => {
      await gate;
      return go();
    });
    cloud.clock.moveTo(cloud.clock.nowMs() + 30_000);
    letGo();
    expect(await turn).toMatchObject({ kind: 'ended', status: 'completed' });
    expect(begun).toHaveLength(1);
  });

  it('the result of a run is not written before what led to it, which may come with the same write', async () => {
    const cloud = new SmallCloud([one]);
    const run = await cloud.client.start(one);
    const written: string[] = [];
    const worker = cloud.worker({
      around: async ({ operation, args }, go) => {
        const answer = await go();
        if (operation === 'putRecord') {
          written.push(...(args[1] as { entries: { kind: string }[] }).entries.map(({ kind }) => kind));
        }
        const { tail } = (args[1] ?? {}) as Partial<FinishRun>;
        if (typeof tail === 'object') written.push(...tail.entries.map(({ kind }) => kind));
        if (operation === 'finish') written.push('finish');
        return answer;
      },
    });
    await worker.turn(run.id);
    expect(written).toEqual(['started', 'step', 'step-completed', 'finish']);
  });
});
