/** Counts write units where DynamoDB counts them: in each second, on the table's partition of a run and on those of the indexes. */
import { dueShardOf, workflowShardOf } from '../../lib/dynamodb/schema.ts';
import type { RunItem } from '../../lib/ports/run-item.ts';
import { isWrite, type StoreCall } from '../../lib/testing/around-store.ts';
import { isClosed } from '../../lib/core/run-status.ts';

export interface Peak {
  readonly where: string;
  /** Write units in its busiest second. */
  readonly units: number;
}

export class UnitMeter {
  readonly #seconds = new Map<string, Map<number, number>>();
  readonly #totals = new Map<string, number>();
  #writeUnits = 0;

  /** A write that was carried out. An item has up to 1 KB, unless it is a record, a message or a value. */
  add(call: StoreCall, nowMs: number, before: RunItem | undefined, after: RunItem | undefined): void {
    if (!isWrite(call) || call.runId === undefined) return;
    const { runId, operation, args } = call;
    this.#count(`run ${runId}`, nowMs, tableUnits(operation, args));
    const run = after ?? before;
    if (run === undefined) return;
    const due = indexUnits(before?.dueAtMs, after?.dueAtMs);
    if (due > 0) this.#count(`due index, shard ${dueShardOf(runId)}`, nowMs, due);
    const isEnd = before !== undefined && after !== undefined && isClosed(before.status) !== isClosed(after.status);
    if (before === undefined || isEnd)
      this.#count(`workflow index, shard ${workflowShardOf(run.workflow, runId)}`, nowMs, 1);
  }

  get writeUnits(): number {
    return this.#writeUnits;
  }

  /** Units of all that is named so, in all seconds. */
  unitsOf(name: string): number {
    let sum = 0;
    for (const [where, units] of this.#totals) if (where.startsWith(name)) sum += units;
    return sum;
  }

  /** The busiest second of whatever is named so. */
  peakOf(name: string): Peak {
    let peak: Peak = { where: name, units: 0 };
    for (const [where, seconds] of this.#seconds) {
      if (!where.startsWith(name)) continue;
      for (const units of seconds.values()) if (units > peak.units) peak = { where, units };
    }
    return peak;
  }

  /** The busiest second of the table and its indexes together. */
  peakOfAll(): number {
    const all = new Map<number, number>();
    for (const seconds of this.#seconds.values()) {
      for (const [second, units] of seconds) all.set(second, (all.get(second) ?? 0) + units);
    }
    return Math.max(0, ...all.values());
  }

  #count(where: string, nowMs: number, units: number): void {
    const second = Math.floor(nowMs / 1_000);
    const seconds = this.#seconds.get(where) ?? new Map<number, number>();
    seconds.set(second, (seconds.get(second) ?? 0) + units);
    this.#seconds.set(where, seconds);
    this.#totals.set(where, (this.#totals.get(where) ?? 0) + units);
    this.#writeUnits += units;
  }
}

function tableUnits(operation: StoreCall['operation'], args: readonly unknown[]): number {
  switch (operation) {
    case 'putRecord':
    case 'putMessage':
    case 'putValue':
      return Math.ceil(Buffer.byteLength(JSON.stringify(args.slice(1))) / 1_024);
    case 'deleteMessages':
      return (args[1] as readonly string[]).length;
    default:
      return 1;
  }
}

/** An entry of a sparse index: it is put, deleted, or deleted and put. */
function indexUnits(before: number | undefined, after: number | undefined): number {
  if (before === after) return 0;
  return (before === undefined ? 0 : 1) + (after === undefined ? 0 : 1);
}
