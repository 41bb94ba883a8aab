/** Asks for a decision, reminds each day, gives up after a week. */
import { createTask } from '../../../lib/api/create-task.ts';
import { signal } from '../../../lib/api/signal.ts';
import { sleep } from '../../../lib/api/sleep.ts';
import { step } from '../../../lib/api/step.ts';
import { timeout } from '../../../lib/api/timeout.ts';
import { workflow } from '../../../lib/api/workflow.ts';
import type { Coroutine } from '../../../lib/core/awaitable.ts';
import { TimeoutError } from '../../../lib/core/errors.ts';
import type { Action } from '../world/act.ts';
import type { BodyPlan } from '../world/step-bodies.ts';
import { start, type Workload } from './workload.ts';

const DAY_MS = 86_400_000;
const decision = signal<string>('decision');
const steps = { retry: { maxAttempts: 100_000, firstDelay: '1s', maxDelay: '1m' } };

const approval = workflow('approval', { steps }, function* () {
  const mail = (what: string) => step(`mail ${what}`, (): BodyPlan => ({ takesMs: 200, gives: what }));
  yield* mail('please');
  let reminders = 0;
  const reminding = createTask(
    (function* (): Coroutine<void> {
      for (;;) {
        yield* sleep('1 day');
        yield* mail('reminder');
        reminders += 1;
      }
    })(),
  );
  try {
    const by = yield* timeout('7 days', decision.receive());
    return { by, reminders };
  } catch (error) {
    if (error instanceof TimeoutError) return { by: null, reminders };
    throw error;
  } finally {
    reminding.cancel();
  }
});

export const approvalWorkload: Workload = {
  name: 'approval',
  weight: 1,
  workflows: [approval],
  draw(dice) {
    const decide = (by: string): Action => {
      return {
        do: 'signal',
        name: 'decision',
        payload: by,
        waitMs: Math.round(dice.next() * 9 * DAY_MS),
        key: by,
        persists: true,
      };
    };
    return {
      workflow: approval.name,
      input: null,
      startAtMs: dice.between(0, 60_000),
      callers: [
        [start(approval.name, null), ...(dice.chance(0.7) ? [decide('Ann')] : [])],
        ...(dice.chance(0.3) ? [[decide('Bob')]] : []),
      ],
    };
  },
  judge(run) {
    const { end, entries } = run;
    if (end?.status !== 'completed') return `the approval is left ${run.item?.status}`;
    const { by } = end.result as unknown as { by: string | null };
    const first = entries.find(
      (entry) =>
        entry.kind === 'signal-received' ||
        (entry.kind === 'sleep-completed' && run.commands.get(entry.id)?.name === 'timeout'),
    );
    const expected = first?.kind === 'signal-received' ? first.payload : null;
    return by === expected ? undefined : `the decision is ${by}, and the journal says ${JSON.stringify(expected)}`;
  },
};
