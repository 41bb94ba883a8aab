/**
 * Runs that share a pool: their steps want places, one after the other or at once, with keys and priorities; some give up
 * while they wait, some fail a few times. Meanwhile its limits are changed, and it is paused. All that is asked for is done
 * in the end: nobody waits for ever.
 */
import { gather } from '../../../lib/api/gather.ts';
import { pool } from '../../../lib/api/pool.ts';
import { race } from '../../../lib/api/race.ts';
import { sleep } from '../../../lib/api/sleep.ts';
import { step } from '../../../lib/api/step.ts';
import { workflow } from '../../../lib/api/workflow.ts';
import type { Awaitable, Coroutine } from '../../../lib/core/awaitable.ts';
import type { PoolLimits } from '../../../lib/core/pool.ts';
import type { RunLedger } from '../oracle/run-ledger.ts';
import type { Seen } from '../oracle/rule.ts';
import type { RunPlan } from '../plan.ts';
import type { Action } from '../world/act.ts';
import type { Dice } from '../world/dice.ts';
import type { BodyPlan } from '../world/step-bodies.ts';
import { start, type Workload } from './workload.ts';
import { drawFate } from './draw-fate.ts';

interface Work {
  readonly name: string;
  readonly key?: string;
  readonly priority: number;
  readonly takesMs: number;
  readonly fails: number;
  /** It is given up after so long. */
  readonly patienceMs?: number;
}

interface Story {
  readonly pool: string;
  readonly limits: PoolLimits;
  readonly rounds: readonly (readonly Work[])[];
  readonly sleepMs: number;
}

const GIVEN_UP = 'given up';
const retry = { maxAttempts: 100_000, firstDelay: '100ms', maxDelay: '1s' };

const pooling = workflow('pooling', { steps: { retry } }, function* (story: Story) {
  const shared = pool(story.pool, story.limits);
  const one = (work: Work): Awaitable<string> => {
    const { name, key, priority, takesMs, fails } = work;
    const options = { pool: shared, priority, ...(key === undefined ? {} : { key }) };
    return step(name, options, (): BodyPlan => ({ takesMs, fails, gives: name })) as unknown as Awaitable<string>;
  };
  const impatient = function* (work: Work, patienceMs: number): Coroutine<string> {
    const { key, value } = yield* race({ work: one(work), time: sleep(patienceMs) });
    return key === 'work' ? value : GIVEN_UP;
  };
  const done: string[] = [];
  for (const works of story.rounds) {
    const all = works.map((work) => (work.patienceMs === undefined ? one(work) : impatient(work, work.patienceMs)));
    done.push(...(yield* gather(all)));
    yield* sleep(story.sleepMs);
  }
  return done;
});

export const poolingWorkload: Workload = {
  name: 'pooling',
  weight: 2,
  workflows: [pooling],
  draw(dice, runId) {
    const name = `pool-${runId}`;
    const limits = drawLimits(dice);
    const wait = (): number => Math.round(dice.magnitude(1, 20_000));
    const runs = Array.from({ length: dice.between(1, 5) }, (_, index): Action => {
      const input = drawStory(dice, { name, limits });
      return { ...start(pooling.name, input), id: index === 0 ? runId : `${runId}-${index}`, waitMs: wait() };
    });
    const change = (call: 'set' | 'reset' | 'pause' | 'resume' | 'describe'): Action => ({
      ...{ do: 'pool', pool: name, call, waitMs: wait(), persists: true },
      ...(call === 'set' ? { limits: drawLimits(dice) } : {}),
    });
    const [own] = runs as [Action & { do: 'start' }];
    return {
      workflow: pooling.name,
      input: own.input,
      startAtMs: dice.between(0, 30_000),
      callers: [
        ...runs.map((run, index) => [run, ...(index === 0 ? drawFate(dice) : [])]),
        ...(dice.chance(0.3) ? [[change('pause'), change('describe'), change('resume')]] : []),
        ...(dice.chance(0.3) ? [[change('set'), change('set'), ...(dice.chance(0.5) ? [change('reset')] : [])]] : []),
      ],
    };
  },
  judge,
};

/** Always some. A pool that limits keys needs a key for each step, so all have one. */
function drawLimits(dice: Dice): PoolLimits {
  const rate = (most: number) => ({ limit: dice.pick([1, 2, 3, most]), per: Math.round(dice.magnitude(200, 40_000)) });
  const limits = {
    ...(dice.chance(0.7) ? { concurrency: dice.between(1, 3) } : {}),
    ...(dice.chance(0.2) ? { concurrencyPerKey: dice.between(1, 2) } : {}),
    ...(dice.chance(0.3) ? { rate: rate(40) } : {}),
    ...(dice.chance(0.15) ? { ratePerKey: rate(3) } : {}),
  };
  return Object.keys(limits).length === 0 ? { concurrency: 1 } : limits;
}

function drawStory(dice: Dice, { name, limits }: { readonly name: string; readonly limits: PoolLimits }): Story {
  const work = (round: number, index: number): Work => ({
    name: `${round}/${index}`,
    key: dice.pick(['a', 'a', 'b', 'c']),
    priority: dice.pick([0, 0, 0, 1, -1]),
    takesMs: Math.round(dice.magnitude(1, dice.pick([100, 1_000, 8_000]))),
    fails: dice.pick([0, 0, 0, 1]),
    ...(dice.chance(0.15) ? { patienceMs: Math.round(dice.magnitude(50, 30_000)) } : {}),
  });
  const rounds = Array.from({ length: dice.between(1, 3) }, (_, round) =>
    Array.from({ length: dice.between(1, 3) }, (_, index) => work(round, index)),
  );
  return { pool: name, limits, rounds, sleepMs: Math.round(dice.magnitude(1, 5_000)) };
}

function judge(_run: RunLedger, plan: RunPlan, { table }: Seen): string | undefined {
  const { line, state } = table.ledger.pools.of((plan.input as Story).pool);
  if (state.pausedAtMs !== undefined) return undefined; // of a plan that was made smaller
  const starts = plan.callers.flat().flatMap((action) => (action.do === 'start' ? [action] : []));
  const isStopped = plan.callers.flat().some((action) => action.do === 'cancel' || action.do === 'terminate');
  for (const { id = plan.runId, input } of starts) {
    const { end, item } = table.ledger.of(id);
    const mayStop = isStopped && id === plan.runId;
    if (end === undefined) return `${id} is left ${item?.status}, and waits for ${JSON.stringify(item?.placeWaits)}`;
    if (end.status !== 'completed' && mayStop) continue;
    if (end.status !== 'completed') return `${id} is ${end.status}: ${JSON.stringify(end.result)}`;
    const works = (input as Story).rounds.flat();
    const done = end.result as unknown as readonly string[];
    const wrong = works.find(({ name, patienceMs }, index) => {
      return done[index] !== name && !(patienceMs !== undefined && done[index] === GIVEN_UP);
    });
    if (wrong !== undefined) return `${id} has ${JSON.stringify(done)}, and was asked for ${wrong.name}`;
  }
  const left = [...line.values()];
  return left.length === 0 ? undefined : `all have ended, and ${JSON.stringify(left)} are in the line`;
}
