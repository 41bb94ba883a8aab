/** Workflow code that ends its worker: when it does, and the book of all workers that it ended, for the oracle. */
import type { RunLedger } from '../oracle/run-ledger.ts';
import type { CodeTurn } from './code-turn.ts';
import type { Faults } from './faults.ts';
import type { Timeline } from './timeline.ts';

/** Each time; the first so many times; each time that the run was not taken alone. */
export type When = 'always' | number | 'in company';

export interface CodeDeath {
  readonly runId: string;
  readonly place: string;
  readonly worker: string;
  readonly version: string;
  readonly atMs: number;
  /** The worker had taken the run alone. */
  readonly isAlone: boolean;
  /** Its starter took the first turn, and died before it had created the run: nobody can know of it. */
  readonly isBeforeRun: boolean;
  /** How many entries its journal had that tell of progress. */
  readonly progress: number;
  /** How often the run was blocked for losses by then, and how it was at last. */
  readonly holds: number;
  readonly lastHold: { readonly version: string | undefined; readonly tryAtMs: number } | undefined;
}

export interface CodeDeathsOptions {
  readonly timeline: Timeline;
  readonly faults: Faults;
  readonly ledgerOf: (runId: string) => RunLedger;
}

export class CodeDeaths {
  readonly #options: CodeDeathsOptions;
  readonly all: CodeDeath[] = [];

  constructor(options: CodeDeathsOptions) {
    this.#options = options;
  }

  ofRun(runId: string): readonly CodeDeath[] {
    return this.all.filter((death) => death.runId === runId);
  }

  /** By whose code a worker was ended, if by any. */
  ofWorker(worker: string): CodeDeath | undefined {
    return this.all.find((death) => death.worker === worker);
  }

  endWorker({ process, runId, version }: CodeTurn, place: string, when: When): void {
    const { timeline, faults, ledgerOf } = this.#options;
    if (faults.areOver || !process.isAlive) return;
    const run = ledgerOf(runId);
    const isAlone = run.aloneIn(process.name);
    const count = this.ofRun(runId).filter((death) => death.place === place).length + 1;
    const isToDie = when === 'always' || (when === 'in company' ? !isAlone : count <= when);
    if (!isToDie || !faults.incident('codeDies', `codeDies at ${place} of ${runId} #${count}`)) return;
    const { progress, lossHolds: holds, lastLossHold: lastHold } = run;
    this.all.push({
      ...{ runId, place, worker: process.name, version, atMs: timeline.nowMs },
      ...{ isAlone, isBeforeRun: run.item === undefined, progress, holds, lastHold },
    });
    process.dieInItsCode();
  }
}
