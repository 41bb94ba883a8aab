/** What an entry of an EventBridge bus says of a life-cycle event: `Run Completed` of the source `lull`. */
import type { LifecycleEvent, LifecycleEventKind } from '../ports/event-bus.ts';

/** As PutEvents takes it. */
export interface PutEventsEntry {
  readonly EventBusName: string;
  readonly Source: string;
  readonly DetailType: string;
  /** In epoch seconds. */
  readonly Time: number;
  /** A JSON text. */
  readonly Detail: string;
}

/** The detail of a life-cycle event. Times are as in `2026-11-22T03:00:00.000Z`. */
export interface LifecycleDetail {
  /** The same each time that this event is sent, which may be twice. */
  readonly id: string;
  /** The engine's name, as in its metrics: `Shop/Workflows`. */
  readonly engine?: string;
  readonly runId: string;
  readonly workflow: string;
  readonly status: 'running' | 'blocked' | 'completed' | 'failed' | 'cancelled' | 'terminated';
  readonly createdAt: string;
  /** Of a run that has ended. */
  readonly endedAt?: string;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  /** The run whose child it is. */
  readonly parentRunId?: string;
  /** The time that it is for, where a schedule has started it. */
  readonly scheduledAt?: string;
  /** How often it was tried again after it had failed. */
  readonly retries?: number;
  /** Why it failed, or is blocked: at most 1,000 characters of message. */
  readonly error?: { readonly name: string; readonly message: string; readonly code?: string };
  /** Why it was cancelled or terminated: `''` without a reason. */
  readonly reason?: string;
}

const SOURCE = 'lull';

const DETAIL_TYPES: Readonly<Record<LifecycleEventKind, string>> = {
  started: 'Run Started',
  completed: 'Run Completed',
  failed: 'Run Failed',
  cancelled: 'Run Cancelled',
  terminated: 'Run Terminated',
  blocked: 'Run Blocked',
};

export function toEntry(
  event: LifecycleEvent,
  { bus, engine }: { readonly bus: string; readonly engine: string | undefined },
): { readonly entry: PutEventsEntry; readonly bytes: number } {
  const entry: PutEventsEntry = {
    EventBusName: bus,
    Source: SOURCE,
    DetailType: DETAIL_TYPES[event.kind],
    Time: event.atMs / 1000,
    Detail: JSON.stringify(toDetail(event, engine), withoutHalves),
  };
  return { entry, bytes: entryBytes(entry) };
}

function toDetail({ id, kind, run, error, reason }: LifecycleEvent, engine: string | undefined): LifecycleDetail {
  const { runId, workflow, createdAtMs, endedAtMs, attributes, parentRunId, scheduledAtMs, retries } = run;
  return {
    id,
    ...(engine === undefined ? {} : { engine }),
    ...{ runId, workflow, status: kind === 'started' ? 'running' : kind },
    createdAt: toTime(createdAtMs),
    ...(endedAtMs === undefined ? {} : { endedAt: toTime(endedAtMs) }),
    attributes,
    ...(parentRunId === undefined ? {} : { parentRunId }),
    ...(scheduledAtMs === undefined ? {} : { scheduledAt: toTime(scheduledAtMs) }),
    ...(retries === undefined ? {} : { retries }),
    ...(error === undefined ? {} : { error }),
    ...(reason === undefined ? {} : { reason }),
  };
}

/** Half a character, as where a text was cut, is no JSON to some. */
function withoutHalves(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? value.replace(/\p{Surrogate}/gu, '\uFFFD') : value;
}

function toTime(ms: number): string {
  return new Date(ms).toISOString();
}

/** As EventBridge counts them: 14 bytes for the time, and what the rest has. */
function entryBytes({ Source, DetailType, Detail }: PutEventsEntry): number {
  return 14 + Buffer.byteLength(Source) + Buffer.byteLength(DetailType) + Buffer.byteLength(Detail);
}
