/**
 * What a wake of a pool asks for: those who wait are served, as far as there is room.
 *
 * Tested by: test/engine/pools/pooled-steps.test.ts, test/engine/pools/lost-places.test.ts
 */
import type { TurnEnd } from '../turn-end.ts';
import { type PoolPorts, type SeenPools, visitPool } from './visit-pool.ts';

export async function servePool(ports: PoolPorts, seen: SeenPools, name: string): Promise<TurnEnd> {
  await visitPool(ports, seen, name, { wakesAgain: true });
  return { kind: 'skipped', reason: 'pool' };
}
