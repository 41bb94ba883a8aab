/**
 * The first turn of a run, in the process that starts it: there is no way through the queue, and no lease to be taken. The
 * run is created by the turn itself (create-run.ts). Near its time limit the turn ends as any other, and the queue goes on.
 *
 * Not its job: to decide what a start is, or to send the wake of a run of which it took no turn (the client).
 *
 * Tested by: test/engine/first-turn.test.ts, test/engine/first-turn-crashes.test.ts
 */
import type { Encoded } from '../core/encoded.ts';
import { isOwnName } from '../core/own-names.ts';
import type { FirstTurnRequest, FirstTurnResult } from '../ports/first-turns.ts';
import type { RunItem } from '../ports/run-item.ts';
import type { CreateRunResult, NewRun } from '../ports/store.ts';
import type { Creation } from './create-run.ts';
import type { Engine } from './settings.ts';
import { goThrough, type Process } from './turn.ts';
import type { TurnEnd } from './turn-end.ts';
import { Turn } from './turn-state.ts';

/** With how the turn ended; without, it has ended in an error, or there was none. */
export type FirstTurnTaken = FirstTurnResult & { readonly end?: TurnEnd };

export async function takeFirstTurn(
  engine: Engine,
  { solitude, ...ofProcess }: Process,
  request: FirstTurnRequest,
): Promise<FirstTurnTaken> {
  const { run, value, deadlineAtMs } = request;
  if (!isForStarter(engine, run)) return { kind: 'not-taken' };
  const paused = await ofProcess.pausedWorkflows.within(engine.workflowListMaxAgeMs);
  if (paused.has(run.workflow)) return { kind: 'not-taken' };
  const place = await solitude.join(deadlineAtMs);
  if (place === 'too-late') return { kind: 'not-taken' };
  try {
    const shared = { engine, place, ...ofProcess };
    const nonce = engine.newNonce();
    const beganAtMs = engine.clock.nowMs();
    const expiresAtMs = beganAtMs + engine.leaseMs;
    const endsByMs = deadlineAtMs - Math.min(engine.deadlineMarginMs, (deadlineAtMs - beganAtMs) / 4);
    const creation = new OneCreation({ run, lease: { owner: nonce, expiresAtMs } }, request.create);
    const times = { beganAtMs, expiresAtMs, endsByMs };
    const turn = new Turn({ ...shared, ...times, run: asRunItem(run, value), nonce, creation });
    const end = await carryOut(turn, creation);
    if (creation.result?.kind === 'created') return { ...creation.result, ...(end && { end }) };
    return creation.result ?? { kind: 'not-taken' };
  } finally {
    place.leave();
  }
}

/** What fails before the run is there is the start's failure, or no reason against it; afterwards the run is there. */
async function carryOut(turn: Turn, creation: OneCreation): Promise<TurnEnd | undefined> {
  const { log } = turn.engine;
  const { runId } = turn;
  try {
    return await goThrough(turn);
  } catch (error) {
    if (creation.failure !== undefined) throw error;
    if (creation.result === undefined) log.warn('a run is begun by a worker: its starter could not', { runId, error });
    else
      log.error('the first turn of a run ended in an error; a worker goes on when its lease is over', { runId, error });
    return undefined;
  }
}

/**
 * Others are begun by a worker: those with a delay, forks, runs of lull's own, and runs that are pinned to a worker's version.
 * So are those in a pool: a place is for a run that is there.
 */
function isForStarter({ registry, pin }: Engine, { workflow, notBeforeMs, goesOnFrom }: NewRun): boolean {
  if (notBeforeMs !== undefined || goesOnFrom !== undefined || pin !== undefined) return false;
  const definition = registry.find(workflow);
  return !isOwnName(workflow) && definition !== undefined && definition.placing === undefined;
}

/** As a worker would find it. The input is at hand. */
function asRunItem(run: NewRun, value: Encoded): RunItem {
  return { ...run, input: { kind: 'inline', value }, status: 'pending', epoch: 0, wakes: 0, inboxIds: [] };
}

class OneCreation implements Creation {
  readonly run: NewRun;
  readonly lease: Creation['lease'];
  result: CreateRunResult | undefined;
  failure: { readonly error: unknown } | undefined;
  readonly #create: Creation['create'];

  constructor({ run, lease }: Pick<Creation, 'run' | 'lease'>, create: Creation['create']) {
    this.run = run;
    this.lease = lease;
    this.#create = create;
  }

  async create(run: NewRun): Promise<CreateRunResult> {
    try {
      return await this.#create(run);
    } catch (error) {
      this.failure = { error };
      throw error;
    }
  }
}
