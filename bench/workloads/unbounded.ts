/**
 * Runs whose history has no end: what is in memory and in the table after a million awaits, and what a run takes to go on
 * after 100,000 hours.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { sleep, step, workflow } from 'lull';
import { createRunFrames } from '../../lib/scheduler/run-frames.ts';
import { createBench } from '../harness.ts';
import { cpuMsSince, round } from '../measure.ts';
import { openDynalite, openMemory, type BenchStore } from '../stores.ts';

type Line = Record<string, unknown>;

const IN_MEMORY = 1_000_000;
const ON_DYNALITE = 50_000;
const LOOKS = 10;
/** From the begin of 2016 to May 2027. */
const HOURS = 100_000;

let onRound = (_round: number): void => undefined;

const counting = workflow('counting', { history: 'unbounded' }, function* (awaits: number) {
  let sum = 0;
  for (let round = 1; round <= awaits; round += 1) {
    sum += yield* step('count', () => {
      onRound(round);
      return 1;
    });
  }
  return sum;
});

const hourly = workflow('hourly', { history: 'unbounded' }, function* () {
  for (let hours = 0; ; hours += 1) yield* sleep('1 hour');
});

const workflows = [counting, hourly];

export async function* measureUnbounded(): AsyncGenerator<Line> {
  yield await awaitsIn(openMemory({ hasBucket: false }), IN_MEMORY);
  const dynalite = await openDynalite();
  try {
    yield await awaitsIn(dynalite, ON_DYNALITE);
  } finally {
    await dynalite.close();
  }
  yield await wakes(openMemory({ hasBucket: false }), HOURS);
}

/** One run, and what the process has in memory after each tenth of it. */
async function awaitsIn(store: BenchStore, awaits: number): Promise<Line> {
  const bench = createBench(store, workflows, { settings: { frames: createRunFrames() } });
  const collect = garbageCollector();
  const heapMb: number[] = [];
  onRound = (round) => {
    if (round % (awaits / LOOKS) !== 0) return;
    collect();
    heapMb.push(Math.round(process.memoryUsage().heapUsed / 1e6));
  };
  const run = await bench.client.start(counting, awaits);
  const startedCpu = process.cpuUsage();
  await bench.work();
  const cpuUsPerAwait = round((cpuMsSince(startedCpu) * 1_000) / awaits, 1);
  const sum = await run.result({ timeout: 0 });
  if (sum !== awaits) throw new Error(`${awaits} awaits gave ${sum}`);
  const { length } = await store.store.loadRecords(run.id, 0);
  return { store: store.name, awaits, cpuUsPerAwait, heapMb, recordsLeft: length };
}

/** A run that sleeps, hour after hour; then a worker that has nothing in memory takes one turn. */
async function wakes(store: BenchStore, hours: number): Promise<Line> {
  const bench = createBench(store, workflows, { stepMs: 0, settings: { frames: createRunFrames() } });
  const run = await bench.client.start(hourly);
  await bench.work();
  const turnAfterAnHour = async (): Promise<number> => {
    bench.passTime('1 hour');
    const startedCpu = process.cpuUsage();
    await bench.turn(run.id);
    return cpuMsSince(startedCpu);
  };
  const first = await coldTurn();
  let warmMs = 0;
  for (let hour = 2; hour < hours; hour += 1) warmMs += await turnAfterAnHour();
  const last = await coldTurn();
  const { length } = await store.store.loadRecords(run.id, 0);
  return { store: store.name, hours, warmCpuMs: round(warmMs / hours), first, last, recordsLeft: length };

  async function coldTurn(): Promise<Line> {
    bench.restart();
    store.takeCounts();
    const cpuMs = round(await turnAfterAnHour());
    return { cpuMs, reads: store.takeCounts().reads };
  }
}

function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
