/** What the HTTP API answers, as JSON: what the command reads of it. Newer engines may say more. */
import type { RunStatus } from '../../core/run-status.ts';

export interface RunRow {
  readonly id: string;
  readonly workflow: string;
  readonly status: RunStatus;
  readonly createdAt: string;
  readonly endedAt?: string;
  readonly customStatus?: unknown;
  readonly attributes?: Readonly<Record<string, unknown>>;
}

export interface RunPage {
  readonly runs: readonly RunRow[];
  readonly cursor?: string;
}

export interface ScheduleRow {
  readonly name: string;
  readonly workflow: string;
  readonly schedule: string;
  readonly timezone: string;
  readonly paused: boolean;
  readonly nextAt?: string;
  readonly lastRunId?: string;
  readonly lastError?: string;
}

export interface SchedulePage {
  readonly schedules: readonly ScheduleRow[];
  readonly cursor?: string;
}

export interface PoolLimitsAnswer {
  readonly concurrency?: number;
  readonly concurrencyPerKey?: number;
  readonly rate?: { readonly limit: number; readonly per: number };
  readonly ratePerKey?: { readonly limit: number; readonly per: number };
}

export interface PoolRow {
  readonly name: string;
  readonly limits: PoolLimitsAnswer;
  readonly isSet: boolean;
  readonly paused: boolean;
  readonly pausedAt?: string;
  readonly used: number;
}

interface PoolOwner {
  readonly runId: string;
  readonly step?: number;
  readonly key?: string;
  readonly since: string;
}

export interface PoolAnswer extends PoolRow {
  /** What the code says, where other limits are set. */
  readonly codeLimits?: PoolLimitsAnswer;
  readonly places: readonly (PoolOwner & { readonly isOnItsWay?: true })[];
  readonly waiting: readonly (PoolOwner & { readonly priority: number })[];
  readonly more?: true;
}

/** An error as JSON: see lib/http/to-json.ts. */
export interface ShownError {
  readonly name?: string;
  readonly message?: string;
  readonly code?: unknown;
  readonly stack?: string;
  readonly cause?: unknown;
  readonly errors?: unknown;
  readonly undoErrors?: unknown;
}

export interface RunAnswer extends RunRow {
  readonly input?: unknown;
  readonly dueAt?: string;
  readonly deadline?: string;
  readonly pausedAt?: string;
  readonly workflowPaused?: { readonly since: string; readonly reason?: string };
  readonly parent?: string;
  readonly link?: number;
  readonly pinnedTo?: string;
  readonly blocked?: { readonly reason: string; readonly since: string };
  /** See lib/core/waits-for.ts: it is put into words there. */
  readonly waitsFor?: object;
  readonly journal?: { readonly events: number; readonly bytes: number };
  readonly history?: { readonly events: number; readonly archived: boolean };
  readonly unreadSignals?: number;
  readonly result?: unknown;
  readonly error?: ShownError;
  readonly reason?: string;
  readonly undoErrors?: readonly ShownError[];
}

export interface EventAnswer {
  readonly kind: string;
  readonly at?: string;
  readonly turn?: number;
  readonly id?: number;
  readonly stepId?: string;
  readonly name?: string;
  readonly key?: string;
  readonly operation?: { readonly kind: string; readonly runId?: string; readonly functionName?: string };
  readonly runId?: string;
  readonly status?: string;
  readonly value?: unknown;
  readonly error?: unknown;
  readonly count?: number;
  readonly bytes?: number;
  readonly attempt?: number;
  readonly durationMs?: number;
  readonly dueAt?: string;
  readonly retryAt?: string;
  readonly reason?: string;
  readonly undo?: boolean;
  readonly sensitive?: boolean;
  readonly version?: string;
  readonly messageId?: string;
  readonly becomes?: string;
  readonly unread?: boolean;
}

export interface HistoryPage {
  readonly events: readonly EventAnswer[];
  readonly cursor?: string;
}

export interface StreamPageAnswer {
  readonly entries: readonly { readonly seq: number; readonly value?: unknown }[];
  readonly next: number;
  readonly ended: boolean;
}

const OPEN: ReadonlySet<string> = new Set(['pending', 'running', 'suspended', 'paused', 'blocked']);

export function isOpen({ status }: { readonly status: string }): boolean {
  return OPEN.has(status);
}
