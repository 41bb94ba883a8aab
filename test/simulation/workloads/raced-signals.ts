/**
 * A run that receives in races: what several branches could take is often there before the race begins. A branch that
 * loses takes nothing, so every signal that is delivered is received by a winner or is left unread.
 */
import { race } from '../../../lib/api/race.ts';
import { signal } from '../../../lib/api/signal.ts';
import { sleep } from '../../../lib/api/sleep.ts';
import { step } from '../../../lib/api/step.ts';
import { workflow } from '../../../lib/api/workflow.ts';
import type { Coroutine } from '../../../lib/core/awaitable.ts';
import type { RunLedger } from '../oracle/run-ledger.ts';
import type { Action } from '../world/act.ts';
import type { Dice } from '../world/dice.ts';
import type { BodyPlan } from '../world/step-bodies.ts';
import { start, type Workload } from './workload.ts';

const SIGNALS = { red: signal<string>('red'), blue: signal<string>('blue'), green: signal<string>('green') };
const LAST_STEP = 'last';

type Name = keyof typeof SIGNALS;
const NAMES = Object.keys(SIGNALS) as Name[];

interface Round {
  /** One branch each, in this order. */
  readonly names: readonly Name[];
  /** All branches but the first are a race in the race. */
  readonly isNested: boolean;
  /** The race is over after that time. */
  readonly restMs: number;
  /** Of the step after the race. */
  readonly takesMs: number;
}

const steps = { retry: { maxAttempts: 100_000, firstDelay: '100ms', maxDelay: '1s' } };

const racing = workflow('racing', { steps }, function* (rounds: readonly Round[]) {
  const received: string[] = [];
  for (const [number, round] of rounds.entries()) {
    const won = yield* raceOf(round);
    if (won !== null) received.push(won);
    yield* step(`after ${number}`, (): BodyPlan => ({ takesMs: round.takesMs, gives: number }));
  }
  yield* step(LAST_STEP, (): BodyPlan => ({ takesMs: 10, gives: null }));
  const unread = NAMES.flatMap((name) =>
    Array.from({ length: SIGNALS[name].pending() }, () => SIGNALS[name].receiveNowait()),
  );
  return { received, unread };
});

function* raceOf({ names, isNested, restMs }: Round): Coroutine<string | null> {
  const receives = names.map((name) => SIGNALS[name].receive());
  const rest = sleep(restMs, null);
  if (!isNested) return yield* race<(string | null)[]>([...receives, rest]);
  return yield* race<(string | null)[]>([
    ...receives.slice(0, 1),
    race<(string | null)[]>([...receives.slice(1), rest]),
  ]);
}

export const racedSignalsWorkload: Workload = {
  name: 'raced signals',
  weight: 1,
  workflows: [racing],
  draw(dice) {
    const takesMs = dice.magnitude(1, 5_000);
    const rounds = Array.from({ length: dice.between(1, 10) }, (): Round => ({
      names: Array.from({ length: dice.between(1, 3) }, () => dice.pick(NAMES)),
      isNested: dice.chance(0.3),
      restMs: Math.round(dice.magnitude(1, 20_000)),
      takesMs: Math.round(takesMs * dice.next()),
    }));
    return {
      workflow: racing.name,
      input: rounds,
      startAtMs: dice.between(0, 30_000),
      callers: [
        [start(racing.name, rounds)],
        ...Array.from({ length: dice.between(1, 3) }, (_, sender) => send(dice, sender)),
      ],
    };
  },
  judge(run) {
    if (run.end?.status !== 'completed') return `the run is left ${run.item?.status}: ${JSON.stringify(run.end)}`;
    const { received, unread } = run.end.result as unknown as Record<'received' | 'unread', readonly string[]>;
    const taken = [...received, ...unread];
    return NAMES.map((name) => whatIsWrong(run, name, taken)).find((wrong) => wrong !== undefined);
  },
  *smaller(plan) {
    const rounds = plan.input as readonly Round[];
    for (const number of rounds.keys()) {
      const input = rounds.toSpliced(number, 1);
      const callers = plan.callers.map((actions) =>
        actions.map((action) => (action.do === 'start' ? { ...action, input } : action)),
      );
      yield { ...plan, input, callers };
    }
  },
};

/** Of each name: what was taken is a prefix of what was delivered, with all that was delivered before the last step ended. */
function whatIsWrong({ entries, commands }: RunLedger, name: Name, taken: readonly string[]): string | undefined {
  const lastStepEnded = entries.findIndex(
    (entry) => entry.kind === 'step-completed' && commands.get(entry.id)?.name === LAST_STEP,
  );
  const payloadsIn = (part: RunLedger['entries']): unknown[] =>
    part.flatMap((entry) => (entry.kind === 'signal-received' && entry.name === name ? [entry.payload] : []));
  const delivered = payloadsIn(entries);
  const due = payloadsIn(entries.slice(0, lastStepEnded)).length;
  const got = taken.filter((payload) => payload.startsWith(name));
  if (got.length >= due && got.join() === delivered.slice(0, got.length).join()) return undefined;
  return `it received, and left unread, ${got.join(', ')}; delivered were ${delivered.join(', ')}, ${due} before the last step ended`;
}

function send(dice: Dice, sender: number): Action[] {
  const pauseMs = dice.magnitude(1, 10_000);
  return Array.from({ length: dice.between(1, 12) }, (_, index): Action => {
    const name = dice.pick(NAMES);
    const payload = `${name} ${sender}/${index}`;
    const key = dice.chance(0.3) ? { key: payload } : {};
    return { do: 'signal', name, payload, waitMs: Math.round(pauseMs * dice.next()), persists: false, ...key };
  });
}
