/**
 * The places that one turn has in pools, for the attempts of its steps: takes them before a body begins, and gives them back
 * when it has ended, before the end is recorded. So a place is never left behind for a step that has ended, and a worker
 * that dies in between makes the attempt again, with the place that it had.
 *
 * Not its job: to decide who is given a place (pool-state.ts), or when a body begins (begin-steps.ts).
 *
 * Tested by: test/engine/pools/pooled-steps.test.ts, test/engine/pools/pool-crashes.test.ts
 */
import { type Pool, poolRule } from '../../core/pool.ts';
import type { CommandId } from '../../journal/event.ts';
import { lineOrder, type PlaceOwner, type Waiter } from '../../ports/pool.ts';
import type { PendingStep } from '../../scheduler/live-run.ts';
import { isReadOnly } from '../begin-early.ts';
import { isLeftToWorker } from '../left-to-worker.ts';
import type { LiveMemory } from '../live-memory.ts';
import type { Turn } from '../turn-state.ts';
import type { StepWait } from './place-waits.ts';
import { type SeenPools, visitPool } from './visit-pool.ts';

/** Of one run and one pool: others are not kept back by all that a run has to do. */
const IN_LINE_AT_ONCE = 20;

export class TurnPlaces {
  readonly #turn: Turn;
  readonly #seen: SeenPools;
  /** The steps that have a place by this turn. */
  readonly #taken = new Map<CommandId, { readonly pool: Pool; readonly hasBegun: boolean }>();
  /** What this turn knows of those that wait, from the last look at its run. */
  #memory: LiveMemory | undefined;
  /** Pools that are to be asked for places. */
  readonly #toAsk = new Map<string, Pool>();
  /** The turn has come to where it begins nothing new before it has asked for all places that it may ask for. */
  #isCutShort = false;
  /** The run item's `wakes` when the waits were looked at last. */
  #lookedAtWakes: number | undefined;

  constructor(turn: Turn, seen: SeenPools) {
    this.#turn = turn;
    this.#seen = seen;
  }

  /** Whether the step's body may begin, as far as pools are concerned. */
  mayBegin(step: PendingStep): boolean {
    return this.#poolOf(step) === undefined || this.#taken.get(step.id)?.hasBegun === false;
  }

  /** Whether a step of the run may have been given a place since this turn has looked, or has still to be asked for. */
  mayHaveMissed({ placeWaits }: LiveMemory): boolean {
    const isAllAsked = this.#lookedAtWakes === this.#turn.wakesSeen && !(this.#isCutShort && this.#toAsk.size > 0);
    return placeWaits.size > 0 && !isAllAsked;
  }

  /** Its body runs from here on, or will not begin at all. */
  begun(id: CommandId): void {
    const taken = this.#taken.get(id);
    if (taken !== undefined) this.#taken.set(id, { ...taken, hasBegun: true });
  }

