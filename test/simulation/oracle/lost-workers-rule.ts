/**
 * A run is blocked for lost workers after as many losses as the setting says, the last of them alone with it: not before,
 * not after, never for the death of a neighbour, nor for a table that fails. Code that was not tried yet does not block it.
 */
import { DEFAULT_SETTINGS } from '../../../lib/engine/settings.ts';
import type { ReleaseLeaseResult } from '../../../lib/ports/store.ts';
import type { CodeDeath } from '../world/code-deaths.ts';
import type { RunLedger } from './run-ledger.ts';
import type { Rule, Seen, Violate } from './rule.ts';

/** Two workers may be at one run, or what they said of it is not known. */
const OF_WORKERS = /^(freeze|clocks-jump|clock-error|outage)/;
const OF_CALLS = /^(requestLost|answerLost|sentTwice|carriedOutLater|overtaken|slow|half)/;
/** A worker that was lost from outside may have told nothing of the one before: the code may be tried once more. */
const FROM_OUTSIDE = /^(dieBefore|dieAfter)/;

export const lostWorkersRule: Rule = {
  name: 'a run is blocked for lost workers, and for no others',
  onCall({ operation, answer, before, after, by, atMs }, run, violate, seen) {
    if (operation !== 'release' || (answer as ReleaseLeaseResult).kind !== 'done') return;
    if (before?.lease === undefined || after?.blocked?.tryAtMs === undefined) return;
    const { version = '' } = after.blocked;
    // It is as it was: nothing was tried.
    if (before.blocked?.tryAtMs !== undefined && run.takeoversInARow === 0) return;
    if (!run.triedAlone.has(version)) violate(`${by} blocked the run for lost workers, and ${version} was not tried`);
    const { tryAtMs = 0 } = before.blocked ?? {};
    if (tryAtMs > atMs && before.blocked?.version === version) return; // woken before it is to be tried again
    if (tryAtMs <= atMs) checkLastWorker(run, violate, seen); // else the last one has blocked it, and another version does again
    if (run.takeoversInARow < mostLosses(seen)) {
      violate(`${by} blocked the run after ${run.takeoversInARow} takeovers since something was recorded`);
    }
  },
  atEnd(run, violate, seen) {
    if (isDisturbed(run, seen)) return;
    const deaths = seen.deaths.ofRun(run.runId).filter(({ isBeforeRun }) => !isBeforeRun);
    deaths.forEach((death, index) => {
      const before = deaths.slice(0, index).filter(({ progress }) => progress === death.progress);
      checkDeath(death, before, mostLosses(seen), violate);
    });
  },
};

/** Before this one, in the last turn but this, a worker was alone with the run, and did not come to the end of its turn. */
function checkLastWorker(run: RunLedger, violate: Violate, seen: Seen): void {
  const epoch = (run.item?.epoch ?? 0) - 1;
  const worker = run.workerOf.get(epoch);
  if (worker === undefined) return;
  const death = seen.deaths.ofWorker(worker);
  if (death !== undefined && death.runId !== run.runId) {
    violate(`the run is blocked since code of ${death.runId} ended ${worker}`);
  }
  if (!seen.fleet.isAlive(worker) || seen.fleet.isInTurn(worker, run.runId)) return;
  if (seen.plan.weather.clockErrorMs > 0 || seen.faultNames.some(isOfTimeOrTable)) return;
  violate(`the run is blocked for lost workers, and ${worker}, the last one, lives and has ended its turn`);
}

/** A worker that stood still, or could not reach the table for as long as it tried, is lost all the same. */
function isOfTimeOrTable(name: string): boolean {
  return OF_WORKERS.test(name);
}

/** `before`: what the run's code ended since something was recorded. */
function checkDeath(death: CodeDeath, before: readonly CodeDeath[], most: number, violate: Violate): void {
  const { runId, worker, version, atMs, lastHold, holds } = death;
  const sameCode = before.filter((other) => other.version === version);
  const wasHeld = before.some((other) => other.holds < holds);
  const since = sameCode.filter((other) => other.holds === holds).length;
  const allowed = wasHeld ? 1 : most;
  if (since >= allowed) violate(`code of ${runId} ended ${worker} after ${since} others, and ${allowed} are allowed`);
  if (wasHeld && lastHold?.version === version && atMs < lastHold.tryAtMs) {
    violate(
      `code of ${runId} ended ${worker} ${Math.round(lastHold.tryAtMs - atMs)} ms before it was to be tried again`,
    );
  }
  if (before.length > 0 && !death.isAlone) violate(`code of ${runId} ended ${worker}, and was not alone in it`);
}

function mostLosses({ plan }: Seen): number {
  return plan.weather.settings.maxLostTurns ?? DEFAULT_SETTINGS.maxLostTurns;
}

function isDisturbed({ runId }: RunLedger, { plan, faultNames }: Seen): boolean {
  if (plan.weather.clockErrorMs !== 0) return true;
  const isOfRun = (name: string): boolean =>
    (OF_CALLS.test(name) || FROM_OUTSIDE.test(name)) && name.includes(`of ${runId}`);
  return faultNames.some((name) => OF_WORKERS.test(name) || name.startsWith('kill-all') || isOfRun(name));
}
