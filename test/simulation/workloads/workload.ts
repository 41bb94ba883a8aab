/** What the simulated cloud is busy with: runs that are drawn, and what may come of them. */
import type { AnyWorkflow } from '../../../lib/core/workflow.ts';
import type { EngineSettings } from '../../../lib/engine/settings.ts';
import type { RunLedger } from '../oracle/run-ledger.ts';
import type { Seen } from '../oracle/rule.ts';
import type { RunPlan } from '../plan.ts';
import type { Dice } from '../world/dice.ts';
import type { Incident } from '../world/weather.ts';

export interface Workload {
  readonly name: string;
  /** How often it is drawn. */
  readonly weight: number;
  readonly workflows: readonly AnyWorkflow[];
  /** They as they are in code that knows so many patches. Default: the same in all code. */
  readonly workflowsKnowing?: (patches: number) => readonly AnyWorkflow[];
  /** A run id that follows from something else takes the place of the given one. */
  readonly draw: (dice: Dice, runId: string) => Omit<RunPlan, 'workload' | 'runId'> & { readonly runId?: string };
  /** Says what is wrong with how the run ended; undefined if nothing is. */
  readonly judge?: (run: RunLedger, plan: RunPlan, seen: Seen) => string | undefined;
  /** How it ends does not depend on the weather: it is compared with the same run in calm weather. */
  readonly isDetermined?: boolean;
  /** The signals that it waits for, by name and key: without one of them it has no end. Default: none. */
  readonly waitsFor?: (plan: RunPlan) => readonly { readonly name: string; readonly key: string }[];
  /**
   * Its code keeps no cancellation to itself; says of a step, by its name, whether that may still be asked for, and
   * done, when the run was asked to cancel. Default: its code may do as it likes.
   */
  readonly mayFinishWhenCancelled?: (step: string) => boolean;
  /** Nothing else goes on beside it, and these settings hold. */
  readonly alone?: Partial<EngineSettings>;
  /** The table has a bucket beside it. */
  readonly hasBucket?: true;
  /** What befalls the cloud before `untilMs`, beside what the weather brings. */
  readonly befalls?: (dice: Dice, untilMs: number) => readonly Incident[];
  /** Smaller plans that may fail in the same way. */
  readonly smaller?: (plan: RunPlan) => Iterable<RunPlan>;
}

/** Starts the run, and does not give up before it has. */
export function start(workflow: string, input: unknown, delayMs?: number) {
  return {
    do: 'start',
    workflow,
    input,
    waitMs: 0,
    persists: true,
    ...(delayMs === undefined ? {} : { delayMs }),
  } as const;
}
