/**
 * The cloud that a synthesized template describes, on this machine: its functions under Lambda's own runtime client, its
 * tables, queues and buckets behind one address that checks each call against the policies of the template, its HTTP
 * APIs, event sources, rules and schedules, and a clock that can be moved.
 *
 * What is not its job: anything that a run does. That is the functions', here as there.
 */
import { join } from 'node:path';
import type { Client } from '../client/client.ts';
import type { Duration } from '../core/duration.ts';
import { openCloudFolder, type CloudFolder } from './folder.ts';
import { createAuthorizer, requireSimulator, type CallCount } from './iam/authorize.ts';
import type { Endpoint } from './services/endpoint.ts';
import { createCredentials, type Credentials } from './iam/credentials.ts';
import { openFolderStore } from './services/s3/object-store.ts';
import { createQueues } from './services/sqs/queues.ts';
import { startTables } from './services/dynamodb/tables.ts';
import { toDestinationRecord } from './triggers/failed-events.ts';
import { startDynamodbLocal } from './services/dynamodb/local-jar.ts';
import { MovableClock } from './time/movable-clock.ts';
import { describeCloud } from './running-cloud.ts';
import type { StackClientOptions } from './client.ts';
import { checkStackCloudOptions, type StackCloudOptions } from './stack-cloud-options.ts';
import { bindListeners } from './listeners.ts';
import { answerFor, startEventSources, startRules, type TriggersOptions } from './triggers/start-triggers.ts';
import { Functions } from './functions/functions.ts';
import { startWithCleanups, runCleanups, type Stop } from './cleanups.ts';
import type { Resources } from './resources.ts';

/** A cloud of a template that runs. */
export interface StackCloud {
  /** Of the (first) HTTP API, without a slash at its end. Empty if the stacks have none. */
  readonly url: string;
  /** What `AWS_ENDPOINT_URL` has to be for whoever calls DynamoDB, SQS, S3 or Lambda here. */
  readonly endpoint: string;
  readonly region: string;
  /** The stacks' outputs, by `StackName.OutputName`. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Types of resources in the template that do nothing here. */
  readonly ignored: readonly string[];
  readonly credentials: {
    /** May do everything. */
    readonly admin: Credentials;
    /** Of a session of a role of the template, by its id: `StackName/LogicalId`. */
    of(roleId: string): Credentials;
    /** Of one of the `callers` that the cloud was started with. */
    ofUser(name: string): Credentials;
  };
  /** Those of the template, with the sandboxes that they have now. */
  functions(): readonly StackFunctionState[];
  /** Sandboxes of the functions that queues feed. */
  workers(): readonly { readonly pid: number; readonly busy: boolean }[];
  /** Kills a worker with SIGKILL: the given one, or a busy one, or any. Gives its pid; undefined if there is none. */
  killWorker(pid?: number): number | undefined;
  /** Bodies of messages that were received too often, oldest first. */
  deadLetters(): readonly string[];
  readonly queues: {
    /** Ids of all queues: `StackName/LogicalId`. */
    ids(): readonly string[];
    /** Messages in it, hidden ones included. */
    size(id: string): number;
    /** Deletes all messages in it: all queues without an id. */
    purge(id?: string): void;
  };
  readonly iam: {
    /** How often who asked for what, and how often that was allowed. */
    calls(): readonly CallCount[];
  };
  /** The cloud's time, in epoch milliseconds. */
  nowMs(): number;
  /**
   * Moves the cloud's time forward, and with it that of its functions. It waits until nothing is being worked on, moves
   * to each message or retry that becomes due on the way, waits again, and resolves when all is at rest at the new time.
   * A rule or schedule fires at these stops, once for all the times that were leapt over since the last one.
   */
  advance(duration: Duration): Promise<void>;
  /** A client of lull for this cloud, as its admin. */
  client(options?: StackClientOptions): Client;
  /** `fetch` on the HTTP API, signed as its admin or as somebody else: `cloud.fetch('/runs')`. */
  fetch(path: string, init?: RequestInit, as?: Credentials): Promise<Response>;
  /** Ends everything. Runs go on at the next start with the same folder; messages and the moved time are gone. */
  stop(): Promise<void>;
}

/** A function of the template. */
export interface StackFunctionState {
  /** `StackName/LogicalId`. */
  readonly id: string;
  readonly name: string;
  readonly sandboxes: readonly { readonly pid: number; readonly busy: boolean }[];
}

/**
 * Starts the cloud of a template that `npx cdk synth` wrote. Nothing of it reaches AWS, and no process of it survives
 * this one. Each call that a function makes is checked against the policies of its role.
 *
 * Rejects with a CloudError for a template that cannot be run here (with the place in it), and with a CloudError
 * when the port or the folder cannot be had.
 *
 * @example
 * ```ts no-run
 * const cloud = await startStackCloud({ from: 'cdk.out' });
 * const run = await cloud.client().start('subscription', { customer: 'c-1' });
 * await cloud.advance('3 days');
 * console.log(await run.result(), cloud.iam.calls().filter((call) => call.denied > 0));
 * await cloud.stop();
 * ```
 */
