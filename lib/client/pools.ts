/**
 * Looks at pools, changes their limits, pauses them: operation 36, operation 37 and operation 39 of docs/protocol.md. Each change is a read of the
 * pool's item, and a write on the condition that nothing has written it since.
 */
import { checkPlainName } from '../core/check-name.ts';
import { WorkflowCodeError } from '../core/errors.ts';
import type { PoolLimits } from '../core/pool.ts';
import { type PoolRule, toPoolRule } from '../core/pool-rule.ts';
import { InvalidArgumentError, PoolNotFoundError } from '../core/run-errors.ts';
import { delay } from '../ports/delay.ts';
import { isOwnedBy, type PlaceOwner, type PoolItem, type PoolState, ruleOf, toPoolWake } from '../ports/pool.ts';
import { StoreUnavailableError } from '../ports/world-errors.ts';
import { sendWake } from './best-effort.ts';
import type { ClientPorts } from './client-ports.ts';
import { retryUnavailable } from './retry-unavailable.ts';
import type { CallPort } from './workflows.ts';

/** A pool, as lists show it. */
export interface PoolSummary {
  readonly name: string;
  /** The limits that count. `per` is in milliseconds. */
  readonly limits: Readonly<PoolLimits>;
  /** The limits were set: what the code says does not count before `reset`. */
  readonly isSet: boolean;
  readonly paused: boolean;
  /** Since when it is paused. */
  readonly pausedAt?: Date;
  /** Places that are taken, or given to a run that is about to take one. */
  readonly used: number;
}

/** A place in a pool, and the run that has it. */
export interface PoolPlace {
  readonly runId: string;
  /** Which step of the run, as the number in its `stepId`. Absent: the run itself, from its begin to its end. */
  readonly step?: number;
  readonly key?: string;
  readonly since: Date;
  /** It was given, and its run was woken to take it. */
  readonly isOnItsWay?: true;
}

/** A run that waits for a place. */
export interface PoolWaiter {
  readonly runId: string;
  /** Which step of the run, as the number in its `stepId`. Absent: the run itself, which has not begun. */
  readonly step?: number;
  readonly key?: string;
  readonly priority: number;
  /** Since when it could have begun. */
  readonly since: Date;
}

/** A pool, who has its places, and who waits for one, the next one first. */
export interface PoolDescription extends PoolSummary {
  /** What the code says, where other limits were set. */
  readonly codeLimits?: Readonly<PoolLimits>;
  readonly places: readonly PoolPlace[];
  /** The first 100. Of one run there are at most 20 in the line. */
  readonly waiting: readonly PoolWaiter[];
  /** More wait than are shown. */
  readonly more?: true;
}

/**
 * Pools: what limits how much goes on at once. A pool is there from the first time that a step or a run asks it for a place; before
 * that, it is a PoolNotFoundError.
 *
 * @example
 * ```ts
 * const mailer = pool('mailer', { concurrency: 5 });
 * const send = workflow('send', function* (to: string) {
 *   return yield* step('send', { pool: mailer }, () => `sent to ${to}`);
 * });
 *
 * const engine = createTestEngine({ workflows: [send] });
 * await engine.run(send, 'Ada');
 * const { pools } = engine.client;
 * await pools.pause('mailer');
 * const run = await engine.start(send, 'Grace');
 * await engine.advance('1 hour');
 * const { used, waiting } = await pools.describe('mailer');
 * [used, waiting.length]; // => [0, 1]
 * await pools.set('mailer', { concurrency: 2, rate: { limit: 10, per: '1 minute' } });
 * await pools.resume('mailer');
 * await run.result(); // => 'sent to Grace'
 * ```
 */
export interface Pools {
  /** All pools, by name. It reads one item for each. */
  list(): Promise<readonly PoolSummary[]>;
  describe(name: string): Promise<PoolDescription>;
  /**
   * Sets limits that count in place of all that the code says, until `reset`. What is under way goes on: where a limit is
   * lowered, no more begin before there is room. Raises an InvalidArgumentError.
   */
  set(name: string, limits: PoolLimits): Promise<PoolSummary>;
  /** The limits of the code count again. */
  reset(name: string): Promise<PoolSummary>;
  /** Gives no places until it is resumed. What has one goes on. */
  pause(name: string): Promise<PoolSummary>;
  resume(name: string): Promise<PoolSummary>;
}

const SHOWN_WAITING = 100;
/** So often others may write in between: a busy pool is written all the time. */
const ATTEMPTS = 60;
const PAUSE_MS = 50;

export class PoolsOfClient implements Pools {
  readonly #call: CallPort;

  constructor(call: CallPort) {
    this.#call = call;
  }

