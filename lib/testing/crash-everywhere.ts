/** The scenario over and over, each time with a crash at another point: the outcome must not change. */
import { LullError } from '../core/errors.ts';
import { invariant } from '../core/invariant.ts';
import { describeValue } from '../core/describe-value.ts';
import { toError } from '../core/to-error.ts';
import type { Disturbance } from './cloud.ts';
import { type CrashPoint, CrashPoints } from './crash-points.ts';
import { createCloud, createEngineOn, type TestEngine, type TestEngineOptions } from './create-test-engine.ts';
import { findUnlawful, findUnsettled, firstDifference, readOutcome } from './outcome.ts';

/** What is played, and on which workflows. */
export interface CrashEverywhereOptions extends Omit<TestEngineOptions, 'store' | 'faults'> {
  /** What is done with the engine, its assertions included. It has to do the same each time. */
  readonly scenario: (engine: TestEngine) => Promise<void>;
  /** One point alone, as the error of a failure names it: `after putRecord #3 of run-0001`, or `every message twice`. */
  readonly only?: string;
}

/** What `crashEverywhere` did. */
export interface CrashReport {
  /** How many times the scenario was disturbed, each time at another point. */
  readonly points: number;
}

/** A scenario came out differently because of a crash, or because a message came twice. `point` says where. */
export class OutcomeChangedError extends LullError {
  static {
    this.prototype.name = 'OutcomeChangedError';
  }
  readonly point: string;

  constructor(point: string, what: string, options?: ErrorOptions) {
    super(
      'OUTCOME_CHANGED',
      `${what}\n\nThis alone again: crashEverywhere({ ..., only: ${describeValue(point)} }). Bodies of steps run at ` +
        `least once: count idempotency keys, not calls.`,
      options,
    );
    this.point = point;
  }
}

const EVERY_MESSAGE_TWICE = 'every message twice';

/**
 * Runs a scenario once undisturbed. Then once for each write to the table and each body of a step, killing everything
 * before it and after it: workers, and the caller whose call it was (who calls again). And once with each call of the
 * client and each wake repeated. Each time the scenario's own assertions have to hold, and each run has to end in the
 * same way, with the same results of its steps, each recorded once under its one idempotency key, and the same
 * messages, each delivered once. What transactions have written has to be the
 * same. Each journal has to keep the laws of a journal (docs/protocol.md).
 *
 * After such a crash the leases are over at once, so that no time passes. Results must not be drawn by chance: use
 * `mockStep` where a step asks the clock or the dice. Raises OutcomeChangedError, which says how to look at that point
 * alone. Gives the number of points.
 *
 * @example
 * ```ts
 * const greet = workflow('greet', function* (name: string) {
 *   const greeting = yield* step('greeting', () => 'Hello');
 *   yield* sleep('1 day');
 *   return `${greeting}, ${name}`;
 * });
 *
 * const { points } = await crashEverywhere({
 *   workflows: [greet],
 *   scenario: async (engine) => {
 *     if ((await engine.run(greet, 'Ada')) !== 'Hello, Ada') throw new Error('impolite');
 *   },
 * });
 * points > 10; // => true
 * ```
 */
export async function crashEverywhere(options: CrashEverywhereOptions): Promise<CrashReport> {
  const { scenario, only, ...engineOptions } = options;
  const plain = await play(engineOptions, scenario, { points: new CrashPoints(), repeat: false });
  if (plain.thrown !== undefined) throw plain.thrown.error;
  const unlawful = findUnlawful(plain.outcome);
  invariant(unlawful === undefined, `without a crash, ${unlawful}`);
  if (plain.unsettled.length > 0) throw inconclusive(plain.unsettled);
  await checkSame(engineOptions, scenario, plain.outcome);

  const disturbances = [EVERY_MESSAGE_TWICE, ...plain.points];
  const chosen = only === undefined ? disturbances : disturbances.filter((point) => point === only);
  if (chosen.length === 0) throw noSuchPoint(only ?? '', disturbances);
  for (const point of chosen) {
    const disturbance = toDisturbance(point);
    const disturbed = await play(engineOptions, scenario, disturbance);
    if (!disturbance.repeat && !disturbance.points.hasCrashed) throw notMet(point);
    checkOutcome(point, plain, disturbed);
  }
  return { points: chosen.length };
}

