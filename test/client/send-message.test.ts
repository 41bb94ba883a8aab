import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { signal } from '../../lib/api/signal.ts';
import { INBOX_LIMIT } from '../../lib/ports/limits.ts';
import { StoreUnavailableError } from '../../lib/ports/world-errors.ts';
import { type Around, aroundStore } from '../../lib/testing/around-store.ts';
import { createWorld, deliverMail, endRun, journalOf, takeLease, takeWakes, type World } from './client-world.ts';

const approved = signal<{ by: string }>('approved');
const stopped = signal<void>('stopped');

async function worldWithRun(): Promise<World> {
  const world = createWorld();
  await world.client.start('approval', null, { id: 'r1' });
  takeWakes(world);
  return world;
}

async function inboxOf({ store }: World, ids: readonly string[]): Promise<string[]> {
  return (await store.loadMessages('r1', ids)).map(({ id }) => id);
}

describe('a message', () => {
  it.each([
    ['that is small is accepted', 'Ada', ['accept']],
    ['that is large is put, accepted', 'Ada '.repeat(60), ['putMessage', 'accept']],
  ])('%s, and wakes the run', async (_, by, wanted) => {
    const world = await worldWithRun();
    const calls: string[] = [];
    const record: Around = ({ operation }, go) => {
      calls.push(operation);
      return go();
    };
    await world
      .clientWith({ store: aroundStore(world.store, record) })
      .run('r1')
      .signal(approved, { by });
    expect(calls).toEqual(wanted);
    expect(takeWakes(world)).toEqual([{ runId: 'r1', inMs: 0 }]);
    await deliverMail(world.store, 'r1');
    expect(await journalOf(world.store, 'r1')).toMatchObject([
      { kind: 'signal-received', name: 'approved', payload: { by } },
    ]);
  });

  it('of each kind arrives in the order in which they were sent', async () => {
    const world = await worldWithRun();
    const run = world.client.run('r1');
    await run.signal(stopped);
    await run.signal('a name of one line', [1n]);
    await run.cancel('out of stock');
    await run.terminate();
    await deliverMail(world.store, 'r1');
    expect(await journalOf(world.store, 'r1')).toMatchObject([
      { kind: 'signal-received', name: 'stopped' },
      { kind: 'signal-received', name: 'a name of one line' },
      { kind: 'cancel-requested', reason: 'out of stock' },
      { kind: 'terminate-requested', reason: '' },
    ]);
  });

  it('sends no wake while a worker holds the run: it will see the inbox', async () => {
    const world = await worldWithRun();
    await takeLease(world.store, 'r1');
    await world.client.run('r1').signal(stopped);
    expect(takeWakes(world)).toEqual([]);
    expect((await world.store.readRun('r1'))!.inboxIds).toHaveLength(1);
  });

  it.each([
    ['small', 0],
    ['x'.repeat(300), 1],
  ])('to nobody is an error, and leaves nothing behind', async (payload, puts) => {
    const world = createWorld();
    const ids: string[] = [];
    const store = aroundStore(world.store, ({ operation, args }, go) => {
      if (operation === 'putMessage') ids.push((args[1] as { id: string }).id);
      return go();
    });
    await expect(world.clientWith({ store }).run('r1').signal('note', payload)).rejects.toThrow(
      'there is no run "r1": check the id; a run that ended long ago is purged',
    );
    expect(ids).toHaveLength(puts);
    expect(await inboxOf(world, ids)).toEqual([]);
  });

  it.each<[string, (world: World) => Promise<void>, string]>([
    ['a signal', ({ client }) => client.run('r1').signal(approved, { by: 'Ada' }), 'signal "approved"'],
    ['a cancel', ({ client }) => client.run('r1').cancel(), 'a cancel request'],
    ['a terminate', ({ client }) => client.run('r1').terminate(), 'a terminate request'],
  ])('%s to a run that has ended is an error', async (_, send, what) => {
    const world = await worldWithRun();
    await endRun(world.store, 'r1', { status: 'completed', value: 1 });
    await expect(send(world)).rejects.toThrow(`run "r1" has ended (completed): it cannot take ${what} any more`);
    await expect(send(world)).rejects.toMatchObject({ code: 'RUN_ENDED', runId: 'r1', status: 'completed' });
  });

  it('to a run with a full inbox is an error, and leaves nothing behind', async () => {
    const world = await worldWithRun();
    const run = world.client.run('r1');
    for (let sent = 0; sent < INBOX_LIMIT; sent += 1) await run.signal(stopped);
    const ids: string[] = [];
    const store = aroundStore(world.store, ({ operation, args }, go) => {
      if (operation === 'putMessage') ids.push((args[1] as { id: string }).id);
      return go();
    });
    const large = 'x'.repeat(300);
    await expect(world.clientWith({ store }).run('r1').signal('note', large)).rejects.toThrow(
      `the inbox of run "r1" is full: ${INBOX_LIMIT} messages wait for its next turn. Nothing was accepted: send it again later`,
    );
    expect(ids).toHaveLength(1);
    expect(await inboxOf(world, ids)).toEqual([]);
    await deliverMail(world.store, 'r1');
    await expect(run.signal(stopped)).resolves.toBeUndefined();
  });

  it.each([
    ['accept', 'small'],
    ['putMessage', 'x'.repeat(300)],
  ])('is repeated under the same id while the store does not answer its %s, and then given up', async (what, note) => {
    const world = await worldWithRun();
    const ids: string[] = [];
    const store = aroundStore(world.store, ({ operation, args }) => {
      if (operation === 'putMessage') ids.push((args[1] as { id: string }).id);
      if (operation === 'accept') ids.push(args[1] as string);
      return Promise.reject(new StoreUnavailableError(operation));
    });
    const beforeMs = world.clock.nowMs();
    await expect(world.clientWith({ store }).run('r1').signal('note', note)).rejects.toThrow(
      `the store did not carry out "${what}": try again`,
    );
    expect(ids).toHaveLength(5);
    expect(new Set(ids).size).toBe(1);
    expect(world.clock.nowMs() - beforeMs).toBeLessThan(1_000);
  });
});

