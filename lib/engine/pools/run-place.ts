/**
 * The place that a run has in its workflow's pool, from its begin to its end, sleep included. It is taken before the journal
 * begins, whose first entry says so, and is given back when the end is written: by the turn that writes it, or, if its worker
 * is lost, by the worker that looks at the place next and finds the run closed.
 *
 * A run that waits has not begun: nothing is in its journal, and messages stay in its inbox. One that is to be stopped, by a
 * request or because its time is up, waits no more: its code begins without a place, learns of it first, and cleans up. One that
 * is tried again begins anew, with another place.
 *
 * Tested by: test/engine/pools/run-places.test.ts, test/engine/pools/run-place-crashes.test.ts, test/engine/pools/run-place-lost.test.ts
 */
import { decode } from '../../codec/decode.ts';
import { type Pool, poolRule } from '../../core/pool.ts';
import { toRunRank, type RunPlacing, type RunRank } from '../../core/run-placing.ts';
import { toError } from '../../core/to-error.ts';
import { UnknownWorkflowError } from '../../core/workflow-registry.ts';
import { readableEntries } from '../../journal/find-damage.ts';
import { isToStop } from '../../ports/message.ts';
import { lineOrder, type Waiter } from '../../ports/pool.ts';
import type { PlaceWait } from '../../ports/run-item.ts';
import { blockRun } from '../block.ts';
import { isForkedThere } from '../go-on.ts';
import { loadInbox } from '../inbox.ts';
import { linkOf } from '../link-before.ts';
import { loadInput } from '../load-input.ts';
import { deadlineOf } from '../run-deadline.ts';
import { sendWake, wakeAt } from '../send-wake.ts';
import { failBeforeBegin } from '../terminate.ts';
import type { TurnEnd } from '../turn-end.ts';
import type { Turn } from '../turn-state.ts';
import { type SeenPools, visitPool } from './visit-pool.ts';

/** What has the place of the run itself, among those of its steps. */
const RUN = 0;

interface Waits {
  readonly pool: string;
  readonly waiter: Waiter;
  readonly isInLine: boolean;
}

export class RunPlace {
  readonly #turn: Turn;
  readonly #seen: SeenPools;
  /** As of the turn before, then as of this one. */
  #waits: Waits | undefined;

  constructor(turn: Turn, seen: SeenPools) {
    this.#turn = turn;
    this.#seen = seen;
    this.#waits = toWaits(turn.run);
  }

