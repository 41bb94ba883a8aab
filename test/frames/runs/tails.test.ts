/** What is stored of a run stands for records that are items: a last record that is in the run item is put first, or waits. */
import { signal, sleep, workflow } from 'lull';
import { createRunFrames } from 'lull/lambda';
import { describe, expect, it } from 'vitest';
import { SmallCloud, type WorkerOptions } from '../../engine/small-cloud.ts';

const HOUR_MS = 3_600_000;
const note = signal<number>('note');

function listener(history?: 'unbounded') {
  return workflow('listener', { ...(history && { history }) }, function* () {
    const notes: number[] = [];
    while (notes.length < 4) {
      notes.push(yield* note.receive());
      if (notes.length === 3) yield* sleep('1 hour');
    }
    return notes;
  });
}

const COLD = { snapshotRecords: 1, maxSnapshotPercent: 100_000, maxWarmRuns: 0 };

/** Workers of this code, with frames or without. */
function createPlay() {
  let acceptAgain: () => Promise<unknown> = () => Promise.resolve();
  const cloud = new SmallCloud([listener()], {
    aroundClient: (call, go) => {
      if (call.operation === 'accept') acceptAgain = go;
      return go();
    },
  });
  const worker = (code: ReturnType<typeof listener>, options: WorkerOptions = {}) =>
    cloud.worker({ ...COLD, workflows: [code], ...options });
  return { cloud, worker, run: cloud.client.run('r'), acceptAgain: () => acceptAgain() };
}

/** Record 1 is an item, since it has a message that was one; record 2 is in the run item. */
async function untilTail({ cloud, worker, run }: ReturnType<typeof createPlay>): Promise<void> {
  await cloud.client.start('listener', undefined, { id: 'r' });
  const plain = worker(listener());
  await plain.turn('r');
  await run.signal(note, 1, { idempotencyKey: 'first' });
  await plain.turn('r');
  await run.signal(note, 2);
  await plain.turn('r');
  expect((await cloud.records('r')).map(({ number, isTail }) => [number, isTail])).toEqual([
    [1, undefined],
    [2, true],
  ]);
}

describe('a worker with frames finds a last record in the run item', () => {
  it('and writes no snapshot as long as it is there', async () => {
    const play = createPlay();
    const { cloud, worker, run } = play;
    await untilTail(play);
    const framed = worker(listener(), { frames: createRunFrames() });
    await play.acceptAgain(); // a turn that finds nothing to record
    expect(await framed.turn('r')).toMatchObject({ kind: 'suspended' });
    expect(await cloud.run('r')).toMatchObject({ tail: { number: 2 }, inboxIds: [] });
    expect((await cloud.run('r')).snapshot).toBeUndefined();
    await run.signal(note, 3);
    await framed.turn('r');
    expect((await cloud.run('r')).tail).toBeUndefined();
    expect((await cloud.run('r')).snapshot?.record).toBe(2);
    cloud.pass(HOUR_MS);
    await framed.turn('r');
    await run.signal(note, 4);
    await framed.turn('r');
    expect(await run.result({ timeout: 0 })).toEqual([1, 2, 3, 4]);
  });
});

describe('a run that has a last record in its run item, and whose workflow gets an unbounded history', () => {
  it('has its base when that record is an item, and none of its records is in the run item from then on', async () => {
    const play = createPlay();
    const { cloud, worker, run } = play;
    await untilTail(play);
    const unbounded = worker(listener('unbounded'), { frames: createRunFrames() });
    await play.acceptAgain();
    await unbounded.turn('r');
    expect((await cloud.run('r')).tail?.number).toBe(2);
    expect((await cloud.run('r')).base).toBeUndefined();
    await run.signal(note, 3);
    await unbounded.turn('r');
    expect((await cloud.run('r')).tail).toBeUndefined();
    expect((await cloud.run('r')).base?.record).toBe(2);
    cloud.pass(HOUR_MS);
    await unbounded.turn('r');
    expect((await cloud.run('r')).tail).toBeUndefined();
    await run.signal(note, 4);
    await unbounded.turn('r');
    expect(await run.result({ timeout: 0 })).toEqual([1, 2, 3, 4]);
    expect((await cloud.run('r')).tail).toBeUndefined();
  });
});
