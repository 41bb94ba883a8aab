/**
 * One visit to a pool: gives places back, takes some, joins the line for the rest, and serves the line. All of it is decided
 * from the pool's item and written if nothing wrote it meanwhile (operation 37); else it is decided anew. A run that is given
 * a place is due in the table before a wake is sent (operation 41), so that a wake that is lost costs only time.
 *
 * A worker that dies on the way leaves nothing that the next visit does not find: a place that was given to a run that does
 * not know of it, a waiter that has its place already, a place whose owner's lease is over. The sweeper has pools visited.
 *
 * Tested by: test/engine/pools/pooled-steps.test.ts, test/engine/pools/lost-places.test.ts
 */
import { delay } from '../../ports/delay.ts';
import {
  type JoinLine,
  lineOrder,
  type MakeDueResult,
  type PlaceOwner,
  type PoolItem,
  toPoolWake,
  TURN_GROUPS,
  type Waiter,
} from '../../ports/pool.ts';
import { StoreUnavailableError } from '../../ports/world-errors.ts';
import type { Engine } from '../settings.ts';
import { type Plan, planVisit } from './plan-visit.ts';
import { roomFor, roomInAll, timeOf } from './pool-state.ts';
import type { Visit } from './visit.ts';

export type PoolPorts = Pick<Engine, 'store' | 'wakes' | 'clock' | 'log' | 'random' | 'newNonce'>;

/** What this process has seen last of each pool, and its visit that is under way: in one process they do not collide. */
export class SeenPools {
  readonly items = new Map<string, PoolItem>();
  readonly #visits = new Map<string, Promise<unknown>>();

