/**
 * Runs that write to streams: their code, and the bodies of their steps, some of which fail, and some runs with them until
 * they are tried again; over several links; some are forked. All that a stream has is there once, in the order in which it was written: of the
 * code each value once, of a step all of the call that its result came from, before anything that came after that result.
 */
import { continueAsNew } from '../../../lib/api/continue-as-new.ts';
import { gather } from '../../../lib/api/gather.ts';
import { sleep } from '../../../lib/api/sleep.ts';
import { step } from '../../../lib/api/step.ts';
import { stream } from '../../../lib/api/stream.ts';
import { workflow } from '../../../lib/api/workflow.ts';
import type { RunLedger } from '../oracle/run-ledger.ts';
import type { Seen } from '../oracle/rule.ts';
import type { RunPlan } from '../plan.ts';
import type { Action } from '../world/act.ts';
import type { Dice } from '../world/dice.ts';
import type { BodyPlan } from '../world/step-bodies.ts';
import { start, type Workload } from './workload.ts';

interface Round {
  /** What each of the steps that go on at once writes, and how long it takes. */
  readonly steps: readonly { readonly count: number; readonly takesMs: number; readonly fails: number }[];
  readonly sleepMs: number;
}

interface Story {
  readonly links: readonly (readonly Round[])[];
  readonly link: number;
  /** The run fails in its first round until it was tried again so often. */
  readonly failsUntilTry: number;
}

/** What the code has written. */
interface OfCode {
  readonly by: 'code';
  /** Counts within its link, from 1. */
  readonly n: number;
  readonly link: number;
  /** The calls whose results it had by then, by step. */
  readonly had: Readonly<Record<string, number>>;
}

/** What a body has written: the nth value of that call. */
export interface OfBody {
  readonly by: string;
  readonly call: number;
  readonly n: number;
}

const LOG = 'log';
/** Beside it: streams have their places apart. */
const NOTES = 'notes';

const log = stream<OfCode | OfBody | 'down'>(LOG);
const notes = stream<number>(NOTES);

const steps = { retry: { maxAttempts: 100_000, firstDelay: '100ms', maxDelay: '1s' } };

const streaming = workflow('streaming', { steps }, function* (story: Story) {
  const { links, link, failsUntilTry } = story;
  const had: Record<string, number> = {};
  let n = 0;
  for (const [index, { steps, sleepMs }] of (links[link - 1] ?? []).entries()) {
    n += 1;
    yield* log.write({ by: 'code', n, link, had: { ...had } });
    yield* notes.write(n);
    if (link === 1 && index === 0 && failsUntilTry > 0) {
      try {
        yield* step('mend', (): BodyPlan => ({ takesMs: 5, gives: null, failsUntilTry }));
      } catch (error) {
        yield* log.write('down'); // does not stand once the run is tried again, and stays
        throw error;
      }
    }
    const calls = yield* gather(
      steps.map(({ count, takesMs, fails }, at) => {
        const name = `${link}/${index}/${at}`;
        return step(name, (): BodyPlan => ({
          takesMs,
          fails,
          gives: null,
          givesCall: true,
          writes: { stream: LOG, count },
        }));
      }),
    );
    for (const [at, call] of calls.entries()) had[`${link}/${index}/${at}`] = call as unknown as number;
    yield* sleep(sleepMs);
  }
  n += 1;
  yield* log.write({ by: 'code', n, link, had: { ...had } });
  if (link < links.length) yield* continueAsNew({ ...story, link: link + 1 });
});

