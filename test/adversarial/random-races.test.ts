/** Whatever races: each signal and each item is taken by exactly one, or is still there at the end. */
import { type Awaitable, type Coroutine, createTask, Queue, race, signal, sleep, timeout } from 'lull';
import { expect, it } from 'vitest';
import { createPrng } from '../../lib/core/prng.ts';
import { START_MS } from '../scheduler/drive.ts';
import { runBody } from '../api/run-body.ts';

const SIGNALS = ['a', 'b', 'c'].map((name) => signal<string>(name));
const PROGRAMS = 60;

class Dice {
  readonly #random: () => number;

  constructor(seed: string) {
    this.#random = createPrng(seed);
  }

  below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  oneOf<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T;
  }
}

/** What may be taken by one alone: signals and items, by their names. */
interface Found {
  readonly taken: string[];
  readonly left: string[];
}

function* racing(dice: Dice): Coroutine<Found> {
  const queues = [new Queue<string>(), new Queue<string>()];
  const taken: string[] = [];
  const kept: (() => string | undefined)[] = [];

  const source = (): Awaitable<string> =>
    dice.below(2) === 0 ? dice.oneOf(SIGNALS).receive() : dice.oneOf(queues).get();
  function* around(take: () => Awaitable<string>): Coroutine<string> {
    if (dice.below(2) === 0) yield* sleep(dice.below(3));
    return yield* take();
  }
  const branch = (): Awaitable<string> => {
    switch (dice.below(6)) {
      case 0:
        return around(source);
      case 1:
        return timeout('1h', source());
      case 2:
        return race([source(), source()]);
      case 3: {
        // A task keeps what it has taken, also when it loses.
        const task = createTask(source());
        kept.push(() => (task.done() && !task.cancelled() ? task.result() : undefined));
        return task;
      }
      case 4:
        return sleep(dice.below(4), 'time');
      default:
        return source();
    }
  };
  const feeder = function* (): Coroutine<void> {
    for (let item = 0; item < 8; item += 1) {
      if (dice.below(3) > 0) yield* sleep(dice.below(3));
      dice.oneOf(queues).putNowait(`item ${item}`);
    }
  };
  const feeding = createTask(feeder());
  for (let round = 0; round < 8; round += 1) {
    if (dice.below(3) === 0) yield* sleep(dice.below(4));
    const branches = Array.from({ length: 1 + dice.below(4) }, branch);
    const value = yield* race([...branches, sleep(dice.below(6), 'time')]);
    // What a task of this round has is looked up at the end.
    if (value !== 'time' && !kept.some((look) => look() === value)) taken.push(value);
  }
  yield* feeding;
  yield* sleep('1m');
  const inTasks = kept.map((look) => look()).filter((value) => value !== undefined && value !== 'time');
  const left = [
    ...queues.flatMap((queue) => Array.from({ length: queue.qsize() }, () => queue.getNowait())),
    ...SIGNALS.flatMap((each) => Array.from({ length: each.pending() }, () => each.receiveNowait())),
  ];
  return { taken: [...taken, ...(inTasks as string[])], left };
}

function program(seed: string): void {
  const dice = new Dice(`${seed} messages`);
  const messages = Array.from({ length: 8 }, (_, index) => ({
    kind: 'signal-received' as const,
    messageId: `m${index}`,
    name: dice.oneOf(SIGNALS).name,
    payload: `signal ${index}` as never,
    atMs: START_MS + dice.below(8),
  })).sort((one, other) => one.atMs - other.atMs);
  const { taken, left } = runBody(() => racing(new Dice(seed)), { messages });
  const all = [...Array.from({ length: 8 }, (_, n) => `item ${n}`), ...messages.map(({ payload }) => String(payload))];
  expect([...taken, ...left].sort()).toEqual(all.sort());
}

it(`no signal and no item vanishes in ${PROGRAMS} random programs`, () => {
  for (let seed = 0; seed < PROGRAMS; seed += 1) {
    try {
      program(`races ${seed}`);
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
  }
});
