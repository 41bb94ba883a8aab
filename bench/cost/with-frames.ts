/**
 * What snapshots take, and a history without end: `npm run cost` builds this compiled for frames, runs it, and reads a line of
 * JSON. Nothing of what it counts takes a bucket.
 */
import { sleep, workflow } from 'lull';
import { createRunFrames } from '../../lib/scheduler/run-frames.ts';
import { createBench } from '../harness.ts';
import { openDynalite } from '../stores.ts';
import { countUsage } from './count.ts';
import type { FramesUsage } from './frames-usage.ts';
import { WORKLOADS } from './workloads.ts';

const HOURS = 1_000;

function* sleepsFor(hours: number) {
  for (let hour = 0; hour < hours; hour += 1) yield* sleep('1 hour');
}
const whole = workflow('whole', function* (hours: number) {
  yield* sleepsFor(hours);
});
const unbounded = workflow('unbounded', { history: 'unbounded' }, function* (hours: number) {
  yield* sleepsFor(hours);
});

/** Of an hour of a run that sleeps again and again, in workers that do not have it in memory. */
async function hourOf(sleeper: typeof whole, { isStored = true } = {}) {
  const store = await openDynalite({ isMetered: true });
  try {
    const settings = { frames: isStored ? createRunFrames() : undefined, snapshotsPerAudit: 0 };
    const bench = createBench(store, isStored ? { whole, unbounded } : { whole }, { settings });
    const { id } = await bench.client.start(sleeper, HOURS + 1);
    await bench.work();
    store.takeCounts();
    for (let hour = 0; hour < HOURS; hour += 1) {
      bench.restart();
      bench.passTime('1 hour');
      await bench.turn(id);
    }
    const { writeUnits = Number.NaN, readUnits = Number.NaN } = store.takeCounts();
    return { writeUnits: writeUnits / HOURS, readUnits: readUnits / HOURS };
  } finally {
    await store.close();
  }
}

const usage: FramesUsage = {
  workloads: [],
  hours: HOURS,
  replayedHour: await hourOf(whole, { isStored: false }),
  hour: await hourOf(whole),
  unboundedHour: await hourOf(unbounded),
};
for (const workload of WORKLOADS) {
  const { writeUnits, readUnits } = await countUsage(workload, createRunFrames());
  usage.workloads.push({ name: workload.name, writeUnits, readUnits });
}
console.log(JSON.stringify(usage));
