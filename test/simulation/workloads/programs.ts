/** Programs drawn from the grammar: some whose end is known beforehand, and some of which only the replay is. */
import { drawProgram, signalsOf } from '../programs/draw-program.ts';
import { SHARED_SIGNALS } from '../programs/free-pieces.ts';
import { forgottenProgram, program } from '../programs/interpret.ts';
import type { Body } from '../programs/program.ts';
import { smallerBodies } from '../programs/smaller-bodies.ts';
import type { RunLedger } from '../oracle/run-ledger.ts';
import type { RunPlan } from '../plan.ts';
import type { Action } from '../world/act.ts';
import type { Dice } from '../world/dice.ts';
import { start, type Workload } from './workload.ts';

export const determinedPrograms: Workload = {
  name: 'determined program',
  weight: 5,
  workflows: [program, forgottenProgram],
  isDetermined: true,
  waitsFor: ({ input }) => signalsOf(input as Body).map(({ name, number }) => ({ name, key: String(number) })),
  draw(dice) {
    const input = drawProgram(dice, { isDetermined: true, size: Math.round(dice.magnitude(2, 30)) });
    const { name } = dice.chance(0.2) ? forgottenProgram : program;
    return {
      workflow: name,
      input,
      startAtMs: Math.round(dice.next() * 60_000),
      callers: [[start(name, input), ...sendAll(dice, input)], ...look(dice)],
    };
  },
  judge: whatIsFoundWrong,
  smaller: smallerPrograms,
};

export const freePrograms: Workload = {
  name: 'free program',
  weight: 5,
  workflows: [program, forgottenProgram],
  draw(dice) {
    const input = drawProgram(dice, { isDetermined: false, size: Math.round(dice.magnitude(2, 30)) });
    const startAction = start(program.name, input, dice.chance(0.1) ? dice.between(1, 100_000) : undefined);
    return {
      workflow: program.name,
      input,
      startAtMs: Math.round(dice.next() * 60_000),
      callers: [
        [startAction, ...sendAll(dice, input)],
        ...Array.from({ length: dice.below(3) }, (_, caller) => sendSome(dice, caller)),
        ...look(dice),
        ...(dice.chance(0.2) ? [[stop(dice, 'cancel', 'by chance')]] : []),
        ...(dice.chance(0.1) ? [[stop(dice, 'terminate', 'by chance')]] : []),
        // It may wait for what nobody sends: at last it has to end.
        [{ do: 'terminate', reason: 'at last', waitMs: 60 * 86_400_000, persists: true }],
      ],
    };
  },
  judge: whatIsFoundWrong,
  smaller: smallerPrograms,
};

/** Programs look whether what they are given can be. */
function whatIsFoundWrong({ end }: RunLedger): string | undefined {
  const text = JSON.stringify(end?.result ?? null);
  return end?.status === 'failed' && text.includes('FoundWrong') ? text : undefined;
}

/** Every signal that the program itself waits for, one after the other. */
function sendAll(dice: Dice, body: Body): Action[] {
  return signalsOf(body).map(({ name, number }) => ({
    do: 'signal',
    name,
    payload: `${name}/${number}`,
    key: String(number),
    waitMs: Math.round(dice.magnitude(1, 20_000)),
    persists: true,
  }));
}

/** Signals that anybody may receive, with keys or without, given up or not. */
function sendSome(dice: Dice, caller: number): Action[] {
  return Array.from({ length: dice.between(1, 12) }, (_, index) => ({
    do: 'signal',
    name: dice.pick(SHARED_SIGNALS),
    payload: `${caller}/${index}${dice.chance(0.1) ? 'y'.repeat(dice.below(10_000)) : ''}`,
    ...(dice.chance(0.5) ? { key: `${caller}/${index}` } : {}),
    waitMs: Math.round(dice.magnitude(1, dice.pick([100, 10_000, 600_000]))),
    persists: dice.chance(0.5),
  }));
}

function stop(dice: Dice, kind: 'cancel' | 'terminate', reason: string): Action {
  return { do: kind, reason, waitMs: Math.round(dice.magnitude(1, 600_000)), persists: dice.chance(0.5) };
}

function look(dice: Dice): Action[][] {
  return dice.chance(0.2) ? [[{ do: 'look', waitMs: dice.between(1, 60_000), persists: false }]] : [];
}

function* smallerPrograms(plan: RunPlan): Generator<RunPlan> {
  for (const input of smallerBodies(plan.input as Body)) {
    const callers = plan.callers.map((actions) =>
      actions.map((action) => (action.do === 'start' ? { ...action, input } : action)),
    );
    yield { ...plan, input, callers };
  }
}
