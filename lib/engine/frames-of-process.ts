/**
 * What runs are restored with in this process: what its last engine, or its API, was given. An engine that only reads runs has
 * nothing else to go by, and a bundle without frames does not carry them for it.
 *
 * Tested by: test/frames/runs/unbounded-readers.test.ts, test/infra/frames.test.ts
 */
import type { RunFrames } from '../scheduler/run-frames.ts';

let given: RunFrames | undefined;

export function rememberFrames(frames: RunFrames | undefined): void {
  given = frames ?? given;
}

export function framesOfProcess(): RunFrames | undefined {
  return given;
}
