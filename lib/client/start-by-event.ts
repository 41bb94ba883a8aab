/**
 * Starts a run that an event of EventBridge asks for. The run's id is made of the event's id, so that an event that comes
 * twice, as EventBridge may deliver it, starts one run.
 */
import { describeValue } from '../core/describe-value.ts';
import { InvalidArgumentError } from '../core/run-errors.ts';
import type { CallPorts } from './call-ports.ts';
import { checkRunId } from './identifiers.ts';
import { checkOptions } from './options.ts';
import { startRun } from './start-run.ts';

/** An event, as EventBridge sends it. */
export interface EventBridgeEvent {
  readonly id: string;
  readonly source: string;
  readonly 'detail-type': string;
  readonly detail: unknown;
  readonly [name: string]: unknown;
}

/** What the rule of an event start sends, for each event. */
export interface EventStartRequest {
  /** The name of the event start: 1 to 64 characters out of `A-Z a-z 0-9 . _ -`. */
  readonly start: string;
  /** The workflow's name. */
  readonly workflow: string;
  readonly event: EventBridgeEvent;
  /** What the run is given. Absent: the event. */
  readonly input?: unknown;
}

/** The run that there is now. */
export interface EventStarted {
  readonly runId: string;
}

const KEYS = ['start', 'workflow', 'event', 'input'];
const NAME = /^[\w.-]{1,64}$/;

/** Raises what `client.start` raises, and an InvalidArgumentError for a request that is none. */
export async function startByEvent(ports: CallPorts, request: EventStartRequest): Promise<EventStarted> {
  const runId = readRunId(request);
  const { workflow, event } = request;
  await startRun(ports, {
    workflow,
    definition: ports.registry?.get(workflow),
    input: 'input' in request ? request.input : event,
    // another input under the same id: the event start was changed between two deliveries
    options: { id: runId, onConflict: 'use-existing' },
  });
  return { runId };
}

function readRunId(request: EventStartRequest): string {
  checkOptions('an event start', request, KEYS);
  const { start, workflow, event } = request;
  if (typeof start !== 'string' || !NAME.test(start)) {
    throw new InvalidArgumentError(
      `an event start cannot be named ${describeValue(start)}: give 1 to 64 characters out of A-Z, a-z, 0-9 and . _ -`,
    );
  }
  if (typeof workflow !== 'string') {
    throw new InvalidArgumentError(
      `event start "${start}" cannot start ${describeValue(workflow)}: give a workflow's name`,
    );
  }
  const id: unknown = (event as Partial<EventBridgeEvent> | undefined)?.id;
  if (typeof id !== 'string' || id === '') {
    throw new InvalidArgumentError(
      `event start "${start}" got ${describeValue(event)}, which is no event of EventBridge`,
    );
  }
  return checkRunId(`${start}:${idOf(event)}`);
}

/** A life-cycle event that lull has sent twice is two events to EventBridge: lull's own id is the same. */
function idOf({ id, source, detail }: EventBridgeEvent): string {
  if (source !== 'lull' || typeof detail !== 'object' || detail === null) return id;
  const own = (detail as { readonly id?: unknown }).id;
  return typeof own === 'string' && NAME.test(own) ? own : id;
}
