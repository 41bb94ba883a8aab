/**
 * The workloads `frames` and `unbounded`, in a bundle that is compiled for frames; `frames.ts step` is the engine alone, also in
 * one that is not. `run.ts` builds both.
 */
import { print } from './measure.ts';
import { measureFrames } from './workloads/frames.ts';
import { measureUnbounded } from './workloads/unbounded.ts';
import { measureStep } from './workloads/engine.ts';

if (process.argv[2] === 'step') print(await measureStep(1_000));
else if (process.argv[2] === 'unbounded')
  for await (const line of measureUnbounded()) print({ workload: 'unbounded', ...line });
else for await (const line of measureFrames()) print({ workload: 'frames', ...line });