describe('a message with an idempotency key', () => {
  const send = ({ client }: Pick<World, 'client'>, key = 'k1'): Promise<void> =>
    client.run('r1').signal(approved, { by: 'Ada' }, { idempotencyKey: key });

  it('arrives once, however often and however late it is repeated', async () => {
    const world = await worldWithRun();
    await send(world);
    await send(world);
    await deliverMail(world.store, 'r1');
    await send(world);
    await send(world, 'k2');
    await deliverMail(world.store, 'r1');
    const entries = await journalOf(world.store, 'r1');
    expect(entries.map(({ kind }) => kind)).toEqual(['signal-received', 'signal-received']);
    expect(new Set(entries.map((entry) => 'messageId' in entry && entry.messageId)).size).toBe(2);
  });

  it('was accepted, says a repeat, also when the run has ended since; it leaves no payload', async () => {
    const world = await worldWithRun();
    await send(world);
    await deliverMail(world.store, 'r1');
    await endRun(world.store, 'r1', { status: 'completed', value: 1 });
    await expect(send(world)).resolves.toBeUndefined();
    await expect(send(world, 'k2')).rejects.toMatchObject({ code: 'RUN_ENDED' });
    const [entry] = await journalOf(world.store, 'r1');
    expect(await inboxOf(world, [(entry as { messageId: string }).messageId])).toEqual([]);
  });

  it('keeps its payload when it is refused for a full inbox: another request may be about to be accepted', async () => {
    const world = await worldWithRun();
    for (let sent = 0; sent < INBOX_LIMIT; sent += 1) await world.client.run('r1').signal(stopped);
    let goOn = (): void => undefined;
    const whenDrained = new Promise<void>((resolve) => (goOn = resolve));
    const slow = aroundStore(world.store, async ({ operation }, go) => {
      if (operation === 'accept') await whenDrained;
      return go();
    });
    const first = send({ client: world.clientWith({ store: slow }) });
    await expect(send(world)).rejects.toMatchObject({ code: 'INBOX_FULL' });
    await deliverMail(world.store, 'r1');
    goOn();
    await first;
    await deliverMail(world.store, 'r1');
    expect((await journalOf(world.store, 'r1')).at(-1)).toMatchObject({ name: 'approved', payload: { by: 'Ada' } });
  });

  it('to nobody writes nothing', async () => {
    const world = createWorld();
    const calls: string[] = [];
    const store = aroundStore(world.store, ({ operation }, go) => {
      calls.push(operation);
      return go();
    });
    await expect(send({ client: world.clientWith({ store }) })).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    expect(calls).toEqual(['readRun']);
  });
});

