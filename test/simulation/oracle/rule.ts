/** What the oracle holds against what happens: small rules, each with one idea. */
import type { Plan, RunPlan } from '../plan.ts';
import type { Callers } from '../world/callers.ts';
import type { CodeDeaths } from '../world/code-deaths.ts';
import type { Fleet } from '../world/fleet.ts';
import type { BegunBody, BodyBook } from '../world/body-book.ts';
import type { HeardEvent, SimulatedEventBus } from '../world/event-bus.ts';
import type { SimulatedProcess } from '../world/simulated-process.ts';
import type { Table } from '../world/table.ts';
import type { RunLedger, TableCall } from './run-ledger.ts';

/** What the rules may look at. */
export interface Seen {
  readonly plan: Plan;
  readonly table: Table;
  readonly fleet: Fleet;
  readonly callers: Callers;
  readonly bodies: BodyBook;
  readonly deaths: CodeDeaths;
  /** Undefined: the engine tells of nothing. */
  readonly bus: SimulatedEventBus | undefined;
  /** Epoch milliseconds: when the last fault may have happened. */
  readonly faultsEndedAtMs: number;
  readonly nowMs: number;
  /** Names of the faults so far. */
  readonly faultNames: readonly string[];
  /** Whether a caller died in the middle of its call, or gave it up. */
  readonly isDead: (caller: string) => boolean;
  readonly planOf: (runId: string) => RunPlan | undefined;
}

export type Violate = (message: string) => void;

export interface Rule {
  readonly name: string;
  /** A call has reached the table; the ledger does not have it yet. */
  readonly onCall?: (call: TableCall, run: RunLedger, violate: Violate, seen: Seen) => void;
  readonly onBody?: (body: BegunBody, run: RunLedger, violate: Violate, seen: Seen, process: SimulatedProcess) => void;
  /** The bus has taken an event about the run. */
  readonly onEvent?: (event: HeardEvent, run: RunLedger, violate: Violate, seen: Seen) => void;
  /** Nothing will happen any more. */
  readonly atEnd?: (run: RunLedger, violate: Violate, seen: Seen) => void | Promise<void>;
}

export interface Violation {
  readonly rule: string;
  readonly runId: string;
  readonly message: string;
  readonly atMs: number;
}
