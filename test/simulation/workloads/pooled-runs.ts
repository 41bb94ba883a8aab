/**
 * Runs of workflows that have a pool: each has a place in it from its begin to its end, sleep included. They wait behind each
 * other, with keys and priorities; some are stopped, paused or tried again while they wait, some have a time limit, some continue
 * as new, some are forked, or deleted at once when they were stopped. All plans share the two pools, so nothing changes their limits. Nobody waits for ever.
 */
import { continueAsNew } from '../../../lib/api/continue-as-new.ts';
import { pool } from '../../../lib/api/pool.ts';
import { sleep } from '../../../lib/api/sleep.ts';
import { step } from '../../../lib/api/step.ts';
import { workflow } from '../../../lib/api/workflow.ts';
import type { RunLedger } from '../oracle/run-ledger.ts';
import type { Seen } from '../oracle/rule.ts';
import type { RunPlan } from '../plan.ts';
import type { Action } from '../world/act.ts';
import type { Dice } from '../world/dice.ts';
import type { BodyPlan } from '../world/step-bodies.ts';
import { start, type Workload } from './workload.ts';
import { drawFate } from './draw-fate.ts';

interface Story {
  readonly key: string;
  readonly priority: number;
  readonly naps: readonly number[];
  /** Its steps ask for a place of their own in the pool in which the run has one. */
  readonly asksAgain: boolean;
  readonly links: number;
  /** So often the run fails before it is done. */
  readonly breaks: number;
}

const RUN_TIMEOUT_MS = 1_800_000;

const steps = { retry: { maxAttempts: 100_000, firstDelay: '100ms', maxDelay: '1s' } };
const one = pool('runs-one-by-one', { concurrency: 1 });
const few = pool('runs-of-keys', { concurrency: 2, concurrencyPerKey: 1 });

function* body(story: Story, own: typeof one) {
  for (const [index, nap] of story.naps.entries()) {
    const options = story.asksAgain ? { pool: own, key: story.key } : {};
    yield* step(`work ${index}`, options, (): BodyPlan => ({ takesMs: nap % 500, gives: index }));
    yield* sleep(nap);
  }
  yield* step('break', (): BodyPlan => ({ takesMs: 1, failsUntilTry: story.breaks, gives: null }));
  if (story.links > 0) return yield* continueAsNew({ ...story, links: story.links - 1 });
  return 'done';
}

const oneByOne = workflow(
  'one-by-one',
  { steps, pool: one, priority: ({ priority }: Story) => priority },
  (story: Story) => body(story, one),
);

const limited = { steps, timeout: RUN_TIMEOUT_MS, pool: few, key: ({ key }: Story) => key };
const ofKeys = workflow('of-keys', limited, (story: Story) => body(story, few));

export const pooledRunsWorkload: Workload = {
  name: 'pooled runs',
  weight: 1.5,
  workflows: [oneByOne, ofKeys],
  draw(dice, runId) {
    const workflow = dice.pick([oneByOne.name, ofKeys.name]);
    const runs = Array.from({ length: dice.between(1, 4) }, (_, index): Action => {
      const story = drawStory(dice, index === 0);
      const delayMs = story.links === 0 && dice.chance(0.2) ? dice.between(1, 30_000) : undefined;
      const id = index === 0 ? runId : `${runId}-${index}`;
      return { ...start(workflow, story, delayMs), id, waitMs: Math.round(dice.magnitude(1, 10_000)) };
    });
    const [own] = runs as [Action & { do: 'start' }];
    const { breaks, naps } = own.input as Story;
    // Of one that waits there is nothing to fork yet: it is asked for until there is.
    const fork = naps.length > 0 && dice.chance(0.15) ? [[forkOf(runId, dice)]] : [];
    const deletion = fork.length === 0 && breaks === 0 && dice.chance(0.15) ? [stopAndDelete(dice)] : [];
    return {
      workflow,
      input: own.input,
      startAtMs: dice.between(0, 30_000),
      callers: [
        ...runs.map((run, index) => [run, ...(index === 0 ? drawFate(dice) : [])]),
        ...Array.from({ length: breaks }, (): Action[] => [{ do: 'retry', waitMs: 1_000, persists: true }]),
        ...fork,
        ...deletion,
      ],
    };
  },
  judge,
};

function forkOf(runId: string, dice: Dice): Action {
  return {
    do: 'fork',
    before: 'work 0',
    id: forkId(runId),
    waitMs: Math.round(dice.magnitude(10, 60_000)),
    persists: true,
  };
}

const forkId = (runId: string): string => `${runId}.fork`;

function stopAndDelete(dice: Dice): Action[] {
  const waitMs = Math.round(dice.magnitude(10, 30_000));
  return [
    { do: 'terminate', reason: 'no more', waitMs, persists: true },
    { do: 'delete', waitMs: Math.round(dice.magnitude(1, 1_000)), persists: true },
  ];
}

function drawStory(dice: Dice, isOwn: boolean): Story {
  const longestMs = dice.pick([20_000, 20_000, 20_000, 400_000]);
  return {
    key: dice.pick(['a', 'a', 'b', 'c']),
    priority: dice.pick([0, 0, 0, 1, -1]),
    naps: Array.from({ length: dice.between(0, 3) }, () => Math.round(dice.magnitude(1, longestMs))),
    asksAgain: dice.chance(0.3),
    links: dice.pick([0, 0, 0, 1]),
    breaks: isOwn && dice.chance(0.2) ? 1 : 0,
  };
}

function judge(_run: RunLedger, plan: RunPlan, { table }: Seen): string | undefined {
  const actions = plan.callers.flat();
  const forks = actions.flatMap((action) => (action.do === 'fork' ? [{ id: action.id, input: plan.input }] : []));
  const isForked = forks.some(({ id }) => table.ledger.of(id).created !== undefined);
  const starts = actions.flatMap((action) => (action.do === 'start' ? [action] : []));
  const isStopped = actions.some((action) => action.do === 'cancel' || action.do === 'terminate');
  for (const { id = plan.runId, input } of [...starts, ...(isForked ? forks : [])]) {
    const { end, item, isDeleted, isPurged } = table.ledger.of(id);
    if (isDeleted || isPurged) continue;
    if (end === undefined) return `${id} is left ${item?.status}, and waits for ${JSON.stringify(item?.placeWaits)}`;
    const isOwn = id === plan.runId || id === forkId(plan.runId);
    const mayFail = isOwn && (input as Story).breaks > 0;
    if (end.status === 'completed' || (isStopped && isOwn) || (mayFail && end.status === 'failed')) continue;
    if (JSON.stringify(end.result).includes('"TimeoutError"')) continue;
    return `${id} is ${end.status}: ${JSON.stringify(end.result)}`;
  }
  return undefined;
}
