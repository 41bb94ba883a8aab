/**
 * Says whether the process has something under way that will go on by itself: a request, a file, a timer of its own.
 *
 * The virtual clock must not jump as long as a step's body can go on by itself. What keeps the event loop alive can be
 * seen, and is waited for to its end. Some work cannot be seen: a query over a connection that was there before,
 * threads that compute. For it there is a little patience, longer where there are connections, and as long as the
 * process computes although this thread rests.
 *
 * Not all that can be seen is the body's: a test may have something beside it that goes on and on, as a loop that looks
 * for changes. Where that may be what is seen, the patience has an end too.
 */
import { isMainThread } from 'node:worker_threads';
import type { ProgressCounter } from './progress-counter.ts';
import { pauseReally, realNowMs, turnOfTheLoop } from './real-time.ts';

/** How long nothing has to be seen before a body counts as hanging. */
const PATIENCE_MS = 4;
const PATIENCE_WITH_CONNECTIONS_MS = 40;
/** How long something may be seen that may be at work for others, without anything stirring. */
const PATIENCE_WITH_OTHERS_MS = 1_000;

/** Within this many turns of the loop most files and local requests are done. */
const QUICK_TURNS = 20;

/** The kit itself lets the loop turn. */
const OWN = 'Immediate';

/** What a test runner and a terminal have open says nothing about the work of steps. */
const CONNECTIONS = ['TCPSocketWrap', 'TLSWrap', 'MessagePort', 'Worker', 'UDPWrap'];

type Counts = Map<string, number>;

export class RealWork {
  #baseline: Counts = new Map();
  /** What was under way before has ended: what follows it looks as if it were the body's. Other threads compute for others. */
  #hasOthers = !isMainThread;

  /** What is under way now has nothing to do with the bodies that begin from here on. */
  takeBaseline(): void {
    this.#baseline = underWay();
    this.#hasOthers = !isMainThread;
  }

  /** True as soon as something has stirred; false when nothing is under way and the patience is over. */
  async mayBeActive(progress: ProgressCounter, isPatient: boolean): Promise<boolean> {
    const { count } = progress;
    const stirred = (): boolean => progress.count !== count;
    for (let turn = 0; turn < QUICK_TURNS; turn += 1) {
      if (turn > 0 && !isPatient && !this.#isUnderWay()) return false;
      await turnOfTheLoop();
      if (stirred()) return true;
    }
    const beganAtMs = realNowMs();
    let quietSinceMs = beganAtMs;
    for (;;) {
      const before = process.cpuUsage();
      const pausedAtMs = realNowMs();
      await pauseReally(1);
      if (stirred()) return true;
      const nowMs = realNowMs();
      if (this.#isUnderWay() || isComputing(process.cpuUsage(before), nowMs - pausedAtMs)) quietSinceMs = nowMs;
      else if (!isPatient || nowMs - quietSinceMs >= this.#patienceMs()) return false;
      if (this.#hasOthers && (!isPatient || nowMs - beganAtMs >= PATIENCE_WITH_OTHERS_MS)) return false;
    }
  }

  #isUnderWay(): boolean {
    const now = underWay();
    for (const [kind, count] of now) if (count > (this.#baseline.get(kind) ?? 0)) return true;
    // What has gone since would hide what comes.
    for (const [kind, count] of this.#baseline) {
      const left = now.get(kind) ?? 0;
      if (left >= count) continue;
      this.#baseline.set(kind, left);
      if (kind !== OWN && !CONNECTIONS.includes(kind)) this.#hasOthers = true;
    }
    return false;
  }

  #patienceMs(): number {
    return CONNECTIONS.some((kind) => this.#baseline.has(kind)) ? PATIENCE_WITH_CONNECTIONS_MS : PATIENCE_MS;
  }
}

function underWay(): Counts {
  const counts: Counts = new Map();
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

/** Threads of this process were at work for most of a pause of this one. */
function isComputing({ user, system }: NodeJS.CpuUsage, pauseMs: number): boolean {
  return (user + system) / 1_000 > pauseMs / 2;
}
