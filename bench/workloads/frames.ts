/** Frames: what it takes to go on from a snapshot, and to write one, beside a replay in the same process. */
import { compileModule } from '../../lib/frames/compiler/compile-module.ts';
import { createRunOperations } from '../../lib/client/run-operations.ts';
import { createRegistry } from '../../lib/core/workflow-registry.ts';
import { toEngine } from '../../lib/engine/engine.ts';
import { replayBehind } from '../../lib/engine/replay-run.ts';
import type { Engine } from '../../lib/engine/settings.ts';
import { decodeSnapshot } from '../../lib/engine/snapshot.ts';
import { SystemClock } from '../../lib/memory/system-clock.ts';
import { snapshotKey } from '../../lib/ports/run-item.ts';
import { createRunFrames } from '../../lib/scheduler/run-frames.ts';
import { countUsage } from '../cost/count.ts';
import { WORKLOADS } from '../cost/workloads.ts';
import { createBench } from '../harness.ts';
import { cpuMsSince, median, round } from '../measure.ts';
import { silent } from '../silent.ts';
import { openDynalite, openMemory, type BenchStore } from '../stores.ts';
import * as measured from '../workflows.ts';

type Line = Record<string, unknown>;

const LENGTHS = [1_000, 10_000, 50_000];
const RESUMES = 100;
/** To ask for the processor's time takes a good part of that of one resume. */
const RESUMES_AT_ONCE = 50;
const COLD_STEPS = 10_000;
const COLD_TURNS = 9;
const COMPILES = 9;

const NO_LIMIT = { maxJournalEvents: 1_000_000, maxJournalBytes: 1_000_000_000, snapshotsPerAudit: 0 };

export async function* measureFrames(): AsyncGenerator<Line> {
  for (const steps of LENGTHS) yield { store: 'memory', steps, ...(await resumeOf(steps)) };
  const store = await openDynalite();
  try {
    yield { store: 'dynalite', steps: COLD_STEPS, ...(await coldTurns(store)) };
  } finally {
    await store.close();
  }
  yield compileTimes();
  for (const workload of WORKLOADS) {
    const [plain, stored] = [await countUsage(workload), await countUsage(workload, createRunFrames())];
    const more = round((stored.writeUnits / plain.writeUnits - 1) * 100, 1);
    const units = { writeUnits: plain.writeUnits, writeUnitsWithSnapshots: stored.writeUnits, morePercent: more };
    yield {
      ...{ cost: workload.name },
      ...units,
      readUnits: plain.readUnits,
      readUnitsWithSnapshots: stored.readUnits,
    };
  }
}

/** Of the engine alone: from the stored bytes to a run that can go on. */
async function resumeOf(steps: number): Promise<Line> {
  const store = openMemory();
  const bench = createBench(store, measured, { settings: { ...NO_LIMIT, frames: createRunFrames() } });
  const started = await bench.client.start(measured.chainThenWaits, { steps, waits: 1 });
  await bench.work();
  const run = await store.store.readRun(started.id);
  const encoded = run?.snapshot && (await store.store.readValue(run.runId, snapshotKey(run.snapshot)));
  if (run === undefined || encoded === undefined) throw new Error('the run has no snapshot');
  const engine = engineOn(store);
  const resume = async (): Promise<void> => {
    const read = decodeSnapshot(encoded);
    if (read.kind === 'refused') throw new Error(read.reason);
    const { started: first, run: bytes, passed } = read.snapshot;
    const resumed = await replayBehind(engine, run, { started: first, run: bytes, passed, entries: [] });
    if (resumed.kind === 'refused') throw new Error(resumed.reason);
  };
  const times: number[] = [];
  for (let time = 0; time < RESUMES; time += 1) {
    const startedCpu = process.cpuUsage();
    for (let one = 0; one < RESUMES_AT_ONCE; one += 1) await resume();
    times.push((cpuMsSince(startedCpu) * 1_000) / RESUMES_AT_ONCE);
  }
  return { resumeCpuUs: round(median(times.slice(RESUMES / 2)), 0), snapshotBytes: JSON.stringify(encoded).length };
}

function engineOn({ store }: BenchStore): Engine {
  const ports = {
    ...{ registry: createRegistry(measured), store, clock: new SystemClock(), log: silent },
    wakes: { send: () => Promise.resolve() },
  };
  return toEngine({
    ...{ ...ports, operations: createRunOperations(ports), frames: createRunFrames() },
    ...{ newNonce: () => '', newSeed: () => '', random: Math.random },
  });
}

/** A turn of a worker that has nothing in memory: from a snapshot, and from the journal, in turn. */
async function coldTurns(store: BenchStore): Promise<Line> {
  const withFrames = createBench(store, measured, { settings: { ...NO_LIMIT, frames: createRunFrames() } });
  const without = createBench(store, measured, { settings: NO_LIMIT });
  const input = { steps: COLD_STEPS, waits: 2 * COLD_TURNS + 1 };
  const run = await withFrames.client.start(measured.chainThenWaits, input);
  await withFrames.work();
  const turnOf = async (bench: typeof without): Promise<{ readonly ms: number; readonly cpuMs: number }> => {
    await run.signal(measured.goOn, 1);
    bench.restart();
    const [startedMs, startedCpu] = [performance.now(), process.cpuUsage()];
    await bench.turn(run.id);
    return { ms: performance.now() - startedMs, cpuMs: cpuMsSince(startedCpu) };
  };
  const [stored, replayed] = [[], []] as [{ ms: number; cpuMs: number }[], { ms: number; cpuMs: number }[]];
  for (let time = 0; time < COLD_TURNS; time += 1) {
    stored.push(await turnOf(withFrames));
    replayed.push(await turnOf(without));
  }
  const of = (turns: typeof stored, figure: 'ms' | 'cpuMs'): number => median(turns.map((turn) => turn[figure]));
  return {
    ...{ storedMs: round(of(stored, 'ms')), replayedMs: round(of(replayed, 'ms')) },
    ...{ storedCpuMs: round(of(stored, 'cpuMs')), replayedCpuMs: round(of(replayed, 'cpuMs')) },
    timesFaster: round(of(replayed, 'ms') / of(stored, 'ms'), 1),
    timesLessCpu: round(of(replayed, 'cpuMs') / of(stored, 'cpuMs'), 1),
  };
}

const FILE_BYTES = 20_480;

/** Of a file of workflows, in a process that has just begun to compile, and after that. */
function compileTimes(): Line {
  const one = (index: number): string => `
    export const order${index} = workflow('order${index}', function* (lines) {
      const done = [];
      for (const line of lines) {
        try {
          done.push(yield* step('reserve', () => line.id));
        } catch (error) {
          for (const id of done) yield* step('release', () => id);
          throw error;
        }
      }
      const { by } = yield* approved.receive();
      yield* sleep('1 day');
      return { by, done: done.length };
    });`;
  let source = `import { signal, sleep, step, workflow } from 'lull'; const approved = signal('approved');`;
  for (let index = 0; source.length < FILE_BYTES; index += 1) source += one(index);
  const times: number[] = [];
  for (let time = 0; time < COMPILES; time += 1) {
    const startedCpu = process.cpuUsage();
    compileModule(source, { fileName: 'orders.js', moduleId: 'orders.js', runtime: 'runtime' });
    times.push(cpuMsSince(startedCpu));
  }
  const figures = { compileFirstCpuMs: round(times[0] ?? 0, 0), compileCpuMs: round(median(times), 0) };
  return { fileBytes: source.length, ...figures };
}