export const streamingWorkload: Workload = {
  name: 'streaming',
  weight: 1.5,
  workflows: [streaming],
  draw(dice, runId) {
    const round = (): Round => ({
      steps: Array.from({ length: dice.between(0, 2) }, () => ({
        count: Math.round(dice.magnitude(1, 40)),
        takesMs: Math.round(dice.magnitude(1, 4_000)),
        fails: dice.pick([0, 0, 0, 1, 2]),
      })),
      sleepMs: Math.round(dice.magnitude(1, 5_000)),
    });
    const rounds = () => Array.from({ length: dice.between(1, 4) }, round);
    const failsUntilTry = dice.pick([0, 0, 1, 2]);
    const input: Story = { links: Array.from({ length: dice.between(1, 3) }, rounds), link: 1, failsUntilTry };
    const retries = Array.from({ length: failsUntilTry }, (): Action => ({
      do: 'retry',
      waitMs: Math.round(dice.magnitude(1, 20_000)),
      persists: true,
    }));
    const reads = Array.from({ length: dice.between(0, 4) }, (): Action => ({
      do: 'read-stream',
      name: LOG,
      waitMs: Math.round(dice.magnitude(1, 30_000)),
      persists: false,
    }));
    const forks = input.links.length === 1 && dice.chance(0.5) ? fork(dice, input.links[0] ?? [], runId) : [];
    return {
      workflow: streaming.name,
      input,
      startAtMs: dice.between(0, 30_000),
      callers: [[start(streaming.name, input), ...retries], ...(reads.length > 0 ? [reads] : []), ...forks],
    };
  },
  judge,
};

/** Before a step of a round: what was written by then is the other run's, and the fork begins its streams at the first place. */
function fork(dice: Dice, rounds: readonly Round[], runId: string): Action[][] {
  const befores = rounds.flatMap(({ steps }, index) => steps.map((_, at) => `1/${index}/${at}`));
  if (befores.length === 0) return [];
  const waitMs = Math.round(dice.magnitude(10, 30_000));
  return [[{ do: 'fork', before: dice.pick(befores), id: `${runId}.fork`, waitMs, persists: true }]];
}

function judge(run: RunLedger, { input, runId }: RunPlan, { callers }: Seen): string | undefined {
  const { end, item, streams } = run;
  if (end === undefined) return `the run is left ${item?.status}`;
  if (end.status !== 'completed') return `it is ${end.status}, and nothing in it is: ${JSON.stringify(end.result)}`;
  const values = (streams.get(LOG) ?? []) as unknown as (OfCode | OfBody | 'down')[];
  for (const { action, answers } of callers.told.filter((told) => told.runId === runId)) {
    if (action.do !== 'read-stream') continue;
    for (const answer of answers) {
      if (!('value' in answer)) continue;
      const read = answer.value as unknown[];
      if (read.some(isLocked)) continue; // its key was away
      const there = values.slice(0, read.length);
      if (JSON.stringify(read) !== JSON.stringify(there)) {
        return `a reader was given ${JSON.stringify(read)}, and the stream has ${JSON.stringify(there)}`;
      }
    }
  }
  return wrongWithCode(values, input as Story) ?? wrongWithBodies(values);
}

function isLocked(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'encrypted' in value;
}

/** Each value of the code is there once, in its order. */
function wrongWithCode(
  values: readonly (OfCode | OfBody | 'down')[],
  { links, failsUntilTry }: Story,
): string | undefined {
  const written = values.flatMap((value) => (value !== 'down' && value.by === 'code' ? [value as OfCode] : []));
  const expected = links.flatMap((rounds, link) =>
    Array.from({ length: rounds.length + 1 }, (_, n) => `${link + 1}/${n + 1}`),
  );
  const there = written.map(({ link, n }) => `${link}/${n}`);
  if (there.join() !== expected.join())
    return `its code wrote ${expected.join()}, and ${there.join()} is in the stream`;
  const downs = values.filter((value) => value === 'down').length;
  return downs === failsUntilTry ? undefined : `it was down ${failsUntilTry} times, and its stream says ${downs}`;
}

/** Of each call a part from its beginning on, in its order; of the one that counts all, before its result was known. */
function wrongWithBodies(values: readonly (OfCode | OfBody | 'down')[]): string | undefined {
  const written = new Map<string, number>();
  for (const value of values) {
    if (value === 'down') continue;
    if (value.by === 'code') {
      for (const [name, call] of Object.entries((value as OfCode).had)) {
        if (!written.has(`${name} ${call} is whole`))
          return `the result of "${name}" was there before all that its call ${call} wrote`;
      }
      continue;
    }
    const { by, call, n, of } = value as OfBody & { readonly of: number };
    const key = `${by} ${call}`;
    if (n !== (written.get(key) ?? 0) + 1)
      return `value ${n} of call ${call} of "${by}" follows ${written.get(key) ?? 'none'}`;
    written.set(key, n);
    if (n === of) written.set(`${key} is whole`, n);
  }
  return undefined;
}
