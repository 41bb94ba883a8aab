/** Draws what runs against the wire, and says how it has to end. */
import type { Dice } from '../simulation/world/dice.ts';
import type { Story } from './workflows.ts';

/** A message to the run, in the order of its sender. */
export type Send =
  | { readonly do: 'signal'; readonly name: string; readonly payload: unknown; readonly waitMs: number }
  | { readonly do: 'cancel' | 'terminate'; readonly reason: string; readonly waitMs: number };

export interface WirePlan {
  readonly runId: string;
  readonly workflow: string;
  readonly input: unknown;
  readonly delayMs?: number;
  /** Each sender sends one after the other; the senders beside each other. */
  readonly senders: readonly (readonly Send[])[];
  readonly expected: Expected;
}

export interface Expected {
  readonly status: 'completed' | 'failed' | 'cancelled' | 'terminated';
  /** The result, if it is known beforehand. */
  readonly result?: unknown;
  /** The name and the message of the error. */
  readonly error?: { readonly name: string; readonly message: string };
  /** The signals in the order of the journal are the result: as many as this. */
  readonly signals?: number;
  /** What its table of its own says it has booked. */
  readonly booked?: number;
  /** The stream `said`, which a reader follows. */
  readonly story?: Story;
  /** Numbers of a till, none of which another run is shown. */
  readonly rings?: { readonly key: string; readonly times: number };
  /** Names of steps that have to be recorded as completed, in this order. */
  readonly steps?: readonly string[];
}

type Drawn = Omit<WirePlan, 'runId'>;

const WORKLOADS: readonly ((dice: Dice) => Drawn)[] = [
  (dice) => {
    const rounds = dice.between(2, 6);
    const input = { rounds, restMs: dice.pick([0, 50, 400]), takesMs: dice.between(0, 300) };
    const batons = Array.from({ length: rounds }, (_, round) => signalOf('baton', round, dice.between(0, 500)));
    const delay = dice.chance(0.3) ? { delayMs: dice.between(1, 1_500) } : {};
    const result = Array.from({ length: rounds }, (_, round) => [round, round]).flat();
    return { workflow: 'relay', input, ...delay, senders: [batons], expected: { status: 'completed', result } };
  },
  (dice) => {
    const senders = Array.from({ length: dice.between(1, 3) }, (_, sender) =>
      Array.from({ length: dice.between(2, 8) }, (_, index) =>
        signalOf('drop', `${sender}/${index}`, dice.between(0, dice.pick([5, 300]))),
      ),
    );
    const sent = senders.flat().length;
    // Sometimes the last ones come when it has enough.
    const wanted = dice.chance(0.5) ? sent : dice.between(1, sent);
    const input = { wanted, takesMs: dice.pick([0, 20, 150]) };
    return { workflow: 'storm', input, senders, expected: { status: 'completed', signals: wanted } };
  },
  (dice) => {
    const width = dice.between(2, 20);
    const bytes = dice.pick([10, 1_000, 20_000]);
    const input = { width, limit: dice.pick([2, 5, 50]), bytes };
    const result = Array.from({ length: width }, (_, blade) => bytes + blade);
    return { workflow: 'fan', input, senders: [], expected: { status: 'completed', result } };
  },
  (dice) => {
    const result = { first: 'step', gaveUp: true };
    const input = { takesMs: dice.between(0, 600) };
    return { workflow: 'hurry', input, senders: [], expected: { status: 'completed', result } };
  },
  (dice) => {
    const goods = dice.between(2, 12);
    const result = Array.from({ length: goods }, (_, good) => good);
    return { workflow: 'market', input: { goods }, senders: [], expected: { status: 'completed', result } };
  },
  (dice) => {
    const error = { name: 'StepFailedError', message: 'not this one' };
    return {
      ...{ workflow: 'undo', input: { takesMs: dice.between(0, 200) }, senders: [] },
      expected: { status: 'failed', error, steps: ['first', 'second', 'undo second', 'undo first'] },
    };
  },
  (dice) => ({
    ...{ workflow: 'stopped', input: { takesMs: dice.between(0, 200) } },
    senders: [[{ do: 'cancel', reason: 'enough', waitMs: dice.between(0, 2_000) }]],
    expected: { status: 'cancelled' },
  }),
  (dice) => ({
    ...{ workflow: 'ended', input: { takesMs: dice.between(10, 200) } },
    senders: [[{ do: 'terminate', reason: 'over', waitMs: dice.between(0, 3_000) }]],
    expected: { status: 'terminated' },
  }),
  (dice) => {
    const rounds = dice.between(1, 6);
    const input = { rounds, restMs: dice.pick([0, 50, 300]) };
    return { workflow: 'book', input, senders: [], expected: { status: 'completed', result: rounds, booked: rounds } };
  },
  (dice) => {
    const story = { chapters: dice.between(1, 4), words: dice.pick([1, 5, 200]), takesMs: dice.pick([0, 100, 600]) };
    return { workflow: 'story', input: story, senders: [], expected: { status: 'completed', story } };
  },
  (dice) => {
    const rings = { key: `key-${dice.between(1, 3)}`, times: dice.between(1, 5) };
    return { workflow: 'shop', input: rings, senders: [], expected: { status: 'completed', rings } };
  },
];

export function drawPlan(dice: Dice, runId: string): WirePlan {
  return { runId, ...dice.pick(WORKLOADS)(dice) };
}

function signalOf(name: string, payload: unknown, waitMs: number): Send {
  return { do: 'signal', name, payload, waitMs };
}