describe('an idempotency key that was given before', () => {
  const pay = ({ client }: Pick<World, 'client'>, payload: unknown): Promise<void> =>
    client.run('r1').signal('pay', payload, { idempotencyKey: 'k1' });
  const refusal = {
    name: 'IdempotencyKeyReusedError',
    code: 'IDEMPOTENCY_KEY_REUSED',
    runId: 'r1',
    message:
      'the idempotency key "k1" was given for signal "pay" to run "r1" with another payload: repeat the call with the ' +
      'same payload, or use a new key',
  };

  it('is refused for another payload while the first one waits, and the first one is delivered', async () => {
    const world = await worldWithRun();
    await pay(world, { euros: 10 });
    await expect(pay(world, { euros: 9_999 })).rejects.toMatchObject(refusal);
    await deliverMail(world.store, 'r1');
    expect(await journalOf(world.store, 'r1')).toMatchObject([{ name: 'pay', payload: { euros: 10 } }]);
  });

  it('is refused for another payload when the first one is in the journal, and when the run has ended', async () => {
    const world = await worldWithRun();
    await pay(world, { euros: 10 });
    await deliverMail(world.store, 'r1');
    await expect(pay(world, { euros: 9_999 })).rejects.toMatchObject(refusal);
    await endRun(world.store, 'r1', { status: 'completed', value: 1 });
    await expect(pay(world, { euros: 9_999 })).rejects.toMatchObject(refusal);
    await expect(pay(world, { euros: 10 })).resolves.toBeUndefined();
  });

  it('is accepted for an equal payload whose keys stand in another order', async () => {
    const world = await worldWithRun();
    await pay(world, { euros: 10, to: 'Ada' });
    await expect(pay(world, { to: 'Ada', euros: 10 })).resolves.toBeUndefined();
    await deliverMail(world.store, 'r1');
    await expect(pay(world, { to: 'Ada', euros: 10 })).resolves.toBeUndefined();
    expect(await journalOf(world.store, 'r1')).toHaveLength(1);
  });

  it('reads no journal and wakes nobody once the first one is in the journal', async () => {
    const world = await worldWithRun();
    await pay(world, 10);
    await deliverMail(world.store, 'r1');
    takeWakes(world);
    const calls: string[] = [];
    const store = aroundStore(world.store, ({ operation }, go) => {
      calls.push(operation);
      return go();
    });
    await pay({ client: world.clientWith({ store }) }, 10);
    expect(calls).toEqual(['readRun', 'putMessage']);
    expect(takeWakes(world)).toEqual([]);
  });

  it('of two senders at once, one is accepted and the other refused', async () => {
    const world = await worldWithRun();
    const answers = await Promise.allSettled([pay(world, 'a'), pay(world, 'b')]);
    expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await deliverMail(world.store, 'r1');
    const accepted = answers[0].status === 'fulfilled' ? 'a' : 'b';
    expect(await journalOf(world.store, 'r1')).toMatchObject([{ payload: accepted }]);
  });

  it('is another one for another signal, another run, and a request to stop', async () => {
    const world = await worldWithRun();
    const options = { idempotencyKey: 'k1' };
    await world.client.start('approval', null, { id: 'r2' });
    await pay(world, 1);
    await world.client.run('r1').signal('cancel', 2, options);
    await world.client.run('r2').signal('pay', 3, options);
    await world.client.run('r1').cancel('why', options);
    await world.client.run('r1').terminate('why', options);
    expect((await world.store.readRun('r1'))!.inboxIds).toHaveLength(4);
  });

  it('terminates with undo, which is another request under the same key', async () => {
    const world = await worldWithRun();
    const run = world.client.run('r1');
    await run.terminate('why', { undo: true, idempotencyKey: 'k' });
    await run.terminate('why', { undo: true, idempotencyKey: 'k' });
    await expect(run.terminate('why', { idempotencyKey: 'k' })).rejects.toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
    });
    await expect(run.terminate('', { undo: 'yes' as never })).rejects.toThrow('undo cannot be "yes"');
    const { inboxIds } = (await world.store.readRun('r1'))!;
    expect(await world.store.loadMessages('r1', inboxIds)).toMatchObject([{ kind: 'terminate', undo: true }]);
  });

  it.each(['cancel', 'terminate'] as const)('makes %s one request, and is refused for another reason', async (kind) => {
    const world = await worldWithRun();
    const run = world.client.run('r1');
    const options = { idempotencyKey: 'k1' };
    for (let times = 0; times < 3; times += 1) await run[kind]('no budget', options);
    await expect(run[kind]('no time', options)).rejects.toThrow(
      `the idempotency key "k1" was given for a ${kind} request to run "r1" with another reason`,
    );
    await deliverMail(world.store, 'r1');
    await run[kind]('no budget', options);
    expect(await journalOf(world.store, 'r1')).toMatchObject([{ kind: `${kind}-requested`, reason: 'no budget' }]);
    await expect(run[kind]('no budget', { key: 'k1' } as never)).rejects.toThrow(`${kind} has no option "key"`);
  });
});

