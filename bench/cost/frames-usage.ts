/** What runs take whose coroutines are stored, as a process of compiled code counts it. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { bundleBench } from '../bundle-bench.ts';

interface Units {
  readonly writeUnits: number;
  readonly readUnits: number;
}

export interface FramesUsage {
  readonly workloads: (Units & { readonly name: string })[];
  /** So many were played. */
  readonly hours: number;
  /** Of one of them: in a run that is replayed, in one with snapshots, and in one with an unbounded history. */
  readonly replayedHour: Units;
  readonly hour: Units;
  readonly unboundedHour: Units;
}

export async function countWithFrames(): Promise<FramesUsage> {
  const bundle = await bundleBench(join(import.meta.dirname, '../..'), 'cost');
  return JSON.parse(execFileSync(process.execPath, [bundle], { encoding: 'utf8' })) as FramesUsage;
}