interface Played {
  readonly outcome: readonly string[];
  /** Runs that are still in a turn at the end. */
  readonly unsettled: readonly string[];
  /** Of the bodies that were begun. */
  readonly keys: readonly string[];
  /** Those that were met. */
  readonly points: readonly CrashPoint[];
  readonly thrown: { readonly error: unknown } | undefined;
}

async function play(
  options: TestEngineOptions,
  scenario: (engine: TestEngine) => Promise<void>,
  disturbance: Disturbance,
): Promise<Played> {
  const cloud = createCloud(options, disturbance);
  const engine = createEngineOn(cloud, options);
  let thrown: { error: unknown } | undefined;
  try {
    await scenario(engine);
    await engine.settle();
  } catch (error) {
    thrown = { error };
  }
  const runIds = [...cloud.watch.created].sort();
  const outcome = await readOutcome(cloud.store, runIds, cloud.tables);
  return {
    outcome,
    unsettled: findUnsettled(outcome, runIds),
    keys: cloud.bodies.keys(),
    points: disturbance.points.met,
    thrown,
  };
}

/** A scenario that is never the same says nothing about crashes. */
async function checkSame(
  options: TestEngineOptions,
  scenario: (engine: TestEngine) => Promise<void>,
  outcome: readonly string[],
): Promise<void> {
  const again = await play(options, scenario, { points: new CrashPoints(), repeat: false });
  const difference = firstDifference(outcome, again.outcome);
  if (again.thrown === undefined && difference === undefined) return;
  const what = difference
    ? `${difference.expected}\nthen ${difference.actual}`
    : `it passed, then it failed: ${toError(again.thrown?.error).message}`;
  throw new LullError(
    'SCENARIO_VARIES',
    `the scenario comes out differently each time, also without a crash, so nothing can be compared. First\n${what}\n` +
      `Mock the steps whose results are drawn by chance or depend on the time, and keep no state outside of the scenario`,
  );
}

function checkOutcome(point: string, plain: Played, { outcome, keys, thrown }: Played): void {
  const when = point === EVERY_MESSAGE_TWICE ? `with ${point}` : `with a crash ${point}`;
  if (thrown !== undefined) {
    const { error } = thrown;
    throw new OutcomeChangedError(point, `${when}, the scenario fails: ${toError(error).message}`, { cause: error });
  }
  const difference = firstDifference(plain.outcome, outcome);
  if (difference !== undefined) {
    throw new OutcomeChangedError(
      point,
      `${when}, the outcome changes. Undisturbed:\n  ${difference.expected}\nnow:\n  ${difference.actual}`,
    );
  }
  const added = keys.find((key) => !plain.keys.includes(key));
  if (added === undefined) return;
  throw new OutcomeChangedError(point, `${when}, a body is run that was not before: ${added}`);
}

function toDisturbance(point: string): Disturbance {
  if (point === EVERY_MESSAGE_TWICE) return { points: new CrashPoints(), repeat: true };
  return { points: new CrashPoints(point), repeat: false };
}

/** The same half of an outcome, with a crash and without, says nothing about the other half. */
function inconclusive(runIds: readonly string[]): LullError {
  return new LullError(
    'INCONCLUSIVE',
    `the scenario ends while ${runIds.join(', ')} has not come to rest: a step of it is still running, so outcomes cannot ` +
      `be compared. Await the run's result, cancel the run, or mock the step whose body never ends`,
  );
}

function notMet(point: string): LullError {
  return new LullError(
    'SCENARIO_VARIES',
    `the scenario does not do the same each time: it met the point "${point}" at first, and later did not. Keep no ` +
      `state outside of the scenario`,
  );
}

function noSuchPoint(only: string, points: readonly string[]): LullError {
  return new LullError(
    'INVALID_ARGUMENT',
    `crashEverywhere has no point ${describeValue(only)}: there are ${points.length}, such as ${points.slice(0, 6).join(', ')}`,
  );
}
