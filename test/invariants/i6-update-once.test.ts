/** I6 for updates: each is answered once; a refusal and an execution exclude each other, whichever worker is late. */
import { signal, sleep, step, update, workflow } from 'lull';
import { describe, expect, it } from 'vitest';
import type { Around } from '../../lib/testing/around-store.ts';
import { SmallCloud } from '../engine/small-cloud.ts';

const add = update<number, number>('add');
const open = signal<void>('open');
const close = signal<void>('close');

/** Refuses until it was opened. */
const gate = workflow('gate', function* () {
  let isOpen = false;
  let total = 0;
  add.handle({
    validate: () => {
      if (!isOpen) throw new Error('closed');
    },
    *run(n) {
      return (total += yield* step('add', () => n));
    },
  });
  yield* open.receive();
  isOpen = true;
  yield* close.receive();
  yield* sleep('1s');
  return total;
});

/** Holds one call of a worker until it is let go; the worker is dead by then, and its request is not. */
function heldBefore(operation: string): { around: Around; reached: Promise<void>; letGo: () => Promise<unknown> } {
  let reach: () => void = () => undefined;
  let go: (() => Promise<unknown>) | undefined;
  const reached = new Promise<void>((resolve) => (reach = resolve));
  return {
    around: (call, send) => {
      if (go !== undefined) return new Promise(() => undefined); // dead
      if (call.operation !== operation) return send();
      go = send;
      reach();
      return new Promise(() => undefined);
    },
    reached,
    letGo: () => go!(),
  };
}

async function begun(): Promise<{ cloud: SmallCloud; ask: (id: string) => Promise<unknown> }> {
  const cloud = new SmallCloud([gate]);
  const run = await cloud.client.start(gate, undefined, { id: 'g1' });
  await cloud.worker().turn('g1');
  return { cloud, ask: (id) => run.update(add, 5, { id, timeout: 0 }).catch((error: unknown) => error) };
}

const received = async (cloud: SmallCloud): Promise<number> =>
  (await cloud.entries('g1')).filter(({ kind }) => kind === 'update-received').length;

describe('a worker that is late with a refusal', () => {
  it('has refused, if its request comes before the next worker has claimed the update', async () => {
    const { cloud, ask } = await begun();
    expect(await ask('u')).toMatchObject({ code: 'TIMEOUT' });
    const held = heldBefore('answerUpdate');
    void cloud.worker({ around: held.around }).turn('g1');
    await held.reached;
    await held.letGo();
    cloud.pass(60_000);
    await cloud.client.run('g1').signal(open);
    await cloud.worker().turn('g1');
    expect(await ask('u')).toMatchObject({ code: 'UPDATE_REFUSED', cause: { message: 'closed' } });
    expect(await received(cloud)).toBe(0);
    expect((await cloud.run('g1')).inboxIds).toEqual([]);
  });

  it('has not, if its request comes after that: the update is carried out', async () => {
    const { cloud, ask } = await begun();
    expect(await ask('u')).toMatchObject({ code: 'TIMEOUT' });
    const held = heldBefore('answerUpdate');
    void cloud.worker({ around: held.around }).turn('g1');
    await held.reached;
    cloud.pass(60_000);
    // The next worker dies when it has decided, and opened the gate before.
    await cloud.client.run('g1').signal(open);
    const second = heldBefore('putRecord');
    void cloud.worker({ around: second.around }).turn('g1');
    await second.reached;
    cloud.pass(60_000);
    expect(await held.letGo()).toMatchObject({ kind: expect.stringMatching(/lost|answered/) as string });
    await cloud.worker().turn('g1');
    const answer = await ask('u');
    const refusals = (answer as { code?: string }).code === 'UPDATE_REFUSED' ? 1 : 0;
    expect((await received(cloud)) + refusals).toBe(1);
  });

  it('never refuses what was carried out, wherever the second worker stands when the request arrives', async () => {
    for (const operation of ['putRecord', 'loadMessages', 'claimUpdate', 'deleteMessages', 'answerUpdate', 'release']) {
      const { cloud, ask } = await begun();
      await ask('u');
      const held = heldBefore('answerUpdate');
      void cloud.worker({ around: held.around }).turn('g1');
      await held.reached;
      cloud.pass(60_000);
      // Accepted before the update is looked at again: the second worker finds the gate open.
      const second = heldBefore(operation);
      const turn = cloud.worker({ around: second.around }).turn('g1');
      await Promise.race([second.reached, turn]);
      await held.letGo();
      cloud.pass(60_000);
      await cloud.worker().turn('g1');
      await cloud.client.run('g1').signal(open);
      // A run that has lost two workers is blocked for a while.
      for (let later = 0; later < 3; later += 1) {
        cloud.pass(600_000);
        await cloud.worker().turn('g1');
      }
      const answer = await ask('u');
      const isRefused = (answer as { code?: string }).code === 'UPDATE_REFUSED';
      expect([(await received(cloud)) > 0, isRefused], operation).not.toEqual([true, true]);
      expect((await received(cloud)) > 0 || isRefused, operation).toBe(true);
    }
  });
});

describe('a refusal', () => {
  it('is written after the record of all that the validator has seen (I3)', async () => {
    const { cloud, ask } = await begun();
    const order: string[] = [];
    const watch: Around = async (call, send) => {
      const answer = await send();
      order.push(call.operation);
      return answer;
    };
    await cloud.client.run('g1').signal(close);
    await ask('u');
    await cloud.worker({ around: watch }).turn('g1');
    expect(order.filter((operation) => operation === 'putRecord' || operation === 'answerUpdate')).toEqual([
      'putRecord',
      'answerUpdate',
    ]);
  });

  it('that is asked for again by its sender, late, does not come into the run again', async () => {
    const { cloud, ask } = await begun();
    await ask('u');
    const [messageId] = (await cloud.run('g1')).inboxIds;
    await cloud.worker().turn('g1');
    expect((await cloud.run('g1')).inboxIds).toEqual([]);
    // A request without an answer, which the network carries out now.
    await cloud.table.accept('g1', messageId!, 100, 'control');
    await cloud.client.run('g1').signal(open);
    await cloud.worker().turn('g1');
    expect(await received(cloud)).toBe(0);
    expect((await cloud.run('g1')).inboxIds).toEqual([]);
    expect((await cloud.run('g1')).status).toBe('suspended');
    expect(await ask('u')).toMatchObject({ code: 'UPDATE_REFUSED' });
  });
});

describe('an answer', () => {
  it('is written by the next worker if the worker that carried out the update is lost before it', async () => {
    const { cloud, ask } = await begun();
    await cloud.client.run('g1').signal(open);
    await cloud.worker().turn('g1');
    await ask('u');
    const held = heldBefore('answerUpdate');
    void cloud.worker({ around: held.around }).turn('g1');
    await held.reached;
    expect(await ask('u')).toMatchObject({ code: 'TIMEOUT' });
    cloud.pass(60_000);
    await cloud.worker().turn('g1');
    expect(await ask('u')).toBe(5);
    await held.letGo(); // late, and the same
    expect(await ask('u')).toBe(5);
  });
});
