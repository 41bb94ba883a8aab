/** A local cloud as its caller sees it. */
import type { Client } from '../client/client.ts';
import { InvalidArgumentError } from '../core/run-errors.ts';
import { toMilliseconds, type Duration } from '../core/duration.ts';
import { runCleanups, type Cleanup } from './cleanups.ts';
import { createClients, type LocalClientOptions } from './client.ts';
import { signedFetch } from '../client/signed-fetch.ts';
import { CloudError } from './cloud-error.ts';
import type { ExportedWorkflow } from './cloud-event.ts';
import type { Cloud } from './cloud.ts';
import type { CallCount } from './iam/authorize.ts';
import type { Credentials } from './iam/credentials.ts';
import type { Listener } from './listeners.ts';
import type { PolicyDocument, Resources } from './resources.ts';
import type { Endpoint } from './services/endpoint.ts';
import { advance } from './time/advance.ts';

/** A local cloud that runs. What only a template has is there, and empty, for a file with workflows. */
export interface LocalCloud {
  /** Of the (first) HTTP API, without a slash at its end. Empty if the stacks have none. */
  readonly url: string;
  /** What `AWS_ENDPOINT_URL` has to be for callers of DynamoDB, SQS, S3 or Lambda. */
  readonly endpoint: string;
  readonly region: string;
  /** The table of the (first) engine. */
  readonly tableName: string;
  /** Where the functions of the (first) engine find its table and its queue. */
  readonly endpoints: { readonly dynamodb: string; readonly sqs: string; readonly queueUrl: string };
  /** In the newest code of a file. Of a template it is not known. */
  workflows(): readonly ExportedWorkflow[];
  /** The stacks' outputs, by `StackName.OutputName`. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Types of resources in the template that do nothing here. */
  readonly ignored: readonly string[];
  /** The folder of the local keys that are in the place of payload keys of KMS. Undefined: the template names none of KMS. */
  readonly payloadKeysPath: string | undefined;
  readonly credentials: {
    /** May do everything. */
    readonly admin: Credentials;
    /** Of a session of a role of the template, by its id: `StackName/LogicalId`. */
    of(roleId: string): Credentials;
    /** Of one of the `callers` that the cloud was started with. */
    ofUser(name: string): Credentials;
  };
  /** All functions, with the sandboxes that they have now. */
  functions(): readonly FunctionState[];
  /** Sandboxes of the functions that queues feed. */
  workers(): readonly { readonly pid: number; readonly busy: boolean }[];
  /** Kills a worker with SIGKILL: the given one, or a busy one, or any. Returns its pid; undefined if there is none. */
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
    /** How often each principal asked for each action, and how often that was allowed. */
    calls(): readonly CallCount[];
  };
  /** The cloud's time, in epoch milliseconds. */
  nowMs(): number;
  /**
   * Moves the cloud's time forward, and with it that of its functions. It waits until nothing is being worked on, moves
   * to each message or retry that becomes due on the way, waits again, and resolves when all is at rest at the new time.
   * A rule or schedule fires at these stops, once for all the times that were leapt over since the last one. Only the
   * functions of a template follow: for a file it rejects with a CloudError.
   */
  advance(duration: Duration): Promise<void>;
  /** A client of lull for this cloud, as its admin. */
  client(options?: LocalClientOptions): Client;
  /** `fetch` on the HTTP API, signed as its admin or by other credentials: `cloud.fetch('/runs')`. */
  fetch(path: string, init?: RequestInit, as?: Credentials): Promise<Response>;
  /** Ends everything. Runs go on at the next start with the same folder; messages and the moved time are gone. */
  stop(): Promise<void>;
}

/** A function of a local cloud. */
export interface FunctionState {
  /** `StackName/LogicalId`. */
  readonly id: string;
  readonly name: string;
  readonly sandboxes: readonly { readonly pid: number; readonly busy: boolean }[];
}

export interface RunningCloudOptions {
  readonly cloud: Cloud;
  readonly aws: Endpoint;
  readonly listeners: readonly Listener[];
  readonly endpoints: { readonly dynamodb: string; readonly sqs: string };
  /** Users, with their policies. */
  readonly callers: Readonly<Record<string, readonly PolicyDocument[]>>;
  /** The first is the last to run. */
  readonly cleanups: Cleanup[];
}

