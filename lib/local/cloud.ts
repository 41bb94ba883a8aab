/**
 * The cloud on one machine that a description says: functions in processes of their own, tables, queues and buckets that
 * they call, and what calls them: HTTP APIs, event sources and schedules.
 *
 * What is not its job: anything that a run does. That is the functions', here as there.
 */
import { createDynamodbStore } from '../dynamodb/create-dynamodb-store.ts';
import type { Cleanup } from './cleanups.ts';
import type { CloudEvent, ExportedWorkflow } from './cloud-event.ts';
import { Functions } from './functions/functions.ts';
import { allowAll, createAuthorizer } from './iam/authorize.ts';
import { createCredentials } from './iam/credentials.ts';
import type { Listener } from './listeners.ts';
import { observeRuns } from './observe-runs.ts';
import type { FunctionResource, Resources } from './resources.ts';
import { RunEvents } from './run-events.ts';
import type { TableServer } from './services/dynamodb/table-server.ts';
import type { Endpoint, EndpointOptions } from './services/endpoint.ts';
import { openFolderStore } from './services/s3/object-store.ts';
import { createQueues } from './services/sqs/queues.ts';
import { MovableClock } from './time/movable-clock.ts';
import type { Work } from './time/advance.ts';
import { createEventBuses, type EventBuses } from './triggers/event-buses.ts';
import { toDestinationRecord } from './triggers/failed-events.ts';
import {
  answerFor,
  startEventSources,
  startScheduleTriggers,
  type TriggersOptions,
} from './triggers/start-triggers.ts';

export interface CloudParts {
  readonly resources: Resources;
  /** Of the services. */
  readonly aws: Endpoint;
  readonly listeners: readonly Listener[];
  readonly tables: Pick<TableServer, 'endpoint' | 'client'>;
  readonly bucketsPath: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly maxSandboxes?: number;
  readonly stopGraceMs?: number;
  readonly disturb?: EndpointOptions['disturb'];
  readonly report: (event: CloudEvent) => void;
  /** Each part that is started puts its cleanup on it. */
  readonly cleanups: Cleanup[];
}

/** A cloud while it runs. */
export interface Cloud extends TriggersOptions {
  /** What calls functions on its own. */
  readonly callers: readonly Work[];
  readonly deadLetters: readonly string[];
  /** Those in the code of its provisioned functions. */
  workflows(): readonly ExportedWorkflow[];
  /** Exchanges the code of these functions. */
  deploy(functions: readonly FunctionResource[]): Promise<void>;
}

const DEFAULT_MAX_SANDBOXES = 10;
const STOP_GRACE_MS = 5_000;

/** Rejects with a CloudError for resources that this machine cannot run, and for code that cannot be loaded. */
export async function startCloud(parts: CloudParts): Promise<Cloud> {
  const { resources, cleanups } = parts;
  const services = await startServices(parts);
  const { functions } = services;
  const provisioned = resources.functions.filter((made) => made.provisioned !== undefined);
  let workflows = await functions.deploy(provisioned);
  const schedules = startScheduleTriggers(services);
  cleanups.push(() => schedules.stop());
  const sources = await startEventSources(services);
  cleanups.push(() => sources.forEach((source) => source.stop()));
  return {
    ...services,
    callers: [schedules, ...sources, services.eventBuses],
    workflows: () => workflows,
    deploy: async (made) => {
      workflows = await functions.deploy(made);
    },
  };
}

interface Services extends TriggersOptions, Pick<Cloud, 'deadLetters'> {
  readonly eventBuses: EventBuses;
}

/** What functions call, the functions, and the answers of the HTTP APIs: these wait until the code is loaded. */
async function startServices(parts: CloudParts): Promise<Services> {
  const { resources, aws, listeners, tables, disturb, report, cleanups } = parts;
  const { maxSandboxes = DEFAULT_MAX_SANDBOXES, env = {} } = parts;
  const clock = new MovableClock();
  cleanups.push(() => clock.close());
  const deadLetters: string[] = [];
  const queues = createQueues(resources, {
    clock,
    onDeadLetter: (queue, { body }) => {
      deadLetters.push(body);
      report({ kind: 'dead-letter', queue: queue.id, body });
    },
  });
  cleanups.push(() => queues.close());
  const credentials = createCredentials(resources);
  const authorizer = authorizerOf(resources, report);
  const functions = new Functions({
    ...{ resources, clock, credentials, endpoint: aws.endpoint, env, maxSandboxes, report },
    onEventFailed: (made, failed) => {
      queues.find(made.onFailureArn ?? '')?.send(JSON.stringify(toDestinationRecord(made, failed, clock.nowMs())));
    },
  });
  cleanups.push(() => functions.stop(parts.stopGraceMs ?? STOP_GRACE_MS));
  const eventBuses = createEventBuses({ resources, functions, queues, authorizer, clock, report });
  aws.serve({
    ...{
      putEvent: eventBuses.put,
      resources,
      clock,
      credentials,
      authorizer,
      tables,
      queues,
      ...(disturb ? { disturb } : {}),
    },
    objects: await openFolderStore(parts.bucketsPath),
    invoke: async ({ type, payload, ...reference }) =>
      type === 'Event' ? functions.invokeLater(reference, payload) : functions.invoke(reference, payload),
  });
  const observe = runObserver(parts, clock);
  const services = {
    eventBuses,
    resources,
    clock,
    queues,
    credentials,
    authorizer,
    functions,
    maxSandboxes,
    report,
    observe,
  };
  for (const listener of listeners) {
    listener.open(answerFor(listener.api, services));
    cleanups.push(() => listener.refuse());
  }
  return { ...services, deadLetters };
}

function authorizerOf(resources: Resources, report: CloudParts['report']): TriggersOptions['authorizer'] {
  if (resources.access === 'open') return allowAll;
  return createAuthorizer(resources, {
    onDenied: ({ principal, action, resource }, message) =>
      report({ kind: 'call-denied', principal: principal.arn, action, resource, message }),
  });
}

/** Reports the runs of lull's table, if one of the functions has it. */
function runObserver(
  { resources, tables, report, cleanups }: CloudParts,
  clock: MovableClock,
): TriggersOptions['observe'] {
  const [tableName] = resources.functions.flatMap(({ environment }) => environment[TABLE_VARIABLE] ?? []);
  if (tableName === undefined) return () => () => undefined;
  const store = createDynamodbStore({ client: tables.client, tableName });
  const events = new RunEvents({ store, report, nowMs: () => clock.nowMs() });
  cleanups.push(() => events.stop());
  return observeRuns(events);
}

const TABLE_VARIABLE = 'LULL_TABLE_NAME';
