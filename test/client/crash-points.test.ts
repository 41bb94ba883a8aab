import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPrng } from '../../lib/core/prng.ts';
import type { Store } from '../../lib/ports/store.ts';
import type { WakeQueue } from '../../lib/ports/wake-queue.ts';
import { StoreUnavailableError } from '../../lib/ports/world-errors.ts';
import { aroundStore } from '../../lib/testing/around-store.ts';
import { createWorld, deliverMail, endRun, journalOf, type World } from './client-world.ts';

/** What goes wrong at a call outside. A crash ends the caller there; a silence is a StoreUnavailableError. */
type Mishap = 'crash before' | 'crash after' | 'silence before' | 'silence after';
const MISHAPS: readonly Mishap[] = ['crash before', 'crash after', 'silence before', 'silence after'];

class Crash extends Error {}

interface Parts {
  readonly store: Store;
  readonly wakes: WakeQueue;
}

/** Store and queue, with a mishap at the call of that number, from 1. */
function withMishap(world: World, at: number, mishap: Mishap): { parts: Parts; calls: () => number } {
  let calls = 0;
  const around = async <T>(operation: string, go: () => Promise<T>): Promise<T> => {
    calls += 1;
    if (calls !== at) return go();
    const error = mishap.startsWith('crash') ? new Crash() : new StoreUnavailableError(operation);
    if (mishap.endsWith('after')) await go();
    throw error;
  };
  return {
    calls: () => calls,
    parts: {
      store: aroundStore(world.store, ({ operation }, go) => around(operation, go)),
      wakes: { send: (runId, delayMs) => around('send', () => world.wakes.send(runId, delayMs)) },
    },
  };
}

/** Plays a scenario once for each call outside and each mishap at it; gives how many there were. */
async function atEveryCall(scenario: (parts: Parts, world: World, mishap: Mishap) => Promise<void>): Promise<number> {
  let scenarios = 0;
  for (const mishap of MISHAPS) {
    for (let at = 1; ; at += 1) {
      const world = createWorld();
      const { parts, calls } = withMishap(world, at, mishap);
      await scenario(parts, world, mishap);
      if (calls() < at) break;
      scenarios += 1;
    }
  }
  return scenarios;
}

describe('start', () => {
  it('creates one run with its input, wherever the caller died before it tried again', async () => {
    const input = { text: 'x'.repeat(1_000) };
    const scenarios = await atEveryCall(async (parts, world, mishap) => {
      const start = (options: object): Promise<unknown> =>
        world.clientWith(options).start('greet', input, { idempotencyKey: 'k1' });
      const first = start(parts);
      // A queue that is silent is no reason to fail.
      if (mishap.startsWith('silence')) await first;
      else await first.catch((error: unknown) => expect(error).toBeInstanceOf(Crash));
      const run = (await start({})) as { id: string };
      const client = world.clientWith({});
      expect(await client.count({ workflow: 'greet' })).toBe(1);
      expect(await client.run(run.id).describe()).toMatchObject({ status: 'pending', input });
      expect(world.wakes.nextAtMs()).toBeDefined();
    });
    expect(scenarios).toBe(16);
  });

  it("is no conflict with itself: with onConflict 'fail' an answer that got lost is no taken id", async () => {
    for (const input of ['small', 'x'.repeat(1_000)]) {
      const scenarios = await atEveryCall(async (parts, world, mishap) => {
        if (mishap.startsWith('crash')) return;
        const run = await world.clientWith(parts).start('greet', input, { id: 'r1', onConflict: 'fail' });
        expect(await run.describe()).toMatchObject({ input });
      });
      expect(scenarios).toBeGreaterThanOrEqual(4);
    }
  });

  it('leaves the run of another alone, wherever it died', async () => {
    await atEveryCall(async (parts, world) => {
      await world.client.start('greet', 'Ada', { id: 'r1' });
      const other = world.clientWith(parts).start('greet', 'x'.repeat(1_000), { id: 'r1' });
      await expect(other).rejects.toThrow();
      expect(await world.client.run('r1').describe()).toMatchObject({ input: 'Ada' });
    });
  });
});

