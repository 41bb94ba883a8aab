/** An order: paid, then reserved and labelled at once; what was done is undone if anything fails or it is cancelled. */
import { createTask } from '../../../lib/api/create-task.ts';
import { gather } from '../../../lib/api/gather.ts';
import { saga } from '../../../lib/api/saga.ts';
import { step } from '../../../lib/api/step.ts';
import { workflow } from '../../../lib/api/workflow.ts';
import type { RunLedger } from '../oracle/run-ledger.ts';
import type { Seen } from '../oracle/rule.ts';
import type { Dice } from '../world/dice.ts';
import type { BodyPlan } from '../world/step-bodies.ts';
import { start, type Workload } from './workload.ts';

interface Order {
  /** The step that fails for good. */
  readonly failing: string | null;
  readonly takesMs: number;
}

const steps = { retry: { maxAttempts: 100_000, firstDelay: '200ms', maxDelay: '5s' } };

const checkout = workflow('checkout', { steps }, function* (order: Order) {
  const act = (name: string) =>
    step(name, (): BodyPlan => {
      const plan = { takesMs: order.takesMs, gives: `${name} done` };
      return order.failing === name ? { ...plan, failsForGood: 'no' } : plan;
    });
  return yield* saga(function* (undo) {
    undo.onFailure(function* () {
      yield* act('refund');
    });
    const payment = yield* act('charge');
    const reservation = createTask(act('reserve'));
    undo.onFailure(function* () {
      reservation.cancel();
      yield* act('release');
    });
    const { stock, label } = yield* gather({ stock: reservation, label: act('label') });
    return { payment, stock, label };
  });
});

const UNDOES: Readonly<Record<string, string>> = { charge: 'refund', reserve: 'release' };

export const checkoutWorkload: Workload = {
  name: 'checkout',
  weight: 1,
  workflows: [checkout],
  draw(dice: Dice) {
    const order: Order = {
      failing: dice.pick([null, null, 'charge', 'reserve', 'label']),
      takesMs: Math.round(dice.magnitude(5, 5_000)),
    };
    const cancel = {
      do: 'cancel',
      reason: 'changed my mind',
      waitMs: dice.between(0, 10_000),
      persists: true,
    } as const;
    return {
      workflow: checkout.name,
      input: order,
      startAtMs: dice.between(0, 60_000),
      callers: [[start(checkout.name, order), ...(dice.chance(0.4) ? [cancel] : [])]],
    };
  },
  judge(run, plan, { bodies }: Seen) {
    const { failing } = plan.input as Order;
    const status = run.end?.status;
    const completed = completedSteps(run);
    if (status === 'completed') {
      if (failing !== null) return `the order went through although "${failing}" failed`;
      return completed.has('refund') || completed.has('release') ? 'the order went through and was undone' : undefined;
    }
    if (status !== 'failed' && status !== 'cancelled') return `the order is left ${run.item?.status}`;
    for (const [done, undone] of Object.entries(UNDOES)) {
      const hasBegun = bodies.ofRun(run.runId).some(({ name }) => name === done);
      if (hasBegun && !completed.has(undone)) return `"${done}" was begun, and never undone`;
    }
    return undefined;
  },
};

function completedSteps({ entries, commands }: RunLedger): Set<string> {
  return new Set(
    entries.flatMap((entry) => (entry.kind === 'step-completed' ? [commands.get(entry.id)?.name ?? ''] : [])),
  );
}
