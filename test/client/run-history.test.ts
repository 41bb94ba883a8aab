import { describe, expect, it } from 'vitest';
import { encode } from '../../lib/codec/encode.ts';
import type { HistoryEvent } from '../../lib/client/history-event.ts';
import type { Encoded } from '../../lib/core/encoded.ts';
import type { Message } from '../../lib/ports/message.ts';
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

function bytesOf(value: unknown): number {
  return JSON.stringify(enc(value)).length;
}

const busy = new Error('busy');
const noTruck = new RangeError('no truck');
const no = new Error('no');

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
        error: enc(busy),
      },
      { kind: 'step-heartbeat', id: 1, ...after(2), details: enc({ row: 10 }) },
      { kind: 'taken-over', ...after(3) },
      { kind: 'step-completed', id: 1, ...after(4), value: enc(new Date(0)) },
      { kind: 'step', id: 4, name: 'ship' },
      { kind: 'step-failed', id: 4, ...after(5), error: enc(noTruck) },
      { kind: 'signal-received', messageId: 'm1', ...after(6), name: 'approved', payload: enc({ by: 'Ada' }) },
      { kind: 'sleep-completed', id: 2, ...after(60) },
      { kind: 'cancel-requested', messageId: 'm2', ...after(61), reason: 'changed my mind' },
      { kind: 'terminate-requested', messageId: 'm3', ...after(62), reason: '' },
    ]);
    const charge = { id: 1, stepId: 'charge#1', name: 'charge' };
    const ship = { id: 4, stepId: 'ship#4', name: 'ship' };
    const inTurn = (event: object): object => ({ ...event, turn: 1 });
    const events = [
      { kind: 'started', at: date(0), version: '7' },
      { kind: 'step', at: date(0), ...charge },
      { kind: 'sleep', at: date(0), id: 2, name: 'timeout', dueAt: date(60) },
      { kind: 'receive', at: date(0), id: 3, name: 'approved' },
      {
        kind: 'step-retrying',
        ...charge,
        at: date(1),
        attempt: 1,
        retryAt: date(2),
        error: new Error('busy'),
        bytes: bytesOf(busy),
      },
      { kind: 'step-heartbeat', ...charge, at: date(2), attempt: 2, value: { row: 10 }, bytes: bytesOf({ row: 10 }) },
      { kind: 'taken-over', at: date(3) },
      {
        kind: 'step-completed',
        ...charge,
        at: date(4),
        attempt: 3,
        durationMs: 4_000,
        value: new Date(0),
        bytes: bytesOf(new Date(0)),
      },
      { kind: 'step', at: date(4), ...ship },
      {
        kind: 'step-failed',
        ...ship,
        at: date(5),
        attempt: 1,
        durationMs: 1_000,
        error: new RangeError('no truck'),
        bytes: bytesOf(noTruck),
      },
      {
        kind: 'signal-received',
        messageId: 'm1',
        name: 'approved',
        at: date(6),
        value: { by: 'Ada' },
        bytes: bytesOf({ by: 'Ada' }),
      },
      { kind: 'sleep-completed', id: 2, name: 'timeout', at: date(60), durationMs: 60_000 },
      { kind: 'cancel-requested', messageId: 'm2', at: date(61), reason: 'changed my mind' },
      { kind: 'terminate-requested', messageId: 'm3', at: date(62), reason: '' },
    ];
    expect(await historyOf(world)).toEqual(events.map(inTurn));
  });

  it('says which turn has recorded an event; what waits and how the run ended are of none', async () => {
    const world = await worldWithRun();
    const { store } = world;
    const entries = [{ kind: 'started', ...after(0), version: '7' }] as const;
    await store.putRecord('r1', { number: 1, epoch: 1, nonce: 'a', entries });
    await store.putRecord('r1', { number: 2, epoch: 4, nonce: 'b', entries: [{ kind: 'taken-over', ...after(1) }] });
    await world.client.run('r1').signal('approved', 1);
    expect((await historyOf(world)).map(({ kind, turn }) => [kind, turn])).toEqual([
      ['started', 1],
      ['taken-over', 4],
      ['message-waiting', undefined],
    ]);
  });

  it('shows no size of what a sensitive step gave', async () => {
    const world = await worldWithRun();
    await writeRecord(world.store, 'r1', [
      { kind: 'started', ...after(0), version: '7' },
      { kind: 'step', id: 1, name: 'read card', sensitive: true },
      { kind: 'step-completed', id: 1, ...after(1), value: enc('4242'), sensitive: true },
    ]);
    const last = (await historyOf(world)).at(-1)!;
    expect(last).toEqual({
      ...{ kind: 'step-completed', at: date(1), id: 1, stepId: 'read card#1', name: 'read card' },
      ...{ attempt: 1, durationMs: 1_000, sensitive: true, turn: 1 },
    });
  });

  it('counts an attempt that was cut off, and not one that was still to come when the worker was lost', async () => {
    const world = await worldWithRun();
    await writeRecord(world.store, 'r1', [
      { kind: 'started', ...after(0), version: '7' },
      { kind: 'step', id: 1, name: 'begun' },
      { kind: 'step', id: 2, name: 'to come' },
      { kind: 'step', id: 3, name: 'not begun' },
      {
        kind: 'step-retrying',
        id: 2,
        ...after(1),
        attempt: 1,
        retryAtMs: NOON_MS + 60_000,
        error: enc(new Error('x')),
      },
      { kind: 'step-interrupted', id: 1, ...after(2) },
      { kind: 'taken-over', ...after(3), begun: [1] },
      { kind: 'step-completed', id: 1, ...after(4), value: enc(1) },
      { kind: 'step-completed', id: 2, ...after(61), value: enc(2) },
      { kind: 'step-completed', id: 3, ...after(62), value: enc(3) },
    ]);
    const ended = (await historyOf(world)).filter(({ kind }) => kind === 'step-completed');
    expect(ended.map(({ name, attempt }) => [name, attempt])).toEqual([
      ['begun', 3],
      ['to come', 2],
      ['not begun', 1],
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
    await world.client.run('r1').signal('approved', { by: 'x'.repeat(300) });
    await world.client.run('r1').cancel('late');
    expect(await historyOf(world)).toMatchObject([
      { kind: 'signal-received', name: 'approved', value: { by: 'Ada' } },
      {
        kind: 'message-waiting',
        becomes: 'signal-received',
        name: 'approved',
        value: { by: 'Grace' },
        bytes: bytesOf({ by: 'Grace' }),
      },
      { kind: 'message-waiting', name: 'approved', value: { by: 'x'.repeat(300) } },
      { kind: 'message-waiting', becomes: 'cancel-requested', name: 'cancel', reason: 'late' },
    ]);
  });

  it.each<[Message, Partial<HistoryEvent>]>([
    [
      { kind: 'callback', id: 'm', callbackId: 4, name: 'paid', outcome: 'completed', payload: enc(12) },
      { becomes: 'callback-completed', name: 'paid', id: 4, value: 12, bytes: 2 },
    ],
    [
      { kind: 'callback', id: 'm', callbackId: 4, name: 'paid', outcome: 'failed', payload: enc(no) },
      { becomes: 'callback-failed', name: 'paid', id: 4, error: new Error('no'), bytes: bytesOf(no) },
    ],
    [
      { kind: 'callback', id: 'm', callbackId: 4, name: 'paid', outcome: 'heartbeat', payload: enc('50%') },
      { becomes: 'callback-heartbeat', name: 'paid', id: 4, value: '50%', bytes: 5 },
    ],
    [
      { kind: 'terminate', id: 'm', reason: 'why', undo: true },
      { becomes: 'terminate-requested', name: 'terminate', reason: 'why', undo: true },
    ],
    [
      { kind: 'update', id: 'm', digest: 'd', name: 'add', args: enc('tea') },
      { becomes: 'update-received', name: 'add', value: 'tea', bytes: 5 },
    ],
    [
      { kind: 'run-ended', id: 'm', runId: 'c', workflow: 'ship', status: 'failed', value: enc(no) },
      {
        ...{ becomes: 'run-ended', name: 'ship', runId: 'c', status: 'failed' },
        ...{ error: new Error('no'), bytes: bytesOf(no) },
      },
    ],
  ])('has all fields of a message that waits: %o', async (message, expected) => {
    const world = await worldWithRun();
    await world.store.putMessage('r1', message);
    await world.store.accept('r1', 'm', 100);
    expect(await historyOf(world)).toEqual([{ kind: 'message-waiting', messageId: 'm', ...expected }]);
  });

  it.each([
    ['completed', 'done', { value: 'done' }],
    ['failed', new Error('no'), { error: new Error('no') }],
    ['cancelled', new Error('why'), { reason: 'why' }],
    ['terminated', 'why', { reason: 'why' }],
  ] as const)('ends with how a %s run ended', async (status, value, end) => {
    const world = await worldWithRun();
    await endRun(world.store, 'r1', { status, value });
    const of = { at: date(60), durationMs: 60_000, bytes: bytesOf(value) };
    expect(await historyOf(world)).toEqual([{ kind: status, ...of, ...end }]);
  });

  it('of a run that is not there is an error at the first step of the iteration', async () => {
    const history = createWorld().client.run('r1').history();
    await expect(history[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
  });
});
