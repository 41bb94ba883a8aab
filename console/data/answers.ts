/** What the HTTP API answers, as JSON: what the page reads of it. Newer engines may say more. */
import type { AsText } from '../../lib/client/explain-run.ts';
import type { EventAnswer, RunAnswer, RunPage, RunRow, ShownError } from '../../lib/cli/engine/answers.ts';
import type { AwaitPoint, WaitingTask, WaitsFor } from '../../lib/core/waits-for.ts';

export type { EventAnswer, RunPage, RunRow, ShownError };

export type Task = AsText<WaitingTask>;
export type Await = AsText<AwaitPoint>;
export type Waits = AsText<WaitsFor>;

export interface Blocked {
  readonly reason: string;
  readonly since: string;
  readonly code?: string;
  readonly recorded?: string;
  readonly requested?: string;
  readonly version?: string;
}

export interface ShownRun extends Omit<RunAnswer, 'waitsFor' | 'blocked'> {
  readonly waitsFor?: Waits;
  readonly blocked?: Blocked;
  readonly scheduledAt?: string;
  readonly waitsForPools?: readonly PoolWait[];
}

/** Where a run waits for a place. */
export interface PoolWait {
  readonly pool: string;
  readonly step?: number;
  readonly key?: string;
  readonly priority: number;
  readonly since: string;
}

export interface HistoryPage {
  readonly events: readonly EventAnswer[];
  readonly cursor?: string;
}

/** What the server of the console says of itself. */
export interface About {
  readonly name: string;
  readonly isLocal: boolean;
  readonly hasChanges: boolean;
}

/** In the order in which they are shown: what needs a person first. */
export const STATUSES = [
  'blocked',
  'failed',
  'running',
  'suspended',
  'paused',
  'pending',
  'completed',
  'cancelled',
  'terminated',
] as const;

const OPEN: ReadonlySet<string> = new Set(['pending', 'running', 'suspended', 'paused', 'blocked']);

export function isOpen(status: string): boolean {
  return OPEN.has(status);
}
