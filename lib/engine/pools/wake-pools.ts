/**
 * Has those pools looked at in which runs wait, or whose places may be free. A worker does it: so what was lost between a
 * place that was given back and the run that waits for it costs only time (I1).
 *
 * Tested by: test/engine/pools/lost-places.test.ts
 */
import { least } from '../../core/least.ts';
import { limitsKeys } from '../../core/pool-rule.ts';
import { type Place, type PoolItem, type PoolState, ruleOf, toPoolWake } from '../../ports/pool.ts';
import type { EngineOptions } from '../settings.ts';
import { roomInAll } from './pool-state.ts';

type Ports = Pick<EngineOptions, 'store' | 'wakes' | 'clock' | 'log'>;

const AT_ONCE = 20;

/** Ends by then, however many pools there are: runs have to be woken too. */
export async function wakePools(ports: Ports, endsByMs: number): Promise<void> {
  try {
    for await (const page of ports.store.listPools()) {
      for (let from = 0; from < page.length; from += AT_ONCE) {
        if (ports.clock.nowMs() >= endsByMs) return;
        await Promise.all(page.slice(from, from + AT_ONCE).map((name) => wakePool(ports, name)));
      }
    }
  } catch (error) {
    ports.log.error('pools were not listed; the next sweep tries again', { error });
  }
}

async function wakePool({ store, wakes, clock, log }: Ports, name: string): Promise<void> {
  try {
    const pool = await store.readPool(name);
    const nowMs = clock.nowMs();
    if (pool !== undefined && (lookAtMs(pool, nowMs) ?? Infinity) <= nowMs) await wakes.send(toPoolWake(name));
  } catch (error) {
    log.error('a pool was not looked at; the next sweep tries again', { pool: name, error });
  }
}

/** A run that was given a place and has not come for it is woken again after so long. */
const WAKE_AGAIN_MS = 30_000;

/**
 * When a look may find something to do; undefined if never. `aliveUntilMs`: until when a place's owner is known to be there,
 * where that is known.
 */
export function lookAtMs(
  pool: PoolItem,
  nowMs: number,
  aliveUntilMs: (place: Place) => number = () => 0,
): number | undefined {
  const { state, joinCount } = pool;
  if (state.pausedAtMs !== undefined) return undefined;
  const times = state.places
    .filter(({ epoch }) => epoch === undefined)
    .map(({ sinceMs, checkAtMs }) => Math.min(sinceMs + WAKE_AGAIN_MS, checkAtMs));
  if (joinCount !== state.cleared) {
    const room = roomInAll(state, nowMs);
    const waitsForKeys = room === 'now' && limitsKeys(ruleOf(state)) && state.places.length > 0;
    if (room === 'now' && !waitsForKeys) times.push(nowMs);
    if (typeof room === 'number') times.push(room);
    for (const place of state.places) times.push(Math.max(place.checkAtMs, aliveUntilMs(place)));
    for (const starts of Object.values(state.startsByKey ?? {})) times.push((starts[0]?.[0] ?? 0) + perKeyMs(state));
  }
  return least(times);
}

function perKeyMs(state: PoolState): number {
  return ruleOf(state).ratePerKey?.perMs ?? 0;
}
