/** What takes the time of `seq`, `start`, `resume` and `fan`: each place as a line of JSON, in CPU time of one of them. */
import { createBench, type Bench } from '../harness.ts';
import { print, round } from '../measure.ts';
import { openDynalite } from '../stores.ts';
import { chain, chainThenWaits, fan, goOn } from '../workflows.ts';
import { SEPARATOR } from './profile-of.ts';
import { recordTimes } from './record-times.ts';

interface Shape {
  readonly of: string;
  /** Gives how many it has done. */
  readonly work: (bench: Bench) => Promise<number>;
}

const STEPS = 100;
const [RUNS, AT_ONCE] = [200, 20];
const [BEFORE, TURNS] = [200, 20];

const shapes: readonly Shape[] = [
  {
    of: 'seq: a step',
    work: async (bench) => {
      await bench.client.start(chain, STEPS);
      await bench.work();
      return STEPS;
    },
  },
  {
    of: 'start: a run of 3 steps',
    work: async (bench) => {
      let left = RUNS;
      const caller = async (): Promise<void> => {
        for (; left > 0; left -= 1) {
          const run = await bench.client.start(chain, 3);
          await bench.turn(run.id);
          await run.result();
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, caller));
      return RUNS;
    },
  },
  {
    of: 'resume: a cold turn after 200 steps',
    work: async (bench) => {
      const run = await bench.client.start(chainThenWaits, { steps: BEFORE, waits: TURNS });
      await bench.work();
      for (let turn = 0; turn < TURNS; turn += 1) {
        await run.signal(goOn, turn);
        bench.restart();
        await bench.work();
      }
      return TURNS;
    },
  },
  {
    of: 'fan: 100 steps at once',
    work: async (bench) => {
      await bench.client.start(fan, 100);
      await bench.work();
      return 1;
    },
  },
];

/** Before the profile begins, for the compiler; and while it is taken. */
const [WARM_UP_MS, PROFILE_MS] = [3_000, 4_000];

for (const { of, work } of shapes) {
  const store = await openDynalite();
  const bench = createBench(store);
  await repeat(() => work(bench), WARM_UP_MS);
  const { result: done, times } = await recordTimes(() => repeat(() => work(bench), PROFILE_MS));
  for (const { place, us } of times) print({ of: `${of}${SEPARATOR}`, place, value: round(us / done, 2) });
  await store.close();
}

/** Gives how many were done in all. */
async function repeat(work: () => Promise<number>, ms: number): Promise<number> {
  const endsAtMs = performance.now() + ms;
  let done = 0;
  while (performance.now() < endsAtMs) done += await work();
  return done;
}
