/** Callbacks that several parties complete at once, each of whom has the token; some have a timeout. */
import { callback } from '../../../lib/api/callback.ts';
import { step } from '../../../lib/api/step.ts';
import { workflow } from '../../../lib/api/workflow.ts';
import { TimeoutError } from '../../../lib/core/errors.ts';
import type { RunLedger } from '../oracle/run-ledger.ts';
import type { Seen } from '../oracle/rule.ts';
import type { Action } from '../world/act.ts';
import type { BodyPlan } from '../world/step-bodies.ts';
import { start, type Workload } from './workload.ts';

interface Answers {
  readonly names: readonly string[];
  /** 0: none. */
  readonly timeoutMs: number;
  /** All are asked for at once. */
  readonly together: boolean;
  readonly takesMs: number;
}

const steps = { retry: { maxAttempts: 100_000, firstDelay: '100ms', maxDelay: '1s' } };

const answers = workflow('answers', { steps }, function* ({ names, timeoutMs, together, takesMs }: Answers) {
  const ask = (name: string) => callback<string>(name, timeoutMs === 0 ? {} : { timeout: timeoutMs });
  const asked = together ? names.map(ask) : [];
  const got: string[] = [];
  for (const [index, name] of names.entries()) {
    const answer = asked[index] ?? ask(name);
    if (takesMs > 0) yield* step('ask', (): BodyPlan => ({ takesMs, gives: null }));
    try {
      got.push(yield* answer);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (error instanceof TimeoutError) got.push('timed out');
      else if (error.message.startsWith('no: ')) got.push(error.message);
      else throw error;
    }
  }
  return got;
});

export const callbacksWorkload: Workload = {
  name: 'callbacks',
  weight: 1.5,
  workflows: [answers],
  draw(dice) {
    const names = Array.from({ length: dice.between(1, 5) }, (_, index) => `answer ${index}`);
    const timeoutMs = dice.pick([0, 0, Math.round(dice.magnitude(500, 60_000))]);
    const input: Answers = {
      ...{ names, timeoutMs, together: dice.chance(0.5) },
      takesMs: dice.pick([0, Math.round(dice.magnitude(1, 3_000))]),
    };
    const pauseMs = dice.magnitude(1, 20_000);
    const complete = (who: string, persists: boolean): Action[] =>
      names.map((name) => {
        const key = dice.chance(0.3) ? { key: `${who} ${name}` } : {};
        const payload = dice.chance(0.2) ? `no: ${who}, ${name}` : `${who}, ${name}`;
        return { do: 'complete', name, payload, waitMs: Math.round(pauseMs * dice.next()), persists, ...key };
      });
    return {
      workflow: answers.name,
      input,
      startAtMs: dice.between(0, 30_000),
      callers: [
        [start(answers.name, input), ...complete('first', true)],
        ...Array.from({ length: dice.below(3) }, (_, index) => complete(`party ${index}`, dice.chance(0.5))),
      ],
    };
  },
  judge(run, { input }, seen) {
    if (run.end?.status !== 'completed') return `the run is left ${run.item?.status}`;
    const result = run.end.result as unknown as readonly string[];
    const { names, timeoutMs } = input as Answers;
    for (const [index, name] of names.entries()) {
      const problem = judgeOne(run, { name, got: result[index] ?? '', mayTimeOut: timeoutMs > 0 }, seen);
      if (problem !== undefined) return `callback "${name}": ${problem}`;
    }
    return undefined;
  },
};

function judgeOne(
  run: RunLedger,
  { name, got, mayTimeOut }: { readonly name: string; readonly got: string; readonly mayTimeOut: boolean },
  { callers }: Seen,
): string | undefined {
  const told = callers.told.flatMap(({ runId, action, outcome }) =>
    runId === run.runId && action.do === 'complete' && action.name === name ? [{ outcome, said: action.payload }] : [],
  );
  const accepted = told.filter(({ outcome }) => outcome === 'accepted').map(({ said }) => said);
  const refused = told.filter(({ outcome }) => outcome === 'refused').map(({ said }) => said);
  if (accepted.length > 1) return `${accepted.join(' and ')} were accepted`;
  if (refused.includes(got)) return `${got} was refused, and is the answer`;
  if (got === 'timed out') return mayTimeOut ? undefined : 'it timed out, and has no timeout';
  const [only] = accepted;
  return only === undefined || only === got ? undefined : `${only} was accepted, and ${got} is the answer`;
}
