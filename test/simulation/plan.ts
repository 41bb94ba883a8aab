/** What one simulation does: data, so that it can be kept, printed and made smaller. */
import type { Action } from './world/act.ts';
import type { Weather } from './world/weather.ts';

/** One run, and those who have to do with it. */
export interface RunPlan {
  readonly workload: string;
  readonly runId: string;
  readonly workflow: string;
  readonly input: unknown;
  readonly startAtMs: number;
  /** Each list is done one after the other; the lists beside each other. */
  readonly callers: readonly (readonly Action[])[];
}

export interface Plan {
  readonly seed: number;
  readonly weather: Weather;
  readonly runs: readonly RunPlan[];
  /** Of the faults that the weather brings, only these happen; undefined: all. */
  readonly kept?: readonly string[];
}
