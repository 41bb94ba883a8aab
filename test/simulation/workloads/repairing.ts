/**
 * Runs that fail, and that people try again, once and more, from several sides, fork before a step, stop, and delete. A run
 * that somebody tries again until it is whole ends as one that has never failed.
 */
import type { RunLedger } from '../oracle/run-ledger.ts';
import type { RunPlan } from '../plan.ts';
import type { Action } from '../world/act.ts';
import type { Told } from '../world/callers.ts';
import type { Dice } from '../world/dice.ts';
import { OTHER_STEP } from '../world/other-calls.ts';
import { wrongWithFork } from './forked-end.ts';
import {
  HELPER_MARK,
  made,
  mostRetries,
  NOTE,
  PART,
  REPAIRED,
  type Repaired,
  repairedWorkflows,
  type Stage,
  type Work,
  worksOf,
} from './repaired.ts';
import { start, type Workload } from './workload.ts';

const OWN_MARK = 'the run';
const FORK_MARK = 'the fork';

export const repairingWorkload: Workload = {
  name: 'repairing',
  weight: 2.5,
  workflows: repairedWorkflows,
  draw(dice, runId) {
    const stages = drawStages(dice);
    const input: Repaired = { stages, mark: OWN_MARK, got: [] };
    const force = stages.some((stage) => stage.do === 'noted') && dice.chance(0.8) ? ({ force: true } as const) : {};
    const retry = (persists: boolean, longestMs: number): Action => ({
      do: 'retry',
      ...force,
      waitMs: Math.round(dice.magnitude(1, longestMs)),
      persists,
    });
    const most = mostRetries(stages);
    const person = Array.from({ length: most + 1 }, () => retry(true, 60_000));
    const others = Array.from({ length: dice.pick([0, 0, 1, 2]) }, () =>
      Array.from({ length: dice.between(1, 4) }, () => retry(dice.chance(0.3), 20_000)),
    );
    const signals = Array.from({ length: partsOf(stages) }, (_, index): Action => ({
      do: 'signal',
      name: PART,
      payload: `part ${index}`,
      key: `part ${index}`,
      untilTaken: true,
      waitMs: Math.round(dice.magnitude(1, 20_000)),
      persists: true,
    }));
    // No code receives them: they come at any time, also when the run has failed and is about to be tried again.
    const asides = Array.from({ length: dice.pick([0, 0, 1, 2]) }, (_, sender) =>
      Array.from({ length: dice.between(2, 6) }, (_, index) => aside(dice, `aside ${sender}/${index}`)),
    );
    const forks = Array.from({ length: dice.pick([0, 0, 1, 1, 2]) }, (_, index) =>
      fork(dice, { input, id: `${runId}.fork-${index}` }),
    );
    const stops = dice.chance(0.25) ? [[stop(dice)]] : [];
    // A fork whose other run is gone before its first turn waits for somebody to terminate it.
    const deletes = forks.length === 0 && dice.chance(0.25) ? [[deletion(dice)]] : [];
    return {
      workflow: REPAIRED,
      input,
      startAtMs: dice.between(0, 30_000),
      callers: [
        [start(REPAIRED, input)],
        person,
        ...(signals.length === 0 ? [] : [signals]),
        ...[...others, ...asides, ...forks, ...stops, ...deletes].filter(() => dice.chance(0.9)),
      ],
    };
  },
  judge(run, plan, seen) {
    const told = seen.callers.told.filter(({ runId }) => runId === plan.runId);
    for (const each of told) {
      const wrong = each.action.do === 'fork' ? wrongWithFork(each, run, seen) : undefined;
      if (wrong !== undefined) return wrong;
    }
    return wrongWithEnd(run, plan, told);
  },
  *smaller(plan) {
    const input = plan.input as Repaired;
    for (const index of input.stages.keys()) {
      const smaller = { ...input, stages: input.stages.filter((_, other) => other !== index) };
      const callers = plan.callers.map((actions) =>
        actions.map((action) => (action.do === 'start' ? { ...action, input: smaller } : action)),
      );
      yield { ...plan, input: smaller, callers };
    }
  },
};

function aside(dice: Dice, payload: string): Action {
  return {
    do: 'signal',
    name: 'aside',
    payload,
    waitMs: Math.round(dice.magnitude(1, 20_000)),
    persists: dice.chance(0.3),
  };
}

function drawStages(dice: Dice): Stage[] {
  let named = 0;
  let fails = dice.between(1, 3);
  const draw = (): Work => {
    named += 1;
    const failsUntilTry = fails > 0 && dice.chance(0.4) ? dice.pick([1, 1, 2]) : 0;
    if (failsUntilTry > 0) fails -= 1;
    return { name: `work ${named}`, takesMs: Math.round(dice.magnitude(1, 5_000)), failsUntilTry };
  };
  const hasLinks = dice.chance(0.3);
  const stages = Array.from({ length: dice.between(2, 6) }, (): Stage => {
    const kind = dice.weighted({
      ...{ step: 4, beside: 2, noted: 0.7, sleep: 1, receive: 1.5, child: 1.2 },
      ...(hasLinks ? { link: 1, spawn: 0 } : { link: 0, spawn: 0.8 }),
    });
    switch (kind) {
      case 'beside':
        return { do: kind, works: Array.from({ length: dice.between(2, 4) }, draw) };
      case 'sleep':
        return { do: kind, ms: Math.round(dice.magnitude(1, 60_000)) };
      case 'receive':
      case 'link':
        return { do: kind };
      default:
        return { do: kind, ...draw() };
    }
  });
  return [...stages, { do: 'step', ...draw() }];
}

