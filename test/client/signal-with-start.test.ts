/** A signal to a run that is started for it if it is not there. */
import { gather, signal, sleep, workflow } from 'lull';
import { crashEverywhere, createTestEngine } from 'lull/testing';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createWorld, endRun, takeLease } from './client-world.ts';

const added = signal('added', { schema: z.object({ at: z.string().transform((text) => new Date(text)) }) });
const closed = signal<void>('closed');
const cart = workflow('cart', { input: z.object({ of: z.string() }) }, function* ({ of }) {
  const dates: Date[] = [];
  for (let count = 0; count < 2; count += 1) dates.push((yield* added.receive()).at);
  return { of, days: dates.map((date) => date.getUTCDate()) };
});
const other = workflow('other', function* () {
  yield* sleep('1 day');
});

const day = (date: number): { at: string } => ({ at: `2030-01-0${date}T00:00:00Z` });

describe('signalWithStart', () => {
  it('starts one run for many callers, and gives it the signals of all', async () => {
    const engine = createTestEngine({ workflows: [cart] });
    const send = (date: number) =>
      engine.client.signalWithStart(cart, { of: 'Ada' }, { id: 'c1', signal: added, payload: day(date) });
    const [run] = await Promise.all([send(1), send(2)]);
    expect(await run.result()).toEqual({ of: 'Ada', days: [1, 2] });
    expect((await engine.list()).map(({ id }) => id)).toEqual(['c1']);
  });

  it('takes the run that is there, whatever its input, unless it is told otherwise', async () => {
    const { client } = createTestEngine({ workflows: [cart] });
    await client.start(cart, { of: 'Ada' }, { id: 'c1' });
    const options = { id: 'c1', signal: added, payload: day(1) } as const;
    expect((await client.signalWithStart(cart, { of: 'Grace' }, options)).id).toBe('c1');
    await expect(
      client.signalWithStart(cart, { of: 'Grace' }, { ...options, onConflict: 'fail' }),
    ).rejects.toMatchObject({ code: 'RUN_ID_TAKEN' });
  });

  it('starts nothing for an input or a payload that is refused', async () => {
    const world = createWorld({ workflows: [cart] });
    const { client } = world;
    const calls = [
      client.signalWithStart(cart, { of: 7 } as never, { id: 'c1', signal: added, payload: day(1) }),
      client.signalWithStart(cart, { of: 'Ada' }, { id: 'c1', signal: added, payload: { at: 7 } as never }),
      client.signalWithStart('cart', { of: 'Ada' }, { id: 'c1', signal: 'closed', payload: () => 1 }),
      client.signalWithStart('cart', { of: 'Ada' }, { id: 'c1', signal: '' }),
      client.signalWithStart('cart', { of: 'Ada' }, { id: '..', signal: 'closed' }),
      client.signalWithStart('cart', { of: 'Ada' }, { id: undefined as never, signal: 'closed' }),
      client.signalWithStart('cart', { of: 'Ada' }, { id: 'c1', signal: 'closed', twice: true } as never),
      client.signalWithStart('crat', { of: 'Ada' }, { id: 'c1', signal: 'closed' }),
    ];
    const codes = await Promise.all(
      calls.map((call) => call.catch((error: unknown) => (error as { code: string }).code)),
    );
    expect(codes).toEqual([
      ...['INVALID_INPUT', 'INVALID_INPUT', 'UNSERIALIZABLE_VALUE', 'INVALID_ARGUMENT', 'INVALID_ARGUMENT'],
      ...['INVALID_ARGUMENT', 'INVALID_ARGUMENT', 'UNKNOWN_WORKFLOW'],
    ]);
    expect(await world.store.readRun('c1')).toBeUndefined();
  });

  it("refuses the id of another workflow's run, and a run that has ended", async () => {
    const { client, store } = createWorld({ workflows: [cart, other] });
    await client.start(other, undefined, { id: 'o1' });
    const options = { signal: added, payload: day(1) };
    await expect(client.signalWithStart(cart, { of: 'Ada' }, { id: 'o1', ...options })).rejects.toMatchObject({
      code: 'RUN_ID_TAKEN',
    });
    expect((await store.readRun('o1'))?.inboxIds).toEqual([]);
    await client.start(cart, { of: 'Ada' }, { id: 'c1' });
    await endRun(store, 'c1', { status: 'completed', value: 1 });
    await expect(client.signalWithStart(cart, { of: 'Ada' }, { id: 'c1', ...options })).rejects.toMatchObject({
      code: 'RUN_ENDED',
    });
  });

  it('sends one signal for calls with one key, also after it was received', async () => {
    const { client, store } = createWorld({ workflows: [cart] });
    const send = (date: number) =>
      client.signalWithStart(cart, { of: 'Ada' }, { id: 'c1', idempotencyKey: 'k', signal: added, payload: day(date) });
    await send(1);
    await send(1);
    expect((await store.readRun('c1'))?.inboxIds).toHaveLength(1);
    await expect(send(2)).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
  });

  it('reaches a run that a worker has in a turn', async () => {
    const { client, store } = createWorld({ workflows: [cart] });
    await client.start(cart, { of: 'Ada' }, { id: 'c1' });
    await takeLease(store, 'c1');
    await client.signalWithStart(cart, { of: 'Ada' }, { id: 'c1', signal: added, payload: day(1) });
    expect((await store.readRun('c1'))?.inboxIds).toHaveLength(1);
  });

  it('does the same whatever crashes, and whichever call comes twice', async () => {
    const pair = workflow('pair', function* () {
      const ends = yield* gather([closed.receive(), added.receive()]);
      return ends.length;
    });
    await crashEverywhere({
      workflows: [pair],
      scenario: async ({ client }) => {
        await client.signalWithStart(pair, undefined, { id: 'p1', signal: closed });
        const run = await client.signalWithStart(pair, undefined, { id: 'p1', signal: added, payload: day(1) });
        expect(await run.result()).toBe(2);
      },
    });
  });
});