  async list(): Promise<readonly PoolSummary[]> {
    return this.#call(async (ports) => {
      const store = await ports.openStore();
      const pools: PoolSummary[] = [];
      for await (const page of store.listPools()) {
        for (const name of page) {
          const pool = await retryUnavailable(ports.clock, () => store.readPool(name));
          if (pool !== undefined) pools.push(toSummary(name, pool.state)); // one that is being made has no item yet
        }
      }
      return pools;
    });
  }

  async describe(name: string): Promise<PoolDescription> {
    checkPlainName(name, 'a pool');
    return this.#call(async (ports) => {
      const store = await ports.openStore();
      const { state, joinCount } = await read(ports, name);
      // Where the line is known to be empty, who is in it was served by a worker that died before it has said so.
      const isEmpty = state.cleared === joinCount;
      const limit = SHOWN_WAITING + 1;
      const line = isEmpty ? [] : await retryUnavailable(ports.clock, () => store.readLine(name, { limit }));
      const waiting = line.filter((waiter) => !state.places.some(isOwnedBy(waiter)));
      return {
        ...toSummary(name, state),
        ...(state.set === undefined ? {} : { codeLimits: toLimits(state.code) }),
        places: state.places.map(({ key, sinceMs, epoch, ...owner }) => ({
          ...toOwner(owner),
          ...(key === undefined ? {} : { key }),
          since: new Date(sinceMs),
          ...(epoch === undefined ? { isOnItsWay: true as const } : {}),
        })),
        waiting: waiting.slice(0, SHOWN_WAITING).map(({ key, priority, sinceMs, ...owner }) => ({
          ...toOwner(owner),
          ...(key === undefined ? {} : { key }),
          priority,
          since: new Date(sinceMs),
        })),
        ...(waiting.length > SHOWN_WAITING ? { more: true } : {}),
      };
    });
  }

  async set(name: string, limits: PoolLimits): Promise<PoolSummary> {
    const set = readRule(limits, name);
    return this.#change(name, (state) => ({ ...state, set }));
  }

  async reset(name: string): Promise<PoolSummary> {
    return this.#change(name, ({ set: _set, ...state }) => state);
  }

  async pause(name: string): Promise<PoolSummary> {
    return this.#change(name, (state, nowMs) => ({ ...state, pausedAtMs: state.pausedAtMs ?? nowMs }));
  }

  async resume(name: string): Promise<PoolSummary> {
    return this.#change(name, ({ pausedAtMs: _pausedAtMs, ...state }) => state);
  }

  /** A worker then serves those for whom there is room now. */
  #change(name: string, to: (state: PoolState, nowMs: number) => PoolState): Promise<PoolSummary> {
    checkPlainName(name, 'a pool');
    return this.#call(async (ports) => {
      const store = await ports.openStore();
      const wakes = await ports.openWakes();
      const nonce = ports.ids.messageId();
      for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
        const { version, state } = await read(ports, name);
        const changed = { version, state: to(state, ports.clock.nowMs()), nonce };
        const { kind } = await retryUnavailable(ports.clock, () => store.changePool(name, changed));
        if (kind === 'done') {
          await sendWake(ports, wakes, toPoolWake(name));
          return toSummary(name, changed.state);
        }
        if (attempt > 1) await delay(ports.clock, PAUSE_MS * Math.random());
      }
      const cause = new Error(`pool "${name}" changed ${ATTEMPTS} times meanwhile`);
      throw new StoreUnavailableError('a change of a pool', { cause });
    });
  }
}

async function read(ports: ClientPorts, name: string): Promise<PoolItem> {
  const store = await ports.openStore();
  const pool = await retryUnavailable(ports.clock, () => store.readPool(name));
  if (pool === undefined) throw new PoolNotFoundError(name);
  return pool;
}

function readRule(limits: PoolLimits, name: string): PoolRule {
  try {
    return toPoolRule(limits, `pool "${name}"`);
  } catch (error) {
    if (error instanceof WorkflowCodeError) throw new InvalidArgumentError(error.message);
    throw error;
  }
}

function toOwner({ runId, step }: PlaceOwner): { readonly runId: string; readonly step?: number } {
  return step === 0 ? { runId } : { runId, step };
}

function toSummary(name: string, state: PoolState): PoolSummary {
  const { set, pausedAtMs, places } = state;
  return {
    name,
    limits: toLimits(ruleOf(state)),
    isSet: set !== undefined,
    paused: pausedAtMs !== undefined,
    ...(pausedAtMs === undefined ? {} : { pausedAt: new Date(pausedAtMs) }),
    used: places.length,
  };
}

function toLimits({ rate, ratePerKey, ...counts }: PoolRule): PoolLimits {
  return {
    ...counts,
    ...(rate === undefined ? {} : { rate: { limit: rate.limit, per: rate.perMs } }),
    ...(ratePerKey === undefined ? {} : { ratePerKey: { limit: ratePerKey.limit, per: ratePerKey.perMs } }),
  };
}
