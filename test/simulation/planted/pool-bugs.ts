/** Mistakes around places in pools. */
import type { PlantedBug } from './planted-bug.ts';

export const poolBugs: readonly PlantedBug[] = [
  {
    name: 'a pool is written whoever has written it since it was read',
    file: 'lib/memory/memory-pools.ts',
    find: `(there?.pool.version ?? 0) === version && (joinCount`,
    put: `(there?.pool.version ?? 0) >= version && (joinCount`,
  },
  {
    name: 'a place is given back before the body has ended',
    file: 'lib/engine/pools/turn-places.ts',
    find: `hasBegun && !attempts.has(id)));`,
    put: `hasBegun && attempts !== undefined));`,
  },
  {
    name: 'an attempt begins with the place of the one before it',
    file: 'lib/engine/pools/turn-places.ts',
    find: `return this.#poolOf(step) === undefined || this.#taken.get(step.id)?.hasBegun === false;`,
    put: `return this.#poolOf(step) === undefined || this.#taken.has(step.id);`,
    also: {
      find: `if (pool === undefined || this.#taken.get(step.id)?.hasBegun === false) {`,
      put: `if (pool === undefined || this.#taken.has(step.id)) {`,
    },
  },
  {
    name: 'a place of a worker that is alive is free when it was not looked at for a lease',
    file: 'lib/engine/pools/check-places.ts',
    find: `return isAlive ? { ...place, checkAtMs: lease.expiresAtMs } : undefined;`,
    put: `return isAlive && lease.expiresAtMs < 0 ? place : undefined;`,
  },
  {
    name: 'a place of a lost worker never comes back',
    file: 'lib/engine/pools/check-places.ts',
    find: `return isAlive ? { ...place, checkAtMs: lease.expiresAtMs } : undefined;`,
    put: `return { ...place, checkAtMs: isAlive ? lease.expiresAtMs : Infinity };`,
  },
  {
    name: 'a worker that takes over begins with the place of the lost one, and does not take it',
    file: 'lib/engine/pools/pool-state.ts',
    find: `if (place.epoch === by.epoch) return { kind: 'taken', state: { ...state, places } };`,
    put: `if (place.epoch !== undefined) return { kind: 'taken', state };`,
  },
  {
    name: 'an attempt that is made again after its worker was lost does not count in the rate',
    file: 'lib/engine/pools/pool-state.ts',
    find: `if (place.epoch === by.epoch) return`,
    put: `if (place.epoch !== undefined) return`,
  },
  {
    name: 'a start counts from when its place was given, and not from when it was taken',
    file: 'lib/engine/pools/pool-state.ts',
    find: `const without = place.epoch === undefined ? uncounted(state, place) : state;`,
    put: `if (place.epoch === undefined) return { kind: 'taken', state: { ...state, places, atMs: nowMs } };
  const without = state;`,
  },
  {
    name: 'a pool that is paused gives places',
    file: 'lib/engine/pools/pool-state.ts',
    find: `if (state.pausedAtMs !== undefined) return 'full';`,
    put: ``,
  },
  {
    name: 'who asks goes past one who has joined the line meanwhile',
    file: 'lib/engine/pools/plan-visit.ts',
    find: `takesPastLine: plan.taken.length > takenBefore,`,
    put: `takesPastLine: plan.taken.length < takenBefore,`,
  },
  {
    name: 'those who wait are forgotten when somebody has found no room',
    file: 'lib/engine/pools/plan-visit.ts',
    find: `if (isEmpty) plan.state = `,
    put: `if (isEmpty || mayWait) plan.state = `,
  },
  {
    name: 'a run that has not come for its place loses it, and is not told',
    file: 'lib/engine/pools/visit-pool.ts',
    find: `for (const { runId } of plan.passedOver) await wakeRun(ports, runId);`,
    put: ``,
  },
  {
    name: 'a run that is paused while it waits does not ask again after its resume',
    file: 'lib/engine/pools/turn-places.ts',
    find: `return placeWaits.size > 0 && !isAllAsked;`,
    put: `return placeWaits.size < 0 && isAllAsked;`,
  },
  {
    name: 'a turn that begins nothing any more counts as one that has asked for all places',
    file: 'lib/engine/pools/turn-places.ts',
    find: ` && !(this.#isCutShort && this.#toAsk.size > 0)`,
    put: ``,
  },
  {
    name: 'one leaves the line by what was seen of its pool before',
    file: 'lib/engine/pools/plan-visit.ts',
    find: `isChanged: plan.left.length > 0 || `,
    put: `isChanged: `,
  },
  {
    name: 'what is higher in priority does not go first',
    file: 'lib/ports/pool.ts',
    find: `const rank = String(HIGHEST_PRIORITY - priority)`,
    put: `const rank = String(HIGHEST_PRIORITY + priority)`,
  },
  {
    name: 'a worker changes a pool as it was before a caller has set limits',
    file: 'lib/engine/pools/visit-pool.ts',
    find: `const change = { version: pool?.version ?? 0, state: plan.state, nonce: ports.newNonce() };`,
    put: `const { set: _set, ...state } = plan.state;
      const change = { version: pool?.version ?? 0, state, nonce: ports.newNonce() };`,
  },
];