describe('a signal', () => {
  it('reaches the run exactly once, wherever the caller died before it tried again', async () => {
    const scenarios = await atEveryCall(async (parts, world) => {
      await world.client.start('approval', null, { id: 'r1' });
      const send = (options: object): Promise<void> =>
        world.clientWith(options).run('r1').signal('approved', 'Ada', { idempotencyKey: 'k1' });
      await send(parts).catch((error: unknown) => expect(error).toBeInstanceOf(Crash));
      await send({});
      await deliverMail(world.store, 'r1');
      await send({});
      expect(await receivedBy(world)).toEqual(['Ada']);
    });
    expect(scenarios).toBe(16);
  });

  it.each([
    ['Ada', 4], // a letter: its accept, and the wake
    ['Ada '.repeat(60), 6],
  ])('reaches the run once when an answer got lost and the worker was faster than the repeat', async (name, wanted) => {
    const scenarios = await atEveryCall(async (parts, world, mishap) => {
      await world.client.start('approval', null, { id: 'r1' });
      if (mishap.startsWith('crash')) return;
      const store = aroundStore(parts.store, async ({ operation }, go) => {
        try {
          return await go();
        } finally {
          if (operation === 'accept') await deliverMail(world.store, 'r1').catch(() => undefined);
        }
      });
      await world
        .clientWith({ ...parts, store })
        .run('r1')
        .signal('approved', name);
      await deliverMail(world.store, 'r1');
      expect(new Set(await receivedBy(world))).toEqual(new Set([name]));
    });
    expect(scenarios).toBe(wanted);
  });

  it('is accepted or refused and nothing in between, whatever workers, other senders and the store do', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer(),
        fc.array(fc.constantFrom('own', 'large', 'key-a', 'key-b'), { maxLength: 8 }),
        play,
      ),
      { numRuns: 300 },
    );
  });
});

/** Some signals are sent at once, while a worker takes turns and perhaps ends the run; the seed decides who is when. */
async function play(seed: number, senders: readonly string[]): Promise<void> {
  const random = createPrng(String(seed));
  const world = createWorld();
  await world.client.start('approval', null, { id: 'r1' });
  const store = aroundStore(world.store, async ({ operation }, go) => {
    await rounds(random() * 4);
    if (random() < 0.15) throw new StoreUnavailableError(operation);
    const answer = await go();
    if (random() < 0.15) throw new StoreUnavailableError(operation);
    return answer;
  });
  const run = world.clientWith({ store }).run('r1');
  const sent = senders.map(async (sender, index) => {
    await rounds(random() * 30);
    const options = sender.startsWith('key') ? { idempotencyKey: sender } : {};
    const own = `${sender}-${index}`;
    const payload = sender === 'own' ? own : sender === 'large' ? own.padEnd(300) : sender;
    const answer = await run.signal('approved', payload, options).then(
      () => 'accepted',
      (error: unknown) => (error as { code: string }).code,
    );
    return { payload, answer };
  });
  const turns = Math.floor(random() * 4);
  for (let turn = 0; turn < turns; turn += 1) {
    await rounds(random() * 15);
    await deliverMail(world.store, 'r1');
  }
  const ends = random() < 0.5;
  if (ends) await endRun(world.store, 'r1', { status: 'completed', value: 1 });

  const outcomes = await Promise.all(sent);
  if (!ends) await deliverMail(world.store, 'r1');
  const received = await receivedBy(world);
  expect(new Set(received).size).toBe(received.length);
  for (const { payload, answer } of outcomes) {
    const others = outcomes.filter((other) => other.payload === payload).map((other) => other.answer);
    if (others.includes('accepted')) expect(received).toContain(payload);
    else if (!others.includes('STORE_UNAVAILABLE')) expect(received).not.toContain(payload);
    expect(['accepted', 'RUN_ENDED', 'STORE_UNAVAILABLE']).toContain(answer);
  }
}

/** Lets others go first, for so many rounds of the event loop. */
async function rounds(count: number): Promise<void> {
  for (let round = 1; round < count; round += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** What the run got, in order. */
async function receivedBy({ store }: World): Promise<string[]> {
  const entries = await journalOf(store, 'r1');
  return entries.flatMap((entry) => (entry.kind === 'signal-received' ? (entry.payload as unknown as string) : []));
}
