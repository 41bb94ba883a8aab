/**
 * Runs whose starters take the first turn: they end at once, come to rest at once, or begin with steps; what they are given and
 * give is small or large. Some are started by two at once, one of whom may leave the turn to a worker.
 */
import { gather } from '../../../lib/api/gather.ts';
import { setStatus } from '../../../lib/api/show.ts';
import { signal } from '../../../lib/api/signal.ts';
import { sleep } from '../../../lib/api/sleep.ts';
import { step } from '../../../lib/api/step.ts';
import { workflow } from '../../../lib/api/workflow.ts';
import { decode } from '../../../lib/codec/decode.ts';
import type { Action } from '../world/act.ts';
import type { BodyPlan } from '../world/step-bodies.ts';
import { start, type Workload } from './workload.ts';

type Part = 'step' | 'steps' | 'once' | 'read' | 'receive' | 'nap' | 'sleep' | 'status';

/** Longer than a first turn, and shorter than the shortest invocation of a worker: a longer one would never be done. */
const LONGEST_BODY_MS = 12_000;

interface Beginning {
  readonly parts: readonly Part[];
  readonly takesMs: number;
  readonly fails: boolean;
  readonly padding: string;
}

const go = signal<number>('go');
const retry = { maxAttempts: 100_000, firstDelay: '100ms', maxDelay: '5s' };

const beginning = workflow('beginning', { steps: { retry } }, function* (plan: Beginning) {
  const got: unknown[] = [];
  const body = (gives: string) => (): BodyPlan => ({ takesMs: plan.takesMs, gives });
  for (const [index, part] of plan.parts.entries()) {
    const name = `${part} ${index}`;
    if (part === 'step') got.push(yield* step(name, body(name)));
    if (part === 'once') {
      try {
        yield* step(name, { atMostOnce: true }, body(name));
      } catch {
        // its worker was lost
      }
    }
    if (part === 'read') got.push(yield* step(name, { readOnly: true }, body(name)));
    if (part === 'steps') got.push(yield* gather([0, 1, 2].map((which) => step(`${name} ${which}`, body(name)))));
    if (part === 'receive') got.push(yield* go.receive());
    if (part === 'nap') yield* sleep(400);
    if (part === 'sleep') yield* sleep(8_000);
    if (part === 'status') setStatus(name);
  }
  if (plan.fails) throw new Error('as it was to');
  return [got, plan.padding];
});

export const beginningWorkload: Workload = {
  name: 'beginning',
  weight: 2,
  workflows: [beginning],
  waitsFor({ input }) {
    return (input as Beginning).parts.flatMap((part, index) =>
      part === 'receive' ? [{ name: 'go', key: String(index) }] : [],
    );
  },
  draw(dice) {
    const kinds: Part[] = ['step', 'steps', 'once', 'read', 'receive', 'nap', 'sleep', 'status'];
    const plan: Beginning = {
      parts: Array.from({ length: dice.pick([0, 0, 1, 1, 2, 4]) }, () => dice.pick(kinds)),
      takesMs: Math.round(dice.magnitude(5, LONGEST_BODY_MS)),
      fails: dice.chance(0.1),
      padding: 'x'.repeat(dice.pick([0, 0, 150, 1_500, 6_000])),
    };
    const first = { ...start(beginning.name, plan), takesFirstTurn: true } as const;
    const twin = { ...start(beginning.name, plan), ...(dice.chance(0.7) ? { takesFirstTurn: true as const } : {}) };
    const signals = plan.parts.flatMap((part, index): Action[] => {
      const waitMs = Math.round(dice.magnitude(10, 5_000));
      return part === 'receive'
        ? [{ do: 'signal', name: 'go', payload: index, key: String(index), waitMs, persists: true }]
        : [];
    });
    return {
      workflow: beginning.name,
      input: plan,
      startAtMs: dice.between(0, 30_000),
      callers: [[first], ...(dice.chance(0.3) ? [[twin]] : []), ...signals.map((action) => [action])],
    };
  },
  judge({ end, item, entries }, { input }) {
    const { fails, padding, parts } = input as Beginning;
    if (end === undefined) return `the run is left ${item?.status}`;
    if (end.status !== (fails ? 'failed' : 'completed')) return `it is ${end.status}`;
    if (fails) return undefined;
    const [got, given] = decode(end.result as never) as [unknown[], string];
    if (given !== padding) return 'it has not given what it was given';
    const wanted = parts.filter((part) => ['step', 'steps', 'read', 'receive'].includes(part)).length;
    if (got.length !== wanted) return `it has got ${got.length} of ${wanted}`;
    return entries[0]?.kind === 'started' ? undefined : 'its journal does not begin';
  },
  *smaller(plan) {
    const input = plan.input as Beginning;
    for (let index = 0; index < input.parts.length; index += 1) {
      const parts = input.parts.toSpliced(index, 1);
      if (parts.includes('receive')) continue;
      const callers = plan.callers.slice(0, 1).map(([first]) => [{ ...first, input: { ...input, parts } } as Action]);
      yield { ...plan, input: { ...input, parts }, callers };
    }
  },
};
