/**
 * Suspicion: a worker dies before it wrote what an event led to, and whoever takes over counts that event as replayed:
 * the run takes the old branch of a patch, though no code without the patch ever had it.
 */
import { type Coroutine, createTask, deprecatePatch, patched, signal, step, workflow } from 'lull';
import { describe, expect, it } from 'vitest';
import type { AnyWorkflow } from '../../lib/core/workflow.ts';
import { promisesToGoOn, SmallCloud, type Worker, type WorkerOptions } from '../engine/small-cloud.ts';

const go = signal<void>('go');
const never = signal<void>('never');
const record = (name: string): ReturnType<typeof step<string>> => step(name, () => name);

const asking = workflow('receipt', function* () {
  return patched('mail') ? yield* record('mail') : yield* record('print');
});
const tidied = workflow('receipt', function* () {
  deprecatePatch('mail');
  return yield* record('mail');
});

const LONGER_THAN_A_LEASE_MS = 3_600_000;

/** A worker whose record of that number never comes to the table. */
function dyingAtRecord(cloud: SmallCloud, dead: number, options: WorkerOptions = {}): Worker {
  return cloud.worker({
    ...options,
    around: async ({ operation, args }, goOn) => {
      if (operation === 'putRecord' && (args[1] as { number: number }).number === dead) throw new Error('dead');
      return goOn();
    },
  });
}

describe('a run whose first worker died before the first record', () => {
  it.each([
    ['asks for its patch', asking],
    ['has the new branch alone', tidied],
  ])('takes the new branch in code that %s', async (_, taking) => {
    const cloud = new SmallCloud([asking]);
    const run = await cloud.client.start(asking, undefined, { id: 'r1' });
    await expect(dyingAtRecord(cloud, 1).turn('r1')).rejects.toThrow('dead');
    cloud.pass(LONGER_THAN_A_LEASE_MS);
    expect(await cloud.worker({ workflows: [taking] }).turn('r1')).toMatchObject({ kind: 'ended' });
    expect(await run.result()).toBe('mail');
    const kinds = (await cloud.entries('r1')).map(({ kind }) => kind);
    expect(kinds.filter((kind) => !/^(taken|steps)-/.test(kind))).toEqual([
      'started',
      'patched',
      'step',
      'step-completed',
    ]);
  });

  it('takes the new branch also when the next one dies after the fence', async () => {
    const cloud = new SmallCloud([asking]);
    const run = await cloud.client.start(asking, undefined, { id: 'r1' });
    for (const dead of [1, 2, 3]) {
      await expect(dyingAtRecord(cloud, dead, { maxLostTurns: 10 }).turn('r1')).rejects.toThrow('dead');
      cloud.pass(LONGER_THAN_A_LEASE_MS);
    }
    await cloud.worker({ workflows: [tidied], maxLostTurns: 10 }).turn('r1');
    expect(await run.result()).toBe('mail');
  });
});

it('an event stands alone in its record, the worker died before the next one, and the run takes the new branch', async () => {
  const waiting = workflow('receipt', function* () {
    yield* go.receive();
    return patched('mail') ? yield* record('mail') : yield* record('print');
  });
  const cloud = new SmallCloud([waiting]);
  const run = await cloud.client.start(waiting, undefined, { id: 'r1' });
  await cloud.worker().turn('r1');
  await run.signal(go);
  await expect(dyingAtRecord(cloud, 3, { maxRecordBytes: 1 }).turn('r1')).rejects.toThrow('dead');
  expect((await cloud.entries('r1')).at(-1)).toMatchObject({ kind: 'signal-received' });
  cloud.pass(LONGER_THAN_A_LEASE_MS);
  await cloud.worker().turn('r1');
  expect(await run.result()).toBe('mail');
});

it('old code that stopped a step by an event, and asked for nothing, has passed: the step does not begin again', async () => {
  let begun = 0;
  const charge = (): ReturnType<typeof step<void>> =>
    step('charge', { retry: { maxAttempts: 1 } }, () => {
      begun += 1;
      return new Promise<void>(() => undefined);
    });
  const charging = (goesOn: () => boolean): AnyWorkflow =>
    workflow('charging', function* () {
      const charged = createTask(charge());
      const stopping = function* (): Coroutine<void> {
        yield* go.receive();
        if (!goesOn()) charged.cancel();
      };
      createTask(stopping());
      yield* never.receive();
    });
  const cloud = new SmallCloud([charging(() => false)]);
  const run = await cloud.client.start('charging', undefined, { id: 'r1' });
  const turn = cloud.worker().turn('r1');
  await promisesToGoOn();
  await run.signal(go);
  for (let seconds = 0; seconds < 60; seconds += 1) {
    cloud.pass(1_000);
    await promisesToGoOn();
  }
  expect(await turn).toMatchObject({ kind: 'suspended' });
  expect((await cloud.entries('r1')).at(-1)).toMatchObject({ kind: 'signal-received' });

  await run.signal(go);
  const next = cloud.worker({ workflows: [charging(() => patched('let it charge'))] }).turn('r1');
  await promisesToGoOn();
  expect(begun).toBe(1);
  expect(await next).toMatchObject({ kind: 'suspended' });
});