  /** The places of attempts that have ended. What fails is tried in the next round: the ends are worth more. */
  giveBack(): Promise<void> | undefined {
    if (this.#taken.size === 0) return undefined;
    const { attempts } = this.#turn;
    return this.#give([...this.#taken].filter(([id, { hasBegun }]) => hasBegun && !attempts.has(id)));
  }

  /** Asks for places for the steps that may begin, and looks whether those that wait have theirs. */
  async take(memory: LiveMemory): Promise<void> {
    this.#memory = memory;
    if (memory.placeWaits.asked.size > 0) await this.#forgetWithdrawn(memory);
    const turn = this.#turn;
    const { engine, attempts } = turn;
    const nowMs = engine.clock.nowMs();
    this.#isCutShort = nowMs >= turn.beginsByMs || turn.doesNothingNew;
    if (this.#isCutShort) return;

    const { placeWaits, stepsToBegin } = memory;
    let room = engine.maxStepsInFlight - attempts.size;
    for (const step of stepsToBegin.due(nowMs)) {
      if (room <= 0) break; // those before it begin first, whether they need a place or not
      if (turn.early !== undefined && !isReadOnly(step)) continue; // it waits for the record of all that was before
      if (attempts.has(step.id)) continue;
      if (isLeftToWorker(turn, step)) break; // nothing begins here any more
      const pool = this.#poolOf(step);
      if (pool === undefined || this.#taken.get(step.id)?.hasBegun === false) {
        room -= 1;
        continue;
      }
      // One that waits takes no room: so that all that wait are known, and the run can be suspended.
      stepsToBegin.delete(step.id);
      placeWaits.add(step.id, this.#toWait(step, pool));
      this.#toAsk.set(pool.name, pool);
    }
    if (room <= 0) return; // they are asked for when a body has ended
    const looks = this.#lookedAtWakes !== turn.wakesSeen;
    if (looks) for (const pool of placeWaits.pools()) this.#toAsk.set(pool.name, pool);
    for (const { pool, laterAtMs = Infinity } of placeWaits.asked.values()) {
      if (laterAtMs <= nowMs) this.#toAsk.set(pool.name, pool);
    }
    this.#lookedAtWakes = turn.wakesSeen;
    for (const pool of [...this.#toAsk.values()]) room -= await this.#visit(pool, memory, Math.max(0, room));
  }

  /** At the end of the turn. `staysInLine`: the run is suspended, and waits for what it has asked for. */
  async giveRest({ staysInLine }: { readonly staysInLine: boolean }): Promise<void> {
    if (this.#taken.size > 0) await this.#give([...this.#taken]);
    if (!staysInLine) await this.#leaveLines();
  }

  /** Asks for places for the steps that were asked for, and so many others. How many were taken. */
  async #visit(pool: Pool, { placeWaits, stepsToBegin, live }: LiveMemory, room: number): Promise<number> {
    const { engine, runId, epoch, lease } = this.#turn;
    const mine = placeWaits.first(pool.name, room);
    const joinsUpTo = Math.min(IN_LINE_AT_ONCE, room);
    // The places of their attempts before, where those could not be given back, or ended meanwhile.
    const gives = mine.flatMap(([step]) => (this.#taken.has(step) ? [{ runId, step, epoch }] : []));
    const visited = await visitPool(engine, this.#seen, pool.name, {
      code: poolRule(pool),
      gives,
      asks: mine.map(([, { waiter, isInLine }]) => ({ waiter, wasInLine: isInLine })),
      lease: { epoch, expiresAtMs: lease.expiresAtMs },
      joinsUpTo,
    });
    for (const { step } of gives) this.#taken.delete(step);
    const isLineFull = visited.inLine.length >= IN_LINE_AT_ONCE;
    if (isLineFull || !placeWaits.hasMore(pool.name)) this.#toAsk.delete(pool.name);
    const inLine = new Map(visited.inLine.map((waiter) => [waiter.step, waiter]));
    let taken = 0;
    for (const [id, wait] of mine) {
      const step = live.pending.get(id);
      if (visited.taken.has(id)) {
        taken += 1;
        placeWaits.delete(id, pool.name);
        this.#taken.set(id, { pool, hasBegun: false });
        if (step?.kind === 'step') stepsToBegin.add(step);
      } else {
        const laterAtMs = visited.laterAtMs.get(id);
        const waiter = inLine.get(id) ?? wait.waiter;
        const rest = { pool, waiter, isInLine: inLine.has(id) };
        placeWaits.put(id, laterAtMs === undefined ? rest : { ...rest, laterAtMs });
      }
    }
    return taken;
  }

  #toWait(step: PendingStep, pool: Pool): StepWait {
    const { run, runId } = this.#turn;
    const { id, command, requestedAtMs, retryAtMs } = step;
    const known = run.placeWaits?.find((wait) => wait.pool === pool.name && wait.waiter.step === id);
    const sinceMs = Math.max(requestedAtMs, retryAtMs);
    // Of an attempt before this one it is in no line any more.
    if (known !== undefined && known.waiter.sinceMs >= sinceMs)
      return { pool, waiter: { ...known.waiter, runId }, isInLine: true };
    const { priority = 0 } = command.options;
    const key = command.key === undefined ? {} : { key: command.key };
    const waiter: Waiter = { runId, step: id, ...key, priority, turn: 0, sinceMs };
    return { pool, waiter, isInLine: false };
  }

  /** Undefined: it needs no place, or its run has one. What the engine does in a body's place needs none either. */
  #poolOf({ command }: PendingStep): Pool | undefined {
    const { pool } = command.options;
    const { pool: ofRun } = this.#turn.journal;
    return command.operation === undefined && pool?.name !== ofRun ? pool : undefined;
  }

  /** The code has given them up. They may have been given a place by now. */
  async #forgetWithdrawn({ placeWaits }: LiveMemory): Promise<void> {
    await this.#leave(placeWaits.takeWithdrawn().map(({ pool, waiter }) => ({ pool: pool.name, waiter })));
  }

  async #leaveLines(): Promise<void> {
    const { run, runId } = this.#turn;
    const waits = [...(this.#memory?.placeWaits.asked.values() ?? [])].map(({ pool, waiter }) => ({
      pool: pool.name,
      waiter,
    }));
    const ofSteps = (run.placeWaits ?? []).filter(({ waiter }) => waiter.step !== 0);
    const stored = ofSteps.map(({ pool, waiter }) => ({ pool, waiter: { ...waiter, runId } }));
    this.#memory?.placeWaits.clear();
    await this.#leave([...waits, ...stored]);
  }

  async #leave(waits: readonly { readonly pool: string; readonly waiter: Waiter }[]): Promise<void> {
    const { engine, epoch } = this.#turn;
    for (const [name, waiters] of byPool(waits)) {
      try {
        await engine.store.leaveLine(name, waiters.map(lineOrder));
        const gives = waiters.map(({ runId, step }) => ({ runId, step, epoch }));
        await visitPool(engine, this.#seen, name, { gives });
      } catch (error) {
        engine.log.warn('a run waits for a place that it does not need any more', { pool: name, error });
      }
    }
  }

  async #give(places: readonly (readonly [CommandId, { readonly pool: Pool }])[]): Promise<void> {
    const { engine, runId, epoch } = this.#turn;
    const pools = new Map(places.map(([, { pool }]) => [pool.name, pool]));
    for (const pool of pools.values()) {
      const ids = places.filter(([, place]) => place.pool.name === pool.name).map(([id]) => id);
      const gives = ids.map((step): PlaceOwner & { epoch: number } => ({ runId, step, epoch }));
      try {
        await visitPool(engine, this.#seen, pool.name, { code: poolRule(pool), gives });
        for (const id of ids) this.#taken.delete(id);
      } catch (error) {
        engine.log.warn('places in a pool were not given back; others find out when the lease is over', {
          ...{ runId, pool: pool.name },
          error,
        });
      }
    }
  }
}

function byPool(waits: readonly { readonly pool: string; readonly waiter: Waiter }[]): Map<string, Waiter[]> {
  const pools = new Map<string, Waiter[]>();
  for (const { pool, waiter } of waits) pools.set(pool, [...(pools.get(pool) ?? []), waiter]);
  return pools;
}