  async oneByOne<T>(name: string, visit: () => Promise<T>): Promise<T> {
    const visited = (this.#visits.get(name) ?? Promise.resolve()).then(visit);
    const settled = visited.catch(() => undefined);
    this.#visits.set(name, settled);
    try {
      return await visited;
    } finally {
      if (this.#visits.get(name) === settled) this.#visits.delete(name);
    }
  }
}

export interface Visited {
  /** The steps that have their places. */
  readonly taken: ReadonlySet<number>;
  /** Of steps whose place may be taken then: the rate does not let them begin before. */
  readonly laterAtMs: ReadonlyMap<number, number>;
  /** Those that are in the line now. */
  readonly inLine: readonly Waiter[];
}

const ATTEMPTS = 60;
const PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 500;

export function visitPool(ports: PoolPorts, seen: SeenPools, name: string, visit: Visit): Promise<Visited> {
  return seen.oneByOne(name, () => visitAlone(ports, seen, name, visit));
}

async function visitAlone(ports: PoolPorts, seen: SeenPools, name: string, visit: Visit): Promise<Visited> {
  const { asks = [], joinsUpTo = Infinity } = visit;
  const gives = [...(visit.gives ?? [])];
  const { store, clock } = ports;
  const taken = new Set<number>();
  const joined = new Map<number, Waiter>();
  const mayBeOld = asks.length === 0 && visit.wakesAgain !== true && visit.looksAnew !== true;
  const before = mayBeOld ? seen.items.get(name) : undefined;
  let pool = before ?? (await store.readPool(name));
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const wanted = asks.map(({ waiter }) => waiter).filter(({ step }) => !taken.has(step));
    const plan = await planVisit(ports, pool, { ...visit, gives, name, wanted });
    const joinCount = pool?.joinCount ?? 0;
    if (plan.isChanged) {
      for (const { runId } of plan.passedOver) await wakeRun(ports, runId);
      const change = { version: pool?.version ?? 0, state: plan.state, nonce: ports.newNonce() };
      const written = await store.changePool(name, plan.takesPastLine ? { ...change, joinCount } : change);
      pool = written.pool;
      if (written.kind === 'changed') {
        if (attempt > 1) {
          await delay(clock, Math.min(LONGEST_PAUSE_MS, PAUSE_MS * 2 ** attempt) * ports.random());
          pool = await store.readPool(name); // others have gone on meanwhile: what it was would be refused again
        }
        continue;
      }
    }
    if (pool !== undefined) seen.items.set(name, pool);
    gives.length = 0;
    for (const step of plan.taken) taken.add(step);
    const inLine = new Map([...joined, ...plan.found].filter(([step]) => !taken.has(step)));
    const absent = await followUp(ports, name, plan);
    if (absent.length > 0) {
      for (const { runId, step } of absent) gives.push({ runId, step, epoch: 0 });
      continue;
    }
    if (pool !== undefined && pool.joinCount !== joinCount && roomInAll(plan.state, clock.nowMs()) !== 'full') continue;

    const waiting = asks.filter(({ waiter }) => !taken.has(waiter.step) && !plan.laterAtMs.has(waiter.step));
    const joining = waiting
      .filter(({ waiter }) => !inLine.has(waiter.step))
      .slice(0, Math.max(0, joinsUpTo - inLine.size));
    const version = pool?.version;
    for (const { waiter, wasInLine } of joining) {
      const join = wasInLine ? toJoinAgain(waiter, plan) : toJoin(waiter, pool);
      pool = await store.joinLine(name, join);
      joined.set(waiter.step, join.waiter);
      inLine.set(waiter.step, join.waiter);
    }
    if (joining.length > 0 && pool !== undefined) {
      const { state } = pool;
      const nowMs = timeOf(state, clock.nowMs());
      if (pool.version !== version || joining.some(({ waiter }) => roomFor(state, waiter.key, nowMs) === 'now'))
        continue;
    }
    return { taken, laterAtMs: plan.laterAtMs, inLine: [...inLine.values()] };
  }
  throw new StoreUnavailableError('changePool', {
    cause: new Error(`pool "${name}" changed ${ATTEMPTS} times meanwhile`),
  });
}

/** The run is due, and wakes. */
async function wakeRun({ store, wakes, log }: PoolPorts, runId: string): Promise<MakeDueResult['kind']> {
  const { kind } = await store.makeRunDue(runId);
  try {
    if (kind === 'due') await wakes.send(runId);
  } catch (error) {
    log.warn('a run is due, and no wake was sent; the sweeper sees to it', { runId, error });
  }
  return kind;
}

/** After the write: the line, the runs, and when the pool is to be looked at again. Gives those that do not come for a place. */
async function followUp(ports: PoolPorts, name: string, { left, given, wakeAtMs }: Plan): Promise<PlaceOwner[]> {
  const { store, wakes, clock, log } = ports;
  let haveLeft = true;
  try {
    if (left.length > 0) await store.leaveLine(name, left.map(lineOrder));
  } catch (error) {
    haveLeft = false; // that delete may still be under way: they must not rely on being in the line
    log.warn('those that have a place were not taken out of the line; the next visit sees to it', {
      pool: name,
      error,
    });
  }
  const absent: PlaceOwner[] = [];
  for (const owner of given) {
    const { runId } = owner;
    try {
      const kind = await wakeRun(ports, runId);
      if (haveLeft && (kind === 'gone' || kind === 'away')) absent.push(owner);
    } catch (error) {
      log.warn('a run was given a place and not told of it; the sweeper sees to it', { runId, pool: name, error });
    }
  }
  if (wakeAtMs === undefined) return absent;
  try {
    await wakes.send(toPoolWake(name), Math.max(0, wakeAtMs - clock.nowMs()));
  } catch (error) {
    log.warn('a pool is not looked at when its rate has room; the sweeper sees to it', { pool: name, error });
  }
  return absent;
}

/** Keys are served in turns: one of which many wait does not keep the others back. */
function toJoin(waiter: Waiter, pool: PoolItem | undefined): JoinLine {
  if (waiter.key === undefined) return { waiter };
  const group = groupOf(waiter.key);
  const turn = Math.max(pool?.state.turn ?? 0, pool?.turns[group] ?? 0);
  return { waiter: { ...waiter, turn }, next: { group, turn: turn + 1 } };
}

/**
 * Its item is another one, 1 ms behind: a delete of the one that it had may be under way, by the worker that has served it.
 * Where it may be in the line still, further back than anybody has looked, it stays one.
 */
function toJoinAgain(waiter: Waiter, { isLineRead }: Plan): JoinLine {
  return { waiter: isLineRead ? { ...waiter, sinceMs: waiter.sinceMs + 1 } : waiter };
}

/** FNV-1a. */
function groupOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at += 1) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193) >>> 0;
  return hash % TURN_GROUPS;
}
