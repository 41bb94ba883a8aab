/** The end of a run whose payload key was away when others were to hear of it. */
import { child, sleep, workflow } from 'lull';
import { describe, expect, it } from 'vitest';
import { Client } from 'lull/client';
import { sealingStore } from '../../lib/encryption/sealing-store.ts';
import { toSealed } from '../../lib/core/sealed.ts';
import { MemoryStore } from '../../lib/memory/memory-store.ts';
import { PayloadKeyError } from '../../lib/ports/world-errors.ts';
import { createTestKey } from '../../lib/testing/index.ts';
import { KeptEvents } from './kept-events.ts';
import { SmallCloud, type WorkerOptions } from './small-cloud.ts';

const fall = workflow('fall', function* () {
  yield* sleep('1 minute');
  throw new RangeError('nothing left');
});
const ask = workflow('ask', function* () {
  return yield* child(fall, undefined, { id: 'child' });
});

const isGiven = expect.stringMatching(/^the error of the run cannot be read: .*LULL_PAYLOAD_KEY/) as string;

function setUp() {
  const cloud = new SmallCloud([fall, ask]);
  const payloadKey = createTestKey();
  const worker = (options: WorkerOptions = {}) => cloud.worker({ payloadKey, ...options });
  const store = sealingStore(cloud.table, { key: payloadKey, table: 'small', nowMs: () => cloud.clock.nowMs() });
  const reading = new Client({ store, wakes: cloud.wakes, clock: cloud.clock });
  return { cloud, reading, worker, withoutKey: (options: WorkerOptions = {}) => cloud.worker(options) };
}

describe('an end that cannot be read, since its payload key is away', () => {
  it('is put on the event bus all the same, and says why there is no error', async () => {
    const { cloud, worker, withoutKey } = setUp();
    const events = new KeptEvents();
    await cloud.client.start(fall, undefined, { id: 'f1' });
    await worker({ events }).turn('f1');
    cloud.pass(60_000);
    events.isAway = true;
    await worker({ events }).turn('f1');
    events.isAway = false;
    await withoutKey({ events }).turn('f1');
    expect(events.said()).toEqual(['started f1', 'failed f1']);
    expect(events.taken[1]?.error).toEqual({ name: 'PayloadKeyError', code: 'PAYLOAD_KEY', message: isGiven });
  });

  it('is told to its parent when the key is back, and never as what nobody can read', async () => {
    const { cloud, reading, worker, withoutKey } = setUp();
    await cloud.client.start(ask, undefined, { id: 'parent' });
    await worker().turn('parent');
    await worker().turn('child');
    cloud.pass(60_000);
    // The worker that ends it does not reach the parent.
    await worker({
      around: async ({ runId }, go) => {
        if (runId === 'parent') throw new Error('the network is cut');
        return go();
      },
    }).turn('child');
    await withoutKey().turn('child');
    expect(await cloud.run('child')).toMatchObject({ status: 'failed', afterEnd: 'tell' });
    expect(await cloud.run('parent')).toMatchObject({ inboxIds: [] });
    await worker().turn('child');
    await worker().turn('parent');
    expect(await cloud.run('child')).not.toHaveProperty('afterEnd');
    expect(await cloud.run('parent')).toMatchObject({ status: 'failed' });
    expect(await reading.run('parent').result().catch(String)).toContain('nothing left');
  });

  it('is refused by the table as a value of another run, with and without a key', async () => {
    const locked = toSealed('AAAA', 'the payload key was taken away');
    const message = {
      kind: 'run-ended',
      id: 'm1',
      runId: 'child',
      workflow: 'fall',
      status: 'failed',
      value: locked,
    } as const;
    for (const key of [createTestKey(), undefined]) {
      const store = sealingStore(new MemoryStore(), { key, table: 'small' });
      await expect(store.putValue('r1', 'key', locked)).rejects.toThrow(PayloadKeyError);
      await expect(store.putMessage('r1', message)).rejects.toThrow(/cannot be read: the payload key was taken away/);
    }
  });
});
