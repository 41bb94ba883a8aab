/**
 * A worker dies before and after each of its writes to the table, and before and after the bus has taken each of its events.
 * Whatever is lost with it, the bus hears of the start and of the end of each run in the end; what it hears twice has one id.
 */
import { child, sleep, step, workflow } from 'lull';
import { describe, expect, it } from 'vitest';
import { isWrite, type Around } from '../../lib/testing/around-store.ts';
import type { EventBus, LifecycleEvent } from '../../lib/ports/event-bus.ts';
import { KeptEvents } from './kept-events.ts';
import { SmallCloud } from './small-cloud.ts';

const part = workflow('part', function* () {
  return yield* step('part', () => 1);
});
const whole = workflow('whole', { retention: '1 day' }, function* () {
  yield* step('one', () => 1);
  yield* sleep('1 hour');
  return yield* child(part, undefined, { id: 'p1' });
});

/** Counts what a worker does, and never answers from the chosen one on: before it has happened, or after. */
class Death {
  count = 0;
  isDead = false;
  readonly #at: number;
  readonly #isBefore: boolean;

  constructor(at: number, isBefore: boolean) {
    this.#at = at;
    this.#isBefore = isBefore;
  }

  async pass<T>(go: () => Promise<T>): Promise<T> {
    const number = (this.count += 1);
    if (this.isDead || (number === this.#at && this.#isBefore)) return this.#die();
    const answer = await go();
    return number === this.#at ? this.#die() : answer;
  }

  #die(): Promise<never> {
    this.isDead = true;
    return Promise.reject(new Error('the worker is dead'));
  }
}

/** All runs to their end, with the first worker and then with others. */
async function play(death: Death): Promise<{ cloud: SmallCloud; events: KeptEvents }> {
  const cloud = new SmallCloud([whole, part]);
  const events = new KeptEvents();
  const around: Around = (call, go) => (isWrite(call) || death.isDead ? death.pass(go) : go());
  const dying: EventBus = { put: (event: LifecycleEvent) => death.pass(() => events.put(event)).catch(() => false) };
  const mortal = cloud.worker({ around, events: dying });
  const next = cloud.worker({ events });
  await cloud.client.start(whole, undefined, { id: 'w1' });
  for (let turns = 0; turns < 60; turns += 1) {
    const worker = death.isDead ? next : mortal;
    await next.sweep();
    const wakes = cloud.wakes.takeDue(cloud.clock.nowMs());
    for (const { runId } of wakes) await worker.turn(runId).catch(() => undefined);
    if (wakes.length === 0) cloud.pass(600_000);
  }
  return { cloud, events };
}

const undisturbed = new Death(Infinity, true);
const plain = await play(undisturbed);
const points = Array.from({ length: undisturbed.count }, (_, index) => index + 1);

describe('the bus hears of each start and each end', () => {
  const all = ['completed p1', 'completed w1', 'started p1', 'started w1'];

  it('once, if nobody dies', () => {
    expect([...plain.events.said()].sort()).toEqual(all);
    expect(points.length).toBeGreaterThan(10);
  });

  it.each(points.flatMap((at) => [[at, 'before'] as const, [at, 'after'] as const]))(
    'if the worker dies at its act %i, %s it has happened',
    async (at, when) => {
      const death = new Death(at, when === 'before');
      const { cloud, events } = await play(death);
      expect(death.isDead).toBe(true);
      expect([...new Set(events.said())].sort()).toEqual(all);
      expect(new Set(events.taken.map(({ id }) => id)).size).toBe(4);
      expect(events.taken.length).toBeLessThan(7);
      expect(await cloud.run('p1')).not.toHaveProperty('afterEnd');
    },
  );
});
