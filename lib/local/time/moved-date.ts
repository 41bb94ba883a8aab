/**
 * Moves the time of the process: `Date` is ahead of the machine's clock by an offset. Runs in the function's process.
 *
 * Timers and `performance.now()` stay real. Threads that the function starts share the offset.
 */
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';

const SHARED_OFFSET = 'lull-clock-offset';

/** Replaces `Date`; returns a way to set the offset in milliseconds. */
export function moveDate(): (offsetMs: number) => void {
  const shared = sharedOffset();
  const RealDate = Date;
  const realNow = RealDate.now;
  const nowMs = (): number => realNow() + (shared[0] ?? 0);
  RealDate.now = nowMs;
  const MovedDate = new Proxy(RealDate, {
    construct: (target, parameters, newTarget) =>
      Reflect.construct(target, parameters.length === 0 ? [nowMs()] : parameters, newTarget) as Date,
    apply: () => new RealDate(nowMs()).toString(),
  });
  RealDate.prototype.constructor = MovedDate;
  globalThis.Date = MovedDate;
  return (offsetMs) => {
    shared[0] = offsetMs;
  };
}

function sharedOffset(): Float64Array {
  const given = getEnvironmentData(SHARED_OFFSET) as unknown;
  if (given instanceof Float64Array) return given;
  const shared = new Float64Array(new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT));
  setEnvironmentData(SHARED_OFFSET, shared);
  return shared;
}
