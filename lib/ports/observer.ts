/**
 * What the engine reports to an observer, for metrics and traces. Data only: an observer changes nothing, and inputs and
 * results of runs are never in it.
 */
import type { RunStatus } from '../core/run-status.ts';

/** A lease was taken. */
export interface TurnBegan {
  readonly kind: 'turn-began';
  readonly runId: string;
  readonly workflow: string;
  readonly epoch: number;
  readonly atMs: number;
  /** The lease before was not released: its worker died, or was too slow. */
  readonly takesOver: boolean;
}

/**
 * How a turn ended: the run's status then, or that it continues as new; `dropped` lost its lease, `error` threw and will be
 * retried.
 */
export type TurnOutcome = Exclude<RunStatus, 'running' | 'paused'> | 'continued' | 'dropped' | 'error';

/** What became of snapshots of the run in a turn. */
export interface TurnSnapshots {
  /** One was written, of so many bytes. */
  readonly writtenBytes?: number;
  /** None could be written, and why. */
  readonly refused?: string;
  /** The run goes on from one: nothing up to there was replayed. */
  readonly restored?: true;
  /** The run was replayed besides, and compared. */
  readonly audited?: true;
  /** In what the one that was audited was wrong. */
  readonly wrong?: string;
  /** One was not used, and why. */
  readonly dropped?: string;
}

/** The turn is over. */
export interface TurnEnded {
  readonly kind: 'turn-ended';
  readonly runId: string;
  readonly workflow: string;
  readonly epoch: number;
  readonly beganAtMs: number;
  readonly atMs: number;
  readonly takesOver: boolean;
  readonly outcome: TurnOutcome;
  /** Of what blocked the run, or ended the turn: the error's name. Undefined where all went well. */
  readonly errorName: string | undefined;
  /** The run's journal was begun by this turn. */
  readonly startsRun: boolean;
  /** Recorded events that were fed to the code again; 0 when this worker had the run in memory. */
  readonly replayedEvents: number;
  /** Bodies of steps that were begun, and those among them that had been begun before. */
  readonly stepsBegun: number;
  readonly stepRetries: number;
  /** Undefined where nothing became of any. */
  readonly snapshots?: TurnSnapshots;
}

/** A sweep found a run that is due and that no worker runs, and wakes it. */
export interface DueRunFound {
  readonly kind: 'due-run-found';
  readonly runId: string;
  readonly atMs: number;
  /** Since when it is due; undefined if a message made it so: that time is not stored. */
  readonly sinceMs: number | undefined;
}

export type EngineEvent = TurnBegan | TurnEnded | DueRunFound;

/** Called at once, within the turn or the sweep. Anything it throws is logged, and has no other effect. */
export type Observe = (event: EngineEvent) => void | Promise<void>;
