/** A run that is updated and asked while it works: some updates are refused, some fail, some come too early or too late. */
import { isCancelled, TimeoutError } from '../../../lib/core/errors.ts';
import { query } from '../../../lib/api/query.ts';
import { sleep } from '../../../lib/api/sleep.ts';
import { step } from '../../../lib/api/step.ts';
import { update } from '../../../lib/api/update.ts';
import { waitUntil } from '../../../lib/api/wait-until.ts';
import { workflow } from '../../../lib/api/workflow.ts';
import type { Action } from '../world/act.ts';
import type { BodyPlan } from '../world/step-bodies.ts';
import { start, type Workload } from './workload.ts';

interface Change {
  readonly id: string;
  readonly takesMs: number;
  readonly end: 'returns' | 'fails' | 'is refused' | 'is refused if first' | 'never ends';
}

interface Updating {
  /** Before there is a handler. */
  readonly deafMs: number;
  readonly forMs: number;
  readonly wants: number;
}

const change = update<Change, string>('change');
const changes = query<readonly string[]>('changes');
const steps = { retry: { maxAttempts: 100_000, firstDelay: '100ms', maxDelay: '1s' } };

const updating = workflow('updating', { steps }, function* ({ deafMs, forMs, wants }: Updating) {
  const done: string[] = [];
  const left: string[] = [];
  changes.handle(() => done);
  yield* sleep(deafMs);
  change.handle({
    validate: ({ id, end }) => {
      if (end === 'is refused' || (end === 'is refused if first' && done.length === 0))
        throw new RangeError(`no ${id}`);
    },
    *run({ id, takesMs, end }) {
      try {
        if (end === 'never ends') yield* sleep('10 days');
        yield* step(`change ${id}`, (): BodyPlan => ({ takesMs, gives: null }));
        if (end === 'fails') throw new TypeError(`not ${id}`);
        return `${id} is #${done.push(id)}`;
      } catch (error) {
        if (isCancelled(error)) left.push(id);
        throw error;
      }
    },
  });
  try {
    yield* waitUntil(() => done.length >= wants, { timeout: forMs });
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
  }
  return done;
});

export const updatingWorkload: Workload = {
  name: 'updating',
  weight: 1.2,
  workflows: [updating],
  draw(dice) {
    const input: Updating = {
      deafMs: dice.pick([0, 0, 500, 20_000]),
      forMs: dice.between(1_000, 600_000),
      wants: dice.between(1, 6),
    };
    const one = (id: string): Action => ({
      do: 'update',
      name: 'change',
      id,
      input: {
        id,
        takesMs: Math.round(dice.magnitude(1, 5_000)),
        end: dice.pick([
          'returns',
          'returns',
          'returns',
          'fails',
          'is refused',
          'is refused if first',
          'never ends',
        ] as const),
      } satisfies Change,
      waitMs: Math.round(dice.magnitude(1, 60_000)),
      persists: true,
    });
    const ask = (): Action => ({
      do: 'query',
      name: 'changes',
      waitMs: Math.round(dice.magnitude(1, 60_000)),
      persists: false,
    });
    const list = (caller: number): Action[] =>
      Array.from({ length: dice.between(1, 4) }, (_, index) => (dice.chance(0.3) ? ask() : one(`${caller}.${index}`)));
    // The same update by two callers at once: one of them may have lost its answer, or be impatient.
    const shared = one('shared');
    return {
      workflow: updating.name,
      input,
      startAtMs: dice.between(0, 10_000),
      callers: [
        [start(updating.name, input), ...list(1)],
        ...Array.from({ length: dice.between(0, 3) }, (_, index) => list(index + 2)),
        ...(dice.chance(0.5) ? [[shared], [{ ...shared, waitMs: dice.between(1, 30_000) }]] : []),
      ],
    };
  },
  /** What the run has done is what its callers were told, in that order. */
  judge(run, plan, { callers }) {
    if (run.end?.status !== 'completed') return undefined;
    const done = run.end.result as unknown as readonly string[];
    if (new Set(done).size !== done.length) return `an update was carried out twice: ${done.join(', ')}`;
    for (const { runId, action, answers } of callers.told) {
      if (runId !== plan.runId) continue;
      for (const answer of answers) {
        if (!('value' in answer)) continue;
        if (action.do === 'update') {
          const { id } = action.input as Change;
          const expected = `${id} is #${done.indexOf(id) + 1}`;
          if (answer.value !== expected) return `update "${id}" gave ${JSON.stringify(answer.value)}, and ${expected}`;
        }
        if (action.do === 'query') {
          const seen = answer.value as readonly string[];
          if (seen.some((id, index) => done[index] !== id))
            return `a query saw ${seen.join()}, and it is ${done.join()}`;
        }
      }
    }
    return undefined;
  },
};
