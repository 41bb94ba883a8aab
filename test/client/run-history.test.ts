import { describe, expect, it } from 'vitest';
import { encode } from '../../lib/codec/encode.ts';
import type { HistoryEvent } from '../../lib/client/run-history.ts';
import type { Encoded } from '../../lib/core/encoded.ts';
import { collect, createWorld, deliverMail, endRun, NOON_MS, writeRecord, type World } from './client-world.ts';

async function worldWithRun(): Promise<World> {
  const world = createWorld();
  await world.client.start('checkout', null, { id: 'r1' });
  return world;
}

async function historyOf({ client }: World): Promise<HistoryEvent[]> {
  return collect(client.run('r1').history());
}

function after(seconds: number): { atMs: number } {
  return { atMs: NOON_MS + seconds * 1_000 };
}

function date(seconds: number): Date {
  return new Date(NOON_MS + seconds * 1_000);
}

const enc = (value: unknown): Encoded => encode(value, 'a value');

describe('run.history', () => {
  it('is empty before the first turn', async () => {
    expect(await historyOf(await worldWithRun())).toEqual([]);
  });

  it('shows what the code asked for and what came of it, with names, times and values', async () => {
    const world = await worldWithRun();
    await writeRecord(world.store, 'r1', [
      { kind: 'started', ...after(0), version: '7' },
      { kind: 'step', id: 1, name: 'charge' },
      { kind: 'sleep', id: 2, name: 'timeout', dueAtMs: NOON_MS + 60_000 },
      { kind: 'receive', id: 3, name: 'approved' },
    ]);
    await writeRecord(world.store, 'r1', [
      {
        kind: 'step-retrying',
        id: 1,
        ...after(1),
        attempt: 1,
        retryAtMs: NOON_MS + 2_000,
        error: enc(new Error('busy')),
      },
      { kind: 'step-heartbeat', id: 1, ...after(2), details: enc({ row: 10 }) },
      { kind: 'taken-over', ...after(3) },
      { kind: 'step-completed', id: 1, ...after(4), value: enc(new Date(0)) },
      { kind: 'step', id: 4, name: 'ship' },
      { kind: 'step-failed', id: 4, ...after(5), error: enc(new RangeError('no truck')) },
      { kind: 'signal-received', messageId: 'm1', ...after(6), name: 'approved', payload: enc({ by: 'Ada' }) },
      { kind: 'sleep-completed', id: 2, ...after(60) },
      { kind: 'cancel-requested', messageId: 'm2', ...after(61), reason: 'changed my mind' },
      { kind: 'terminate-requested', messageId: 'm3', ...after(62), reason: '' },
    ]);
    expect(await historyOf(world)).toEqual([
      { kind: 'started', at: date(0), version: '7' },
      { kind: 'step', id: 1, name: 'charge' },
      { kind: 'sleep', id: 2, name: 'timeout', dueAt: date(60) },
      { kind: 'receive', id: 3, name: 'approved' },
      {
        kind: 'step-retrying',
        id: 1,
        name: 'charge',
        at: date(1),
        attempt: 1,
        retryAt: date(2),
        error: new Error('busy'),
      },
      { kind: 'step-heartbeat', id: 1, name: 'charge', at: date(2), value: { row: 10 } },
      { kind: 'taken-over', at: date(3) },
      { kind: 'step-completed', id: 1, name: 'charge', at: date(4), value: new Date(0) },
      { kind: 'step', id: 4, name: 'ship' },
      { kind: 'step-failed', id: 4, name: 'ship', at: date(5), error: new RangeError('no truck') },
      { kind: 'signal-received', messageId: 'm1', name: 'approved', at: date(6), value: { by: 'Ada' } },
      { kind: 'sleep-completed', id: 2, name: 'timeout', at: date(60) },
      { kind: 'cancel-requested', messageId: 'm2', at: date(61), reason: 'changed my mind' },
      { kind: 'terminate-requested', messageId: 'm3', at: date(62), reason: '' },
    ]);
  });

  it('decodes a value only when it is read', async () => {
    const world = await worldWithRun();
    const broken = { $: 'no such tag' } as unknown as Encoded;
    await writeRecord(world.store, 'r1', [{ kind: 'step-completed', id: 1, ...after(1), value: broken }]);
    const [event] = await historyOf(world);
    expect(event!.kind).toBe('step-completed');
    expect(() => event!.value).toThrow();
  });

  it('shows messages that are accepted and not delivered yet', async () => {
    const world = await worldWithRun();
    await world.client.run('r1').signal('approved', { by: 'Ada' });
    await deliverMail(world.store, 'r1');
    await world.client.run('r1').signal('approved', { by: 'Grace' });
    await world.client.run('r1').cancel('late');
    expect(await historyOf(world)).toMatchObject([
      { kind: 'signal-received', name: 'approved', value: { by: 'Ada' } },
      { kind: 'message-waiting', name: 'approved', value: { by: 'Grace' } },
      { kind: 'message-waiting', name: 'cancel', reason: 'late' },
    ]);
  });

  it.each([
    ['completed', 'done', { value: 'done' }],
    ['failed', new Error('no'), { error: new Error('no') }],
    ['cancelled', new Error('why'), { reason: 'why' }],
    ['terminated', 'why', { reason: 'why' }],
  ] as const)('ends with how a %s run ended', async (status, value, end) => {
    const world = await worldWithRun();
    await endRun(world.store, 'r1', { status, value });
    expect(await historyOf(world)).toEqual([{ kind: status, at: date(60), ...end }]);
  });

  it('of a run that is not there is an error at the first step of the iteration', async () => {
    const history = createWorld().client.run('r1').history();
    await expect(history[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
  });
});
