/** What a call needs that starts a run or sends it something: it replays no code, so nothing of the engine is loaded for it. */
import type { Logger } from '../core/logger.ts';
import type { WorkflowRegistry } from '../core/workflow-registry.ts';
import type { FirstTurns } from '../ports/first-turns.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import type { WakeQueue } from '../ports/wake-queue.ts';
import type { IdSource } from './identifiers.ts';

export interface CallPorts {
  readonly registry: WorkflowRegistry | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  readonly ids: IdSource;
  /** Infinity for no limit. */
  readonly callTimeoutMs: number;
  /** Undefined: the first turns of runs are left to workers. */
  readonly firstTurns?: FirstTurns | undefined;
  openStore(): Promise<Store>;
  openWakes(): Promise<WakeQueue>;
}
