/** Workers that change one pool at the same time: each change is made again until it is made. */
import { expect, test } from 'vitest';
import { SeenPools, visitPool } from '../../../lib/engine/pools/visit-pool.ts';
import { MemoryStore } from '../../../lib/memory/memory-store.ts';
import { delay } from '../../../lib/ports/delay.ts';
import { VirtualClock } from '../../../lib/testing/virtual-clock.ts';
import { createPrng } from '../../../lib/core/prng.ts';

const START_MS = 1_893_456_000_000;
const WORKERS = 64;
const ANSWER_MS = 5;

test('64 workers that want places of one pool at once do not keep each other from them', async () => {
  const clock = new VirtualClock(START_MS);
  let refused = 0;
  const memory = new MemoryStore();
  const store = new Proxy(memory, {
    get: (target, key) => {
      const method: unknown = Reflect.get(target, key);
      if (typeof method !== 'function') return method;
      return async (...values: unknown[]): Promise<unknown> => {
        await delay(clock, ANSWER_MS / 2);
        const answer: unknown = await Reflect.apply(method, target, values);
        if (key === 'changePool' && (answer as { kind: string }).kind === 'changed') refused += 1;
        await delay(clock, ANSWER_MS / 2);
        return answer;
      };
    },
  });
  const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  const random = createPrng('workers');
  let nonces = 0;
  const ports = {
    store,
    wakes: { send: async () => undefined },
    clock,
    log,
    random,
    newNonce: () => `${(nonces += 1)}`,
  };
  let left = WORKERS;
  const work = async (index: number): Promise<void> => {
    const seen = new SeenPools();
    const owner = { runId: `run-${index}`, step: 1 };
    const waiter = { ...owner, priority: 0, turn: 0, sinceMs: START_MS };
    const lease = { epoch: 1, expiresAtMs: START_MS + 600_000 };
    await visitPool(ports, seen, 'one', { code: {}, asks: [{ waiter, wasInLine: false }], lease });
    await visitPool(ports, seen, 'one', { code: {}, gives: [{ ...owner, epoch: 1 }] });
    left -= 1;
  };
  const all = Promise.all(Array.from({ length: WORKERS }, (_, index) => work(index)));
  while (left > 0) {
    await new Promise((resolve) => setImmediate(resolve));
    clock.moveTo(clock.nextAtMs() ?? clock.nowMs());
    clock.callDue();
  }
  await all;
  // One that goes by what it has read before its pause is refused nearly each time: then these are more than 7.
  expect(refused / (WORKERS * 2)).toBeLessThan(5);
});
