/**
 * Steps that are readOnly, in rows, of a world that answers otherwise each time; between them what has to wait for the
 * record: a step that is not, a status, a signal, a sleep. What a step is asked for follows from what was read before.
 */
import { createTask } from '../../../lib/api/create-task.ts';
import { setStatus } from '../../../lib/api/show.ts';
import { signal } from '../../../lib/api/signal.ts';
import { sleep } from '../../../lib/api/sleep.ts';
import { step } from '../../../lib/api/step.ts';
import { workflow } from '../../../lib/api/workflow.ts';
import type { Coroutine } from '../../../lib/core/awaitable.ts';
import { decode } from '../../../lib/codec/decode.ts';
import type { RunLedger } from '../oracle/run-ledger.ts';
import type { Action } from '../world/act.ts';
import type { BodyPlan } from '../world/step-bodies.ts';
import { start, type Workload } from './workload.ts';

interface Row {
  /** How long each of them takes. */
  readonly takeMs: readonly number[];
  /** One of them ends the first worker that begins it. */
  readonly deadly?: number;
  readonly then: 'spend' | 'status' | 'receive' | 'sleep' | 'both' | 'nothing';
}

const news = signal<string>('news');
const retry = { maxAttempts: 100_000, firstDelay: '100ms', maxDelay: '5s' };

const reading = workflow('reading', { steps: { readOnly: true, retry } }, function* (rows: readonly Row[]) {
  const bought: string[] = [];
  for (const [index, row] of rows.entries()) {
    let last = 0;
    const beside = row.then === 'both' ? createTask(spend(`meanwhile ${index}`)) : undefined;
    for (const [which, takesMs] of row.takeMs.entries()) {
      const kills = which === row.deadly ? { kills: 1 } : {};
      const name = `read ${which} of ${index} after ${last}`;
      last = (yield* step(name, (): BodyPlan => ({
        takesMs,
        gives: null,
        givesCall: true,
        ...kills,
      }))) as unknown as number;
    }
    const name = `${index}: ${last}`;
    if (row.then === 'spend') bought.push(yield* spend(name));
    if (row.then === 'status') setStatus(name);
    if (row.then === 'receive') bought.push(yield* news.receive());
    if (row.then === 'sleep') yield* sleep(700 + 400 * (index % 3));
    if (beside !== undefined) bought.push(yield* beside);
  }
  return bought;
});

function* spend(name: string): Coroutine<string> {
  const body = (): BodyPlan => ({ takesMs: 40, gives: name });
  return (yield* step(`spend ${name}`, { readOnly: false }, body)) as unknown as string;
}

export const readingWorkload: Workload = {
  name: 'reading',
  weight: 2,
  workflows: [reading],
  waitsFor({ input }) {
    const rows = (input as readonly Row[]).filter(({ then }) => then === 'receive');
    return rows.map((_, index) => ({ name: 'news', key: String(index) }));
  },
  draw(dice) {
    const longestMs = dice.pick([20, 500, 6_000]);
    const rows = Array.from({ length: dice.between(1, 6) }, (): Row => {
      const takeMs = Array.from({ length: dice.between(1, 8) }, () => Math.round(dice.magnitude(1, longestMs)));
      const deadly = dice.chance(0.1) ? { deadly: dice.below(takeMs.length) } : {};
      return { takeMs, then: dice.pick(['spend', 'status', 'receive', 'sleep', 'both', 'nothing']), ...deadly };
    });
    const count = rows.filter(({ then }) => then === 'receive').length;
    const signals = Array.from({ length: count }, (_, index): Action => {
      const waitMs = Math.round(dice.magnitude(10, 5_000));
      return { do: 'signal', name: 'news', payload: `news ${index}`, key: String(index), waitMs, persists: true };
    });
    return {
      workflow: reading.name,
      input: rows,
      startAtMs: dice.between(0, 30_000),
      callers: [[start(reading.name, rows)], ...signals.map((action) => [action])],
    };
  },
  /** What it bought is what it has read, as the journal has it. */
  judge({ end, item, entries, commands }, { input }) {
    if (end === undefined) return `the run is left ${item?.status}`;
    if (end.status !== 'completed') return `it is ${end.status}, and nothing in it fails`;
    const rows = input as readonly Row[];
    for (const [index, row] of rows.entries()) {
      let last: unknown = 0;
      for (const which of row.takeMs.keys()) {
        const name = `read ${which} of ${index} after ${String(last)}`;
        last = resultOf(name, entries, commands);
        if (last === undefined) return `its journal has no "${name}" that has ended`;
      }
      const bought = `spend ${index}: ${String(last)}`;
      if (row.then === 'spend' && resultOf(bought, entries, commands) === undefined) return `it did not ${bought}`;
    }
    return undefined;
  },
  *smaller(plan) {
    const rows = plan.input as readonly Row[];
    const count = (some: readonly Row[]): number => some.filter(({ then }) => then === 'receive').length;
    for (let index = 0; index < rows.length; index += 1) {
      const input = rows.toSpliced(index, 1);
      if (input.length === 0) continue;
      const signals = plan.callers.slice(1, 1 + count(input));
      yield { ...plan, input, callers: [[start(reading.name, input)], ...signals] };
    }
  },
};

function resultOf(name: string, entries: RunLedger['entries'], commands: RunLedger['commands']): unknown {
  const command = [...commands.values()].find((one) => one.name === name);
  const ended = entries.find((entry) => entry.kind === 'step-completed' && entry.id === command?.id);
  return ended?.kind === 'step-completed' ? decode(ended.value) : undefined;
}
