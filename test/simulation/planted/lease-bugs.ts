/** Mistakes around the lease: taking it, keeping it, letting it go. */
import type { PlantedBug } from './planted-bug.ts';

export const leaseBugs: readonly PlantedBug[] = [
  {
    name: 'a lease is taken from whoever has it',
    file: 'lib/memory/run-state.ts',
    find: `const leased = run.lease !== undefined && run.lease.expiresAtMs > nowMs;`,
    put: `const leased = false as boolean;`,
  },
  {
    name: 'a lease is taken a little before it is over',
    file: 'lib/memory/run-state.ts',
    find: `run.lease.expiresAtMs > nowMs;`,
    put: `run.lease.expiresAtMs > nowMs + 3_000;`,
  },
  {
    name: 'a taken lease does not count the epoch up',
    file: 'lib/memory/run-state.ts',
    find: `epoch: run.epoch + 1, status: 'running' };`,
    put: `epoch: run.epoch, status: 'running' };`,
  },
  {
    name: 'a worker renews whatever lease there is',
    file: 'lib/memory/run-state.ts',
    find: `if (!before || !lease || before.run.epoch !== epoch) return { answer: { kind: 'lost' } };`,
    put: `if (!before || !lease) return { answer: { kind: 'lost' } };`,
  },
  {
    name: 'a worker believes in its lease for ever',
    file: 'lib/engine/lease-renewer.ts',
    find: `return !this.#isLost && (this.#options.clock.nowMs() < this.#expiresAtMs || this.#renew());`,
    put: `return true;`,
  },
  {
    name: 'a worker that lost its lease begins steps all the same',
    file: 'lib/engine/turn.ts',
    find: `    if (check === 'accepted-since') continue;\n    if (!(await turn.lease.isOurs())) return { kind: 'lease-lost' };`,
    put: `    if (check === 'accepted-since') continue;`,
  },
  {
    name: 'a release does not look for what was accepted meanwhile',
    file: 'lib/memory/run-state.ts',
    find: `if (run.wakes !== release.wakesSeen) return { answer: { kind: 'accepted-since', run } };`,
    put: '',
  },
  {
    name: 'an end does not look for what was accepted meanwhile',
    file: 'lib/memory/run-state.ts',
    find: `if (run.wakes !== finish.wakesSeen) return { answer: { kind: 'accepted-since', run } };`,
    put: '',
  },
  {
    name: 'whoever comes may end the run',
    file: 'lib/memory/run-state.ts',
    find: `if (!before || before.run.epoch !== finish.epoch) return { answer: { kind: 'lost' } };`,
    put: `if (!before) return { answer: { kind: 'lost' } };`,
  },
  {
    name: 'the sweeper leaves alone what has a lease, also one that is over',
    file: 'lib/engine/sweep.ts',
    find: `if (run.lease !== undefined && run.lease.expiresAtMs > nowMs) return 'leased';`,
    put: `if (run.lease !== undefined) return 'leased';`,
  },
  {
    name: 'the sweeper purges what is due, closed or not',
    file: 'lib/memory/memory-store.ts',
    find: `if (!partition || !isToPurge(partition.state, dueByMs)) return { kind: 'skipped' };`,
    put: `if (!partition || !((partition.state?.run.dueAtMs ?? Infinity) <= dueByMs)) return { kind: 'skipped' };`,
  },
  {
    name: 'a run is purged at once when it has ended',
    file: 'lib/engine/after-end.ts',
    find: `return retentionMs === undefined ? undefined : endedAtMs + retentionMs;`,
    put: `return retentionMs === undefined ? undefined : endedAtMs;`,
  },
  {
    name: 'a timer that is far away is not written down',
    file: 'lib/engine/suspend.ts',
    find: `const dueAtMs = isToGoOn || turn.places.mayHaveMissed(memory) ? 0 : nextDueAtMs(memory);`,
    put: `const asked = nextDueAtMs(memory);\n  const dueAtMs = asked !== undefined && asked - engine.clock.nowMs() > 3_600_000 ? undefined : asked;`,
  },
  {
    name: 'a timer fires a minute before its time',
    file: 'lib/engine/pending-events.ts',
    find: `if (timer !== undefined && timer.dueAtMs <= Math.min(nowMs, stepResult?.atMs ?? Infinity)) {`,
    put: `if (timer !== undefined && timer.dueAtMs <= Math.min(nowMs + 60_000, stepResult?.atMs ?? Infinity)) {`,
  },
  {
    name: 'of several timers the last one is waited for',
    file: 'lib/engine/timer-heap.ts',
    find: `return a.dueAtMs < b.dueAtMs || (a.dueAtMs === b.dueAtMs && a.id < b.id);`,
    put: `return a.dueAtMs > b.dueAtMs || (a.dueAtMs === b.dueAtMs && a.id < b.id);`,
  },
  {
    name: 'a worker waits for its timers only, and sleeps over a step that is to be tried again',
    file: 'lib/engine/live-memory.ts',
    find: `Math.min(memory.stepsToBegin.nextAtMs() ?? Infinity, nextTimeAtMs(memory) ?? Infinity, placeAtMs)`,
    put: `Math.min(nextTimeAtMs(memory) ?? Infinity, placeAtMs)`,
  },
  {
    name: 'a worker with more steps than it may run at once does nothing else than look',
    file: 'lib/engine/wait-in-place.ts',
    find: `const mayBegin = attempts.size < engine.maxStepsInFlight && clock.nowMs() < turn.beginsByMs;`,
    put: `const mayBegin = true as boolean;`,
  },
  {
    name: 'a renewal that comes late shortens the lease',
    file: 'lib/memory/run-state.ts',
    find: `expiresAtMs: Math.max(lease.expiresAtMs, expiresAtMs)`,
    put: `expiresAtMs`,
  },
];