  /** `begin`: it has its place, or goes without one. Else the turn has ended so. */
  async wait(): Promise<TurnEnd | { readonly kind: 'begin' }> {
    const turn = this.#turn;
    const { engine, run } = turn;
    const definition = engine.registry.find(run.workflow);
    if (definition === undefined) return this.#withoutCode();
    const { placing } = definition;
    if (this.#waits !== undefined && this.#waits.pool !== placing?.pool.name) await this.#leave(); // other code
    if (placing === undefined || (await hasBegun(turn))) return { kind: 'begin' };
    for (;;) {
      const inbox = await loadInbox(turn);
      if (inbox.kind === 'lost') return { kind: 'lease-lost' };
      const isToBeStopped =
        turn.inbox.some(({ kind }) => isToStop(kind)) || this.#deadlineAtMs() <= engine.clock.nowMs();
      // The journal is not loaded yet: it may have these already, by a worker that died.
      turn.inbox.length = 0;
      // A fork whose other run is gone is blocked when it begins, and would have its place until an operator terminates it.
      if (inbox.kind === 'damaged' || isToBeStopped || (await isForkOfNothing(turn))) {
        await this.#leave();
        return { kind: 'begin' };
      }
      const ranked = this.#waits === undefined ? await this.#toRank(placing) : this.#waits.waiter;
      if (ranked instanceof Error) return failBeforeBegin(turn, ranked);
      // Of one that is paused, what it wants is for the turn after its resume.
      const asked = turn.isPaused ? { againAtMs: 0 } : await this.#ask(placing.pool, ranked);
      if (asked === 'taken') return { kind: 'begin' };

      const { wakesSeen, inboxIds, lettersSeen, epoch, runId, isPaused } = turn;
      const dueAtMs = Math.min(asked.againAtMs, this.#deadlineAtMs());
      const release = await engine.store.release(runId, {
        ...{ epoch, wakesSeen, inboxIds, lettersSeen, status: 'pending' },
        ...(isPaused ? { isPaused: true as const } : {}),
        ...wakeAt(engine, dueAtMs === Infinity ? undefined : dueAtMs),
        ...this.#toStored(),
      });
      if (release.kind === 'lost') return { kind: 'lease-lost' };
      if (release.kind === 'done') {
        if (dueAtMs !== Infinity && !isPaused) await sendWake(turn, dueAtMs);
        return { kind: 'suspended', dueAtMs: dueAtMs === Infinity ? undefined : dueAtMs };
      }
      turn.refreshFrom(release.run);
    }
  }

  /**
   * Other code knows whether the run needs a place. A takeover, a retry and a fork would begin its journal, which has to say so:
   * of a run that has not begun it is left to that code.
   */
  async #withoutCode(): Promise<TurnEnd | { readonly kind: 'begin' }> {
    const turn = this.#turn;
    const { run, engine } = turn;
    const writesNothing = run.lease === undefined && run.goesOnFrom === undefined;
    if (writesNothing || (await hasBegun(turn))) return { kind: 'begin' };
    return blockRun(turn, new UnknownWorkflowError(run.workflow, engine.registry.names()));
  }

  /** The run has ended. */
  async giveBack(): Promise<void> {
    const { engine, run, journal } = this.#turn;
    // One that was lost before the journal began may have taken a place.
    const ofLost = run.lease === undefined ? undefined : engine.registry.find(run.workflow)?.placing?.pool.name;
    const pools = new Set([journal.pool, this.#waits?.pool, ofLost]);
    for (const pool of pools) if (pool !== undefined) await this.#give(pool);
  }

  async #ask(pool: Pool, ranked: RunRank | Waiter): Promise<'taken' | { readonly againAtMs: number }> {
    const turn = this.#turn;
    const { engine, run, runId, epoch, lease } = turn;
    const { name } = pool;
    const { createdAtMs, notBeforeMs = createdAtMs, goesOnFrom } = run;
    const sinceMs = goesOnFrom?.kind === 'retry' ? engine.clock.nowMs() : notBeforeMs;
    const waiter: Waiter = { turn: 0, sinceMs, ...ranked, runId, step: RUN };
    this.#waits ??= { pool: name, waiter, isInLine: false };
    const visited = await visitPool(engine, this.#seen, name, {
      code: poolRule(pool),
      asks: [{ waiter, wasInLine: this.#waits.isInLine }],
      lease: { epoch, expiresAtMs: lease.expiresAtMs },
    });
    if (visited.taken.has(RUN)) {
      this.#waits = undefined;
      turn.journal.pool = name;
      return 'taken';
    }
    const [inLine] = visited.inLine;
    this.#waits = { pool: name, waiter: inLine ?? waiter, isInLine: inLine !== undefined };
    return { againAtMs: visited.laterAtMs.get(RUN) ?? Infinity };
  }

  /**
   * One whose input this code cannot read waits all the same, and is blocked when it begins; so does one of which other code
   * could say it. An error: the author's functions are wrong, and the run has no begin.
   */
  async #toRank(placing: RunPlacing): Promise<RunRank | Error> {
    const { engine, run } = this.#turn;
    const loaded = await loadInput(engine, run);
    if (loaded.kind === 'cannot-replay') return { priority: 0 };
    let input: unknown;
    try {
      input = decode(loaded.value);
    } catch {
      return { priority: 0 };
    }
    try {
      return toRunRank(placing, input, run.workflow);
    } catch (error) {
      return run.goesOnFrom === undefined ? toError(error) : { priority: 0 };
    }
  }

  #toStored(): { readonly placeWaits?: readonly PlaceWait[] } {
    if (this.#waits?.isInLine !== true) return {};
    const { runId: _runId, ...waiter } = this.#waits.waiter;
    return { placeWaits: [{ pool: this.#waits.pool, waiter }] };
  }

  #deadlineAtMs(): number {
    const { engine, run } = this.#turn;
    const ownTimeoutMs = run.goesOnFrom === undefined ? engine.registry.find(run.workflow)?.timeoutMs : undefined;
    return (run.goesOnFrom === undefined ? deadlineOf(run, ownTimeoutMs) : run.deadlineAtMs) ?? Infinity;
  }

  /**
   * It needs no place any more. Where its last worker was lost, the first entry of the journal may be on its way from that one,
   * and say that it has a place: so that is kept until the run ends.
   */
  async #leave(): Promise<void> {
    const { run } = this.#turn;
    if (this.#waits === undefined || run.lease !== undefined) return;
    const { pool } = this.#waits;
    await this.#give(pool);
    this.#waits = undefined;
  }

  /** What fails is found out by those who want a place. */
  async #give(pool: string): Promise<void> {
    const { engine, runId, epoch } = this.#turn;
    try {
      if (this.#waits?.pool === pool) await engine.store.leaveLine(pool, [lineOrder(this.#waits.waiter)]);
      await visitPool(engine, this.#seen, pool, { gives: [{ runId, step: RUN, epoch }], looksAnew: true });
    } catch (error) {
      engine.log.warn('the place of a run was not given back; others find out within minutes', { runId, pool, error });
    }
  }
}

function toWaits({ runId, placeWaits = [] }: Turn['run']): Waits | undefined {
  const wait = placeWaits.find(({ waiter }) => waiter.step === RUN);
  return wait && { pool: wait.pool, waiter: { ...wait.waiter, runId }, isInLine: true };
}

async function isForkOfNothing({ engine, run: { goesOnFrom } }: Turn): Promise<boolean> {
  return goesOnFrom?.kind === 'fork' && !(await isForkedThere(engine, goesOnFrom));
}

/** After a worker that died, one that blocked the run, and a retry, only the journal says. A later link goes on with its place. */
async function hasBegun({ engine, runId, run }: Turn): Promise<boolean> {
  const { goesOnFrom, lease, status } = run;
  const isRetry = goesOnFrom?.kind === 'retry';
  if (linkOf(run) > 1 && !isRetry) return true;
  const isToldByStatus = lease === undefined && status !== 'blocked' && status !== 'paused';
  if (isToldByStatus && !isRetry) return status !== 'pending';
  const records = await engine.store.loadRecords(runId, 0, undefined, linkOf(run));
  if (!isRetry) return records.length > 0;
  const { number } = goesOnFrom;
  return readableEntries(records).some((entry) => entry.kind === 'retried' && entry.number >= number);
}
