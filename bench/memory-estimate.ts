/**
 * How far the estimate of what a warm run holds (`lib/engine/memory-estimate.ts`) is from what it holds, for runs of several
 * shapes: `node --expose-gc --conditions=lull-source --import tsx bench/memory-estimate.ts`.
 */
import { createRunOperations } from '../lib/client/run-operations.ts';
import { randomUUID } from 'node:crypto';
import { gather, Queue, signal, sleep, step, workflow, type Coroutine } from 'lull';
import { Client } from 'lull/client';
import { createRegistry } from '../lib/core/workflow-registry.ts';
import type { AnyWorkflow } from '../lib/core/workflow.ts';
import { estimateMemoryBytes } from '../lib/engine/memory-estimate.ts';
import { observeNothing } from '../lib/engine/observe.ts';
import { callOwnBody, DEFAULT_SETTINGS, type Engine } from '../lib/engine/settings.ts';
import { PausedWorkflows } from '../lib/engine/paused-workflows.ts';
import { SeenPools } from '../lib/engine/pools/visit-pool.ts';
import { createSolitude } from '../lib/engine/solitude.ts';
import { takeTurn } from '../lib/engine/turn.ts';
import type { WarmRun } from '../lib/engine/warm-runs.ts';
import { MemoryStore } from '../lib/memory/memory-store.ts';
import { SystemClock } from '../lib/memory/system-clock.ts';
import { silent } from './silent.ts';

const RUNS = 20;

function* asleep(index: number): Coroutine<number> {
  yield* sleep('1 day');
  return index;
}
function* deep(depth: number): Coroutine<number> {
  if (depth > 0) return yield* deep(depth - 1);
  return yield* asleep(depth);
}
const never = signal<string>('never');
const some = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

const SHAPES: Record<string, AnyWorkflow> = {
  'asleep, nothing else': workflow('asleep', () => asleep(1)),
  '2,000 tasks asleep': workflow('tasks', function* () {
    yield* gather(some(2_000).map((index) => asleep(index)));
  }),
  '2,000 sleeps in a gather': workflow('sleeps', function* () {
    yield* gather(some(2_000).map((index) => sleep('1 day', index)));
  }),
  '500 tasks, each ten coroutines deep': workflow('deep', function* () {
    yield* gather(some(500).map(() => deep(10)));
  }),
  '500 tasks that wait for a signal': workflow('receives', function* () {
    yield* gather(some(500).map(() => never.receive()));
  }),
  '500 tasks that wait for a queue': workflow('queues', function* () {
    const queue = new Queue<number>();
    yield* gather([...some(500).map(() => queue.get()), asleep(1)]);
  }),
  '1,000 results of 1 KB that are kept': workflow('kept', function* () {
    const results: unknown[] = [];
    for (const index of some(1_000))
      results.push(yield* step('s', () => ({ index, text: `${index}`.padEnd(1_000, '-') })));
    yield* asleep(1);
    return results.length;
  }),
  '1,000 results of 1 KB that are forgotten': workflow('forgotten', function* () {
    for (const index of some(1_000)) yield* step('s', () => `${index}`.padEnd(1_000, '-'));
    yield* asleep(1);
  }),
  '1,000 objects of ten numbers that are kept': workflow('objects', function* () {
    const results: unknown[] = [];
    for (const index of some(1_000)) results.push(yield* step('s', () => some(10).map((n) => ({ n: n + index }))));
    yield* asleep(1);
    return results.length;
  }),
};

function usedBytes(): number {
  for (let round = 0; round < 3; round += 1) globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

for (const [shape, flow] of Object.entries(SHAPES)) {
  const store = new MemoryStore();
  const wakes = { send: () => Promise.resolve() };
  const clock = new SystemClock();
  const client = new Client({ workflows: [flow], store, wakes, log: silent });
  const ports = { registry: createRegistry([flow]), store, wakes, clock, log: silent };
  const engine: Engine = {
    ...DEFAULT_SETTINGS,
    ...{
      ...ports,
      operations: createRunOperations(ports),
      pin: undefined,
      publicUrl: undefined,
      frames: undefined,
      errorsToShow: undefined,
      interceptors: undefined,
      callSiteKeepers: new CallSiteKeepers(),
      observe: observeNothing,
    },
    ...{
      maxValueBytes: store.limits.valueBytes,
      callBody: callOwnBody,
      newNonce: randomUUID,
      newSeed: () => randomUUID(),
      random: Math.random,
      turnOfTheLoop: undefined,
      events: undefined,
    },
  };
  const kept = new Map<string, WarmRun>();
  const warmRuns = { take: () => undefined, keep: (runId: string, run: WarmRun) => void kept.set(runId, run) };
  for (let count = 0; count < RUNS; count += 1) {
    const { id } = await client.start(flow as never);
    await takeTurn(
      engine,
      {
        ...{ warmRuns, solitude: createSolitude(clock) },
        ...{ pausedWorkflows: new PausedWorkflows({ store, clock }), seenPools: new SeenPools() },
      },
      { runId: id, deadlineAtMs: Date.now() + 600_000 },
    );
  }
  const estimate = [...kept.values()].reduce((sum, run) => sum + estimateMemoryBytes(run), 0) / kept.size;
  const before = usedBytes();
  kept.clear();
  const held = (before - usedBytes()) / RUNS;
  const factor = estimate / held;
  console.log(
    `${shape.padEnd(45)} held ${(held / 1_000).toFixed(1).padStart(8)} KB, estimate ${(estimate / 1_000).toFixed(1).padStart(8)} KB: ${factor.toFixed(2)} times`,
  );
}
import { CallSiteKeepers } from '../lib/engine/call-sites.ts';
