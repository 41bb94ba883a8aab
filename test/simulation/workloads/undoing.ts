/**
 * A run of which the steps have undos, and which fails, is cancelled, or is terminated with them: each step that has
 * completed is undone once, the last first, and nothing else runs after that.
 */
import { createTask } from '../../../lib/api/create-task.ts';
import { gather } from '../../../lib/api/gather.ts';
import { sleep } from '../../../lib/api/sleep.ts';
import { step } from '../../../lib/api/step.ts';
import { workflow } from '../../../lib/api/workflow.ts';
import type { Coroutine } from '../../../lib/core/awaitable.ts';
import type { RunLedger } from '../oracle/run-ledger.ts';
import type { RunPlan } from '../plan.ts';
import { NEVER } from '../programs/program.ts';
import type { Action } from '../world/act.ts';
import { leaveError } from '../world/code-turn.ts';
import type { BodyPlan } from '../world/step-bodies.ts';
import { start, type Workload } from './workload.ts';

interface Deed {
  readonly name: string;
  readonly takesMs: number;
  /** `body`: its undo is the body of a step; `run`: it is code of the run. */
  readonly undo: 'body' | 'run' | 'failing' | 'none';
  readonly isAtTheSide: boolean;
}

interface Deeds {
  readonly deeds: readonly Deed[];
  /** `is careless`: its code leaves an error behind, by which the run fails. */
  readonly ends: 'fails' | 'waits' | 'is careless';
}

const steps = { retry: { maxAttempts: 100_000, firstDelay: '100ms', maxDelay: '1s' } };

/** Their results and undos are what the simulator carries out: data. */
const UNDOS = {
  body: ({ takesMs }: Deed): unknown => ({ takesMs, gives: null }) satisfies BodyPlan,
  failing: (): unknown => ({ takesMs: 10, gives: null, failsForGood: 'no way back' }) satisfies BodyPlan,
  *run({ name, takesMs }: Deed): Coroutine<void> {
    yield* sleep(takesMs);
    yield* step(`take back ${name}`, (): BodyPlan => ({ takesMs, gives: null }));
  },
};

function act(deed: Deed) {
  const body = (): BodyPlan => ({ takesMs: deed.takesMs, gives: deed });
  if (deed.undo === 'none') return step<unknown>(deed.name, body);
  const undo = UNDOS[deed.undo] as (deed: unknown) => void;
  return step<unknown>(deed.name, { undo }, body);
}

const undoing = workflow('undoing', { steps }, function* ({ deeds, ends }: Deeds) {
  const beside = deeds.filter((deed) => deed.isAtTheSide).map((deed) => createTask(act(deed)));
  for (const deed of deeds) if (!deed.isAtTheSide) yield* act(deed);
  if (ends === 'is careless') leaveError('code', 0);
  if (ends === 'fails') throw new Error('out of stock');
  try {
    yield* gather(beside);
    yield* sleep(NEVER);
  } finally {
    yield* step('clean up', (): BodyPlan => ({ takesMs: 50, gives: null }));
  }
});

export const undoingWorkload: Workload = {
  name: 'undoing',
  weight: 1.2,
  workflows: [undoing],
  draw(dice) {
    const deeds = Array.from({ length: dice.between(1, 5) }, (_, index): Deed => ({
      name: `deed ${index}`,
      takesMs: Math.round(dice.magnitude(1, 3_000)),
      undo: dice.pick(['body', 'body', 'run', 'failing', 'none'] as const),
      isAtTheSide: dice.chance(0.3),
    }));
    const input: Deeds = { deeds, ends: dice.pick(['fails', 'waits', 'waits', 'is careless'] as const) };
    const stops = Array.from({ length: input.ends === 'waits' ? dice.between(1, 2) : dice.below(2) }, (_, index) =>
      stop(dice.chance(0.4), index, Math.round(dice.magnitude(10, 20_000)), index === 0 || dice.chance(0.5)),
    );
    return {
      workflow: undoing.name,
      input,
      startAtMs: dice.between(0, 30_000),
      callers: [[start(undoing.name, input)], ...stops.map((action) => [action])],
    };
  },
  judge: judgeUndos,
};

function stop(terminates: boolean, index: number, waitMs: number, persists: boolean): Action {
  const reason = `stop ${index}`;
  return terminates
    ? { do: 'terminate', reason, undo: true, waitMs, persists }
    : { do: 'cancel', reason, waitMs, persists };
}

function judgeUndos({ end, item, entries, commands }: RunLedger, { input, callers }: RunPlan) {
  if (end === undefined) return `the run is left ${item?.status}`;
  const { deeds, ends } = input as Deeds;
  if (end.status === 'completed') return 'it completed, and nothing in it does';
  if (end.status === 'failed' && ends === 'waits') return 'it failed, and nothing in it does';
  if (ends === 'is careless' && callers.length === 1 && end.status !== 'failed')
    return `it is ${end.status}, not failed`;
  const done: string[] = [];
  const undone: string[] = [];
  const back: string[] = [];
  let isTerminated = false;
  for (const entry of entries) {
    isTerminated ||= entry.kind === 'terminate-requested' && entry.unread !== true;
    isTerminated ||= entry.kind === 'code-stopped';
    if (isTerminated && entry.kind === 'step' && entry.name === 'clean up')
      return 'it cleaned up after its code was stopped';
    if (entry.kind !== 'step-completed' && entry.kind !== 'step-failed') continue;
    const { name = '' } = commands.get(entry.id) ?? {};
    const deed = deeds.find((one) => one.name === name);
    if (name.startsWith('undo ')) undone.push(name.slice(5));
    else if (name.startsWith('take back ')) back.push(name.slice(10));
    else if (undone.length > 0) return `"${name}" ended after the undos had begun`;
    else if (deed !== undefined && deed.undo !== 'none' && entry.kind === 'step-completed') done.push(name);
  }
  const toUndo = done.toReversed();
  if (undone.join() !== toUndo.join()) return `to be undone: ${toUndo.join()}; undone: ${undone.join()}`;
  const toTakeBack = toUndo.filter((name) => deeds.some((deed) => deed.name === name && deed.undo === 'run'));
  if (back.join() !== toTakeBack.join()) return `to be taken back: ${toTakeBack.join()}; taken back: ${back.join()}`;
  const failed = toUndo.filter((name) => deeds.some((deed) => deed.name === name && deed.undo === 'failing'));
  const listed = JSON.stringify(end.result).split('no way back').length - 1;
  return failed.length > 0 && listed === 0 ? 'the error does not list the undo that failed' : undefined;
}