describe('what a sender may not send', () => {
  const rated = signal('rated', { schema: z.object({ stars: z.number().max(5) }) });

  it.each<[string, (world: World) => Promise<void>, string]>([
    [
      "a payload that does not fit the signal's schema",
      ({ client }) => client.run('r1').signal(rated, { stars: 6 }),
      'the payload of signal "rated" does not fit its schema: $.stars: ',
    ],
    [
      'a payload that cannot be stored',
      ({ client }) => client.run('r1').signal('approved', { by: Symbol('Ada') }),
      'the payload of signal "approved"',
    ],
    [
      'a payload above 5 MB',
      ({ client }) => client.run('r1').signal('approved', 'x'.repeat(5_000_000)),
      'the payload of signal "approved" has 5000002 bytes, the limit is 5000000',
    ],
    [
      'a signal without a name',
      ({ client }) => client.run('r1').signal(''),
      'the name of a signal is "": give a text of 1 to 128 characters in one line',
    ],
    [
      'an option that there is not',
      ({ client }) => client.run('r1').signal('approved', 1, { key: 'k' } as object),
      'signal has no option "key": there are idempotencyKey',
    ],
    [
      'a reason that is no text',
      ({ client }) => client.run('r1').cancel({ why: 1 } as unknown as string),
      'a reason cannot be an object: give a text of up to 1000 characters',
    ],
    ['a long reason', ({ client }) => client.run('r1').terminate('x'.repeat(1_001)), 'a reason cannot be "xxx'],
  ])('%s', async (_, send, message) => {
    const world = await worldWithRun();
    await expect(send(world)).rejects.toThrow(message);
    expect((await world.store.readRun('r1'))!.inboxIds).toEqual([]);
  });

  it('is checked by name too, if the client knows the signal', async () => {
    const world = createWorld();
    const known = await import('./fixtures/rating.ts');
    const client = world.clientWith({ workflows: known });
    await client.start(known.rating, undefined, { id: 'r1' });
    await expect(client.run('r1').signal('rated', { stars: 9 })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(client.run('r1').signal('rated', { stars: 1 })).resolves.toBeUndefined();
  });

  it('is stored as it was given: the receiver asks the schema itself', async () => {
    const world = await worldWithRun();
    const dated = signal('dated', { schema: z.string().transform((text) => new Date(text)) });
    await world.client.run('r1').signal(dated, '2026-11-22');
    await deliverMail(world.store, 'r1');
    expect(await journalOf(world.store, 'r1')).toMatchObject([{ payload: '2026-11-22' }]);
  });
});
