/** Code that changes under its runs: each deploy knows one more patch, and each round takes the branch of one. */
import { patched } from '../../../lib/api/patched.ts';
import { signal } from '../../../lib/api/signal.ts';
import { sleep } from '../../../lib/api/sleep.ts';
import { step } from '../../../lib/api/step.ts';
import { workflow } from '../../../lib/api/workflow.ts';
import type { AnyWorkflow } from '../../../lib/core/workflow.ts';
import type { RunLedger } from '../oracle/run-ledger.ts';
import type { RunPlan } from '../plan.ts';
import type { Action } from '../world/act.ts';
import { newStep, oldStep, patchName } from '../world/patches.ts';
import type { BodyPlan } from '../world/step-bodies.ts';
import type { Incident } from '../world/weather.ts';
import { start, type Workload } from './workload.ts';

interface Changing {
  /** The patch of each round: a round may ask for one that an earlier round asked for. */
  readonly patches: readonly number[];
  readonly sleepMs: number;
  readonly takesMs: number;
}

const PATCHES = 5;
const LATEST_DEPLOY_MS = 10 * 60_000;

const goOn = signal<number>('go on');
const steps = { retry: { maxAttempts: 100_000, firstDelay: '100ms', maxDelay: '5s' } };

/** As it is in code that knows so many patches. */
function changing(known: number): AnyWorkflow {
  return workflow('changing', { steps }, function* ({ patches, sleepMs, takesMs }: Changing) {
    const took: unknown[] = [];
    const answers = new Map<number, boolean>();
    for (const [round, patch] of patches.entries()) {
      const isNew = patch < known && patched(patchName(patch));
      if (isNew !== (answers.get(patch) ?? isNew)) throw new Error(`patch ${patch} was answered otherwise before`);
      answers.set(patch, isNew);
      const name = isNew ? newStep(patch) : oldStep(patch);
      took.push(yield* step(name, (): BodyPlan => ({ takesMs, gives: name })));
      if (round % 2 === 1) yield* goOn.receive();
      if (round % 3 > 0) yield* sleep(sleepMs);
    }
    return took;
  });
}

export const patchedWorkload: Workload = {
  name: 'patched',
  weight: 2,
  workflows: [changing(Infinity)],
  workflowsKnowing: (known) => [changing(known)],
  draw(dice) {
    const input: Changing = {
      patches: Array.from({ length: dice.between(2, 12) }, () => dice.below(PATCHES)),
      sleepMs: Math.round(dice.magnitude(100, 120_000)),
      takesMs: Math.round(dice.magnitude(1, 3_000)),
    };
    const pauseMs = dice.magnitude(100, 120_000);
    return {
      workflow: 'changing',
      input,
      startAtMs: dice.between(0, dice.pick([60_000, LATEST_DEPLOY_MS])),
      callers: [[start('changing', input), ...tellToGoOn(input, () => Math.round(pauseMs * dice.next()))]],
    };
  },
  befalls(dice, untilMs) {
    return Array.from({ length: dice.between(1, PATCHES + 1) }, (): Incident => {
      const atMs = Math.round(dice.next() * Math.min(untilMs, LATEST_DEPLOY_MS));
      return { kind: dice.weighted({ deploy: 4, 'deploy-back': 1 }), atMs };
    });
  },
  judge(run, plan) {
    if (run.end?.status !== 'completed') return `the run is left ${run.item?.status}: ${JSON.stringify(run.end)}`;
    const took = run.end.result as unknown as readonly string[];
    return whatIsWrong(run, (plan.input as Changing).patches, took);
  },
  *smaller(plan) {
    const input = plan.input as Changing;
    for (const round of input.patches.keys()) {
      yield withInput(plan, { ...input, patches: input.patches.toSpliced(round, 1) });
    }
  },
};

/** What each round took, held against the journal: the steps that it asked for, and the patches that it says. */
function whatIsWrong({ entries, commands }: RunLedger, patches: readonly number[], took: readonly string[]) {
  const applied = entries.flatMap((entry) => (entry.kind === 'patched' ? [entry.patch] : []));
  if (new Set(applied).size < applied.length) return `patches were recorded twice: ${applied.join(', ')}`;
  const expected = patches.map((patch) => (applied.includes(patchName(patch)) ? newStep(patch) : oldStep(patch)));
  if (took.join() !== expected.join()) {
    return `the rounds took ${took.join(', ')}; with the patches that the journal has it were ${expected.join(', ')}`;
  }
  const asked = [...commands.values()].flatMap(({ name }) => (/^(old|new) /.test(name) ? [name] : []));
  return asked.join() === took.join()
    ? undefined
    : `the journal has ${asked.join(', ')}, and the result ${took.join()}`;
}

function tellToGoOn({ patches }: Changing, waitMs: () => number): Action[] {
  return Array.from({ length: Math.floor(patches.length / 2) }, (_, number): Action => {
    return { do: 'signal', name: 'go on', payload: number, key: String(number), waitMs: waitMs(), persists: true };
  });
}

function withInput(plan: RunPlan, input: Changing): RunPlan {
  const callers = plan.callers.map((actions) =>
    actions
      .filter((action) => action.do !== 'signal' || Number(action.key) < Math.floor(input.patches.length / 2))
      .map((action) => (action.do === 'start' ? { ...action, input } : action)),
  );
  return { ...plan, input, callers };
}
