/** A run with a million tasks that wait for one event: how much memory a task takes. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Event, gather, workflow, type Coroutine } from 'lull';
import { createBench } from '../harness.ts';
import { openNone } from '../stores.ts';
import { goOn } from '../workflows.ts';

const TASKS = 1_000_000;
const WITHOUT_LIMITS = { maxTasks: TASKS + 1, maxPendingCommands: TASKS, maxCallbacksPerEvent: 10 * TASKS };

const crowd = workflow('crowd', function* (size: number) {
  const opened = new Event();
  let passed = 0;
  function* pass(): Coroutine<void> {
    yield* opened.wait();
    passed += 1;
  }
  const all = gather(Array.from({ length: size }, pass));
  yield* goOn.receive();
  opened.set();
  yield* all;
  return passed;
});

/** Bytes of the heap for each task, while all of them wait; all of them go on afterwards. */
export async function measureManyTasks(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const bench = createBench(openNone(), [crowd], {
    settings: { ...WITHOUT_LIMITS, maxWarmBytes: Number.MAX_SAFE_INTEGER },
  });
  const run = await bench.client.start(crowd, TASKS);
  collect();
  const before = process.memoryUsage().heapUsed;
  await bench.work();
  collect();
  const bytes = (process.memoryUsage().heapUsed - before) / TASKS;
  await run.signal(goOn, 1);
  await bench.work();
  const passed = await run.result();
  if (passed !== TASKS) throw new Error(`${passed} tasks went on`);
  return Math.round(bytes);
}
