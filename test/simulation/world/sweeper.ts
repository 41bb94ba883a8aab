/** The sweeper: a process each period, as long as there is anything in the index of the due. */
import type { Logger } from '../../../lib/core/logger.ts';
import { sweep } from '../../../lib/engine/sweep.ts';
import { StoreUnavailableError } from '../../../lib/ports/world-errors.ts';
import type { Network } from './network.ts';
import { SimulatedProcess } from './simulated-process.ts';
import type { Table } from './table.ts';
import type { Timeline } from './timeline.ts';

export interface SweeperOptions {
  readonly timeline: Timeline;
  readonly network: Network;
  readonly table: Table;
  readonly periodMs: number;
  readonly log: Logger;
  readonly clockErrorMs: (sweeper: string) => number;
  readonly onError: (error: unknown) => void;
}

export class Sweeper {
  readonly #options: SweeperOptions;
  #sweeps = 0;
  #sweptAtMs = -Infinity;

  constructor(options: SweeperOptions) {
    this.#options = options;
  }

  get sweeps(): number {
    return this.#sweeps;
  }

  /** Whole multiples of the period, those left out at which it would find nothing; undefined if it never will. */
  nextAtMs(): number | undefined {
    const { table, periodMs, timeline } = this.#options;
    const dueAtMs = table.earliestDueMs();
    if (dueAtMs === undefined) return undefined;
    const fromMs = Math.max(dueAtMs, this.#sweptAtMs + 1, timeline.nowMs);
    return Math.ceil(fromMs / periodMs) * periodMs;
  }

  begin(): void {
    const { timeline, network, periodMs, log, clockErrorMs, onError } = this.#options;
    this.#sweptAtMs = timeline.nowMs;
    this.#sweeps += 1;
    const name = `sweeper-${this.#sweeps}`;
    const process = new SimulatedProcess(name, timeline, clockErrorMs(name));
    const ports = { store: network.storeFor(process), wakes: network.wakesFor(process), clock: process.clock, log };
    sweep(ports, { aheadMs: 1.5 * periodMs }).catch((error: unknown) => {
      if (!(error instanceof StoreUnavailableError)) onError(error);
    });
  }
}