export function describeCloud(options: RunningCloudOptions): LocalCloud {
  const { cloud, aws, endpoints, cleanups } = options;
  const { resources, clock, functions, authorizer, credentials, callers } = cloud;
  const { endpoint } = aws;
  const url = options.listeners[0]?.url ?? '';
  const { admin } = credentials;
  const clients = createClients({ resources, endpoint, credentials: admin, clock: clock.coalescingTimers });
  cleanups.unshift(() => clients.stop());
  const isBusy = (): boolean => functions.isBusy() || callers.some((caller) => caller.isBusy());
  const engine = functions.list().find(({ function: made }) => made.environment['LULL_TABLE_NAME'] !== undefined);
  const { LULL_TABLE_NAME: tableName = '', LULL_QUEUE_URL: queueUrl = '' } = engine?.function.environment ?? {};
  return {
    url,
    endpoint,
    region: resources.region,
    tableName,
    endpoints: { dynamodb: endpoints.dynamodb, sqs: endpoints.sqs, queueUrl },
    workflows: () => cloud.workflows(),
    outputs: resources.outputs,
    ignored: resources.ignored,
    payloadKeysPath: resources.payloadKeysPath,
    credentials: credentialsOf(options),
    functions: () =>
      functions.list().map((each) => ({
        id: each.function.id,
        name: each.function.name,
        sandboxes: each.sandboxes().map(({ pid, busy }) => ({ pid, busy })),
      })),
    ...workersOf(cloud),
    deadLetters: () => cloud.deadLetters,
    queues: queuesOf(cloud),
    iam: { calls: () => authorizer.calls() },
    nowMs: () => clock.nowMs(),
    advance: async (duration) => {
      refuseToAdvance(resources);
      await advance(clock, toMilliseconds(duration), { isBusy });
    },
    client: (clientOptions = {}) => clients.create(clientOptions),
    fetch: (path, init, as = admin) =>
      signedFetch(`${url}${path}`, init, { credentials: as, region: resources.region }),
    stop: () => runCleanups(cleanups),
  };
}

function refuseToAdvance({ functions }: Resources): void {
  if (functions.every(({ isolation }) => isolation === 'lambda')) return;
  throw new CloudError(
    'NOT_SUPPORTED',
    'the time of a cloud of workflows in a file cannot be moved: start the cloud of a template (from), or use lull/testing',
  );
}

function credentialsOf({ cloud: { resources, credentials }, callers }: RunningCloudOptions): LocalCloud['credentials'] {
  return {
    admin: credentials.admin,
    of: (roleId) => {
      const role = resources.roles.find(({ id }) => id === roleId);
      if (role) return credentials.ofRole(role.arn, 'local');
      throw unknown(
        'role',
        roleId,
        resources.roles.map(({ id }) => id),
      );
    },
    ofUser: (name) => {
      const policies = callers[name];
      if (policies) return credentials.ofUser(name, policies);
      throw unknown('caller', name, Object.keys(callers));
    },
  };
}

/** The functions that queues feed. */
function workersOf({ resources, functions }: Cloud): Pick<LocalCloud, 'workers' | 'killWorker'> {
  const arns = [...new Set(resources.eventSources.map(({ functionArn }) => functionArn))];
  const workers = (): { pid: number; busy: boolean }[] =>
    arns.flatMap((arn) =>
      functions
        .find(arn)
        .sandboxes()
        .map(({ pid, busy }) => ({ pid, busy })),
    );
  const killWorker = (pid?: number): number | undefined => {
    const all = workers();
    const victim = pid ?? (all.find(({ busy }) => busy) ?? all[0])?.pid;
    if (victim === undefined || !all.some((worker) => worker.pid === victim)) return undefined;
    return arns.map((arn) => functions.find(arn).kill(victim)).find((killed) => killed !== undefined);
  };
  return { workers, killWorker };
}

function queuesOf({ resources, queues }: Cloud): LocalCloud['queues'] {
  const ids = resources.queues.map(({ id }) => id);
  const find = (id: string) => {
    const queue = queues.find(resources.queues.find((each) => each.id === id)?.arn ?? '');
    if (queue) return queue;
    throw unknown('queue', id, ids);
  };
  return {
    ids: () => ids,
    size: (id) => find(id).size(),
    purge: (id) => (id === undefined ? ids : [id]).forEach((each) => find(each).purge()),
  };
}

function unknown(what: string, id: string, known: readonly string[]): InvalidArgumentError {
  return new InvalidArgumentError(`the stacks have no ${what} "${id}": there are ${known.join(', ') || 'none'}`);
}
