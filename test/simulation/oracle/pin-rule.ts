/** A pinned run has its turns by the version that it is pinned to; it goes on with another one only if that is gone. */
import type { Rule } from './rule.ts';

export const pinRule: Rule = {
  name: 'a pinned run stays with its version as long as that is there',
  onCall({ operation, before, after, by }, run, violate, { plan, fleet }) {
    if (plan.weather.pinned === undefined || before === undefined || after === undefined) return;
    const version = fleet.codeOf(by)?.version;
    const isTaken = operation === 'take' && after.epoch !== before.epoch;
    // The newest code begins a link, and goes on with a run that is tried again: a request that comes twice changes nothing.
    const isAnyones = after.link !== before.link || after.retries !== before.retries;
    const expected = isTaken ? version : isAnyones ? undefined : before.pinnedTo;
    if (after.pinnedTo !== expected) {
      violate(`${operation} by ${by} of ${version} pinned the run to ${after.pinnedTo}, not ${expected}`);
    }
    if (isTaken && before.pinnedTo !== undefined && before.pinnedTo !== version && fleet.isThere(before.pinnedTo)) {
      violate(`${by} of ${version} took a run that is pinned to ${before.pinnedTo}, which is there`);
    }
    // A run that is tried again, and a fork, go on by the newest code, also before it has recorded that.
    if (!run.isPlain || before.goesOnFrom !== undefined) return;
    const [started] = run.entries;
    if (operation === 'resumeRun') return; // of a run that was blocked before it was paused
    if (after.status !== 'blocked' || before.status === 'blocked' || started?.kind !== 'started') return;
    if (started.version !== version && fleet.isThere(started.version)) {
      violate(`${by} of ${version} blocked a run of ${started.version}, which is there: ${after.blocked?.reason}`);
    }
  },
};