export async function startStackCloud(options: StackCloudOptions): Promise<StackCloud> {
  checkStackCloudOptions(options);
  return startWithCleanups((stops) => start(options, stops));
}

/** Each part that was started puts the way to stop it on `stops`. */
async function start(options: StackCloudOptions, stops: Stop[]): Promise<StackCloud> {
  await requireSimulator();
  const { aws, resources, doors } = await bindListeners(options, stops);
  const folder = await openCloudFolder(options.dir ?? '.lull');
  stops.push(() => folder.close());
  folder.announce(doors[0]?.url ?? aws.endpoint);
  const services = await startServices({ options, resources, folder, aws, stops });
  const { maxSandboxes = DEFAULT_MAX_SANDBOXES, log: report = ignore } = options;
  const parts = { ...services, resources, maxSandboxes, report };
  const rules = startRules(parts);
  stops.push(() => rules.stop());
  const sources = await startEventSources(parts);
  stops.push(() => sources.forEach((source) => source.stop()));
  for (const door of doors) {
    door.open(answerFor(door.api, parts));
    stops.push(() => door.refuse());
  }
  const stop = (): Promise<void> => runCleanups(stops);
  return describeCloud({
    ...parts,
    ...{ options, endpoint: aws.endpoint, doors, callers: [rules, ...sources], stops, stop },
  });
}

const DEFAULT_MAX_SANDBOXES = 10;
const ignore = (): void => undefined;

/** What functions call, and the functions: whatever is called by nothing but these. */
async function startServices(parts: {
  readonly options: StackCloudOptions;
  readonly resources: Resources;
  readonly folder: CloudFolder;
  readonly aws: Endpoint;
  readonly stops: Stop[];
}): Promise<StackServices> {
  const { options, resources, folder, aws, stops } = parts;
  const { log: report = ignore, env = {}, maxSandboxes = DEFAULT_MAX_SANDBOXES, disturb } = options;
  const clock = new MovableClock();
  stops.push(() => clock.close());
  const tables = await openTables(options, resources, folder, stops);
  const deadLetters: string[] = [];
  const queues = createQueues(resources, {
    clock,
    onDeadLetter: (queue, { body }) => {
      deadLetters.push(body);
      report({ kind: 'dead-letter', queue: queue.id, body });
    },
  });
  stops.push(() => queues.close());
  const credentials = createCredentials(resources);
  for (const [name, policies] of Object.entries(options.callers ?? {})) credentials.ofUser(name, policies);
  const authorizer = createAuthorizer(resources, {
    onDenied: ({ principal, action, resource }, message) =>
      report({ kind: 'call-denied', principal: principal.arn, action, resource, message }),
  });
  const functions = new Functions({
    ...{ resources, clock, credentials, endpoint: aws.endpoint, env, maxSandboxes, report },
    onEventFailed: (made, failed) => {
      queues.find(made.onFailureArn ?? '')?.send(JSON.stringify(toDestinationRecord(made, failed, clock.nowMs())));
    },
  });
  stops.push(() => functions.stop(options.stopGraceMs ?? 5_000));
  aws.serve({
    ...{ resources, clock, credentials, authorizer, tables, queues, ...(disturb ? { disturb } : {}) },
    objects: await openFolderStore(join(folder.path, 'stack', 'buckets')),
    invoke: async ({ type, payload, ...reference }) =>
      type === 'Event' ? functions.invokeLater(reference, payload) : functions.invoke(reference, payload),
  });
  return { clock, queues, credentials, authorizer, functions, deadLetters };
}

interface StackServices extends Pick<TriggersOptions, 'clock' | 'queues' | 'credentials' | 'authorizer' | 'functions'> {
  readonly deadLetters: readonly string[];
}

/** Tables in the folder are made by dynalite or DynamoDB Local, each in a database of its own. */
async function openTables(
  { dynamodb = 'dynalite' }: StackCloudOptions,
  resources: Resources,
  folder: CloudFolder,
  stops: Stop[],
): Promise<{ readonly endpoint: string }> {
  const jar =
    dynamodb === 'jar' || dynamodb === 'local-jar'
      ? await startDynamodbLocal({ dbPath: join(folder.path, 'stack', 'dynamodb-jar') })
      : undefined;
  if (jar) stops.push(() => jar.stop());
  const endpoint = jar?.endpoint ?? (typeof dynamodb === 'object' ? dynamodb.endpoint : undefined);
  const tables = await startTables(
    resources,
    endpoint === undefined
      ? { path: join(folder.path, 'stack', 'tables'), rebuildIndexes: folder.wasLeftInUse }
      : { endpoint },
  );
  stops.push(() => tables.stop());
  return tables;
}