function partsOf(stages: readonly Stage[]): number {
  return stages.filter((stage) => stage.do === 'receive').length;
}

function fork(dice: Dice, { input, id }: { readonly input: Repaired; readonly id: string }): Action[] {
  const works = worksOf(input.stages);
  const before = dice.pick(works).name;
  // A later link has an input that follows from the one before.
  const hasLinks = input.stages.some((stage) => stage.do === 'link');
  const other = hasLinks || dice.chance(0.3) ? {} : { input: mended(input, before) };
  return [{ do: 'fork', before, id, ...other, waitMs: Math.round(dice.magnitude(10, 120_000)), persists: true }];
}

/** The same, of which nothing fails from the step on. */
function mended({ stages, got }: Repaired, before: string): Repaired {
  const at = stages.findIndex((stage) => worksOf([stage]).some(({ name }) => name === before));
  const mend = <W extends Work>(each: W): W => ({ ...each, failsUntilTry: 0 });
  const whole = stages.map((stage, index): Stage => {
    if (index < at) return stage;
    if (stage.do === 'beside') return { ...stage, works: stage.works.map(mend) };
    return 'failsUntilTry' in stage ? mend(stage) : stage;
  });
  return { stages: whole, mark: FORK_MARK, got };
}

function stop(dice: Dice): Action {
  const waitMs = Math.round(dice.magnitude(10, 120_000));
  return { do: dice.pick(['cancel', 'terminate'] as const), reason: 'no more', waitMs, persists: dice.chance(0.5) };
}

function deletion(dice: Dice): Action {
  return { do: 'delete', waitMs: Math.round(dice.magnitude(10, 300_000)), persists: dice.chance(0.8) };
}

function wrongWithEnd(run: RunLedger, { input, callers }: RunPlan, told: readonly Told[]): string | undefined {
  const { stages } = input as Repaired;
  const actions = callers.flat();
  const isPlanned = (kind: Action['do']): boolean => actions.some((action) => action.do === kind);
  if (run.isDeleted) return isPlanned('delete') ? undefined : 'it was deleted, and nobody has asked for that';
  const { end, item } = run;
  switch (end?.status) {
    case undefined:
      // Without its caller, or its signals, it waits.
      return isWhole(told, stages) ? `the run is left ${item?.status}` : undefined;
    case 'completed':
      return JSON.stringify(end.result) === JSON.stringify(expected(stages))
        ? undefined
        : `it gave ${JSON.stringify(end.result)}, and was to give ${JSON.stringify(expected(stages))}`;
    case 'cancelled':
      return isPlanned('cancel') ? undefined : 'it was cancelled, and nobody has asked for that';
    case 'terminated':
      return isPlanned('terminate') ? undefined : 'it was terminated, and nobody has asked for that';
    case 'failed':
      return wrongWithFailure(run, stages, told);
  }
}

/** Who persists has tried it again until it was whole, unless that was refused. */
function wrongWithFailure(run: RunLedger, stages: readonly Stage[], told: readonly Told[]): string | undefined {
  const retries = told.filter(({ action }) => action.do === 'retry');
  const refusal = retries.find(({ error, outcome }) => outcome !== 'accepted' && codeOf(error) === 'RETRY_REFUSED');
  const tries = run.reopened.length;
  if (refusal !== undefined)
    return mayBeRefused(refusal, stages) ? undefined : `a retry was refused: ${String(refusal.error)}`;
  const persisting = retries.filter(({ action, outcome }) => action.persists && outcome === 'accepted').length;
  if (tries < mostRetries(stages) && persisting < mostRetries(stages)) return undefined;
  return `it is left failed, after ${tries} retries: ${JSON.stringify(run.end?.result).slice(0, 300)}`;
}

function codeOf(error: unknown): unknown {
  return (error as { readonly code?: unknown } | undefined)?.code;
}

/** What was done after the failure, or a child that was stopped with the run. */
function mayBeRefused({ error, action }: Told, stages: readonly Stage[]): boolean {
  const text = String(error);
  if (text.includes('after the failure it has done')) {
    // A child had failed beside what was done.
    if (stages.some((stage) => stage.do === 'spawn' && stage.failsUntilTry > 0)) return true;
    const isForced = action.do === 'retry' && action.force === true;
    return !isForced && stages.some((stage) => stage.do === 'noted') && text.includes(`"${NOTE}#`);
  }
  // A turn of code that does not follow may have asked for another step first.
  return text.includes(OTHER_STEP);
}

function isWhole(told: readonly Told[], stages: readonly Stage[]): boolean {
  const accepted = told.filter(({ outcome }) => outcome === 'accepted').map(({ action }) => action);
  const sent = accepted.filter((action) => action.do === 'signal' && action.name === PART).length;
  return accepted.some((action) => action.do === 'start') && sent >= partsOf(stages);
}

/** What it gives when nothing fails any more. */
function expected(stages: readonly Stage[]): string[] {
  let parts = 0;
  const spawned: string[] = [];
  const got = stages.flatMap((stage): string[] => {
    switch (stage.do) {
      case 'sleep':
      case 'link':
        return [];
      case 'receive':
        parts += 1;
        return [`part ${parts - 1}`];
      case 'beside':
        return stage.works.map(({ name }) => made(OWN_MARK, name));
      case 'spawn':
        spawned.push(made(HELPER_MARK, stage.name));
        return [];
      case 'child':
        return [made(HELPER_MARK, stage.name)];
      default:
        return [made(OWN_MARK, stage.name)];
    }
  });
  return [...got, ...spawned];
}
