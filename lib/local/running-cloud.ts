/** A cloud of a template, to those who started it: what they can see of it, and do to it. */
import { toMilliseconds } from '../core/duration.ts';
import { InvalidArgumentError } from '../client/errors.ts';
import { advance, type Work } from './time/advance.ts';
import { createClients, signedFetch } from './client.ts';
import type { StackCloud } from './stack-cloud.ts';
import type { StackCloudOptions } from './stack-cloud-options.ts';
import type { Listener } from './listeners.ts';
import type { TriggersOptions } from './triggers/start-triggers.ts';

export interface RunningCloudOptions extends TriggersOptions {
  readonly options: StackCloudOptions;
  readonly endpoint: string;
  readonly doors: readonly Listener[];
  /** What calls functions on its own. */
  readonly callers: readonly Work[];
  readonly deadLetters: readonly string[];
  /** The first is the last to be done. */
  readonly stops: (() => Promise<void> | void)[];
  stop(): Promise<void>;
}

export function describeCloud(parts: RunningCloudOptions): StackCloud {
  const { resources, clock, functions, authorizer, credentials, endpoint, callers, stops } = parts;
  const url = parts.doors[0]?.url ?? '';
  const { admin } = credentials;
  const clients = createClients({ resources, endpoint, credentials: admin, clock: clock.leaping });
  stops.unshift(() => clients.stop());
  const isBusy = (): boolean => functions.isBusy() || callers.some((caller) => caller.isBusy());
  return {
    url,
    endpoint,
    region: resources.region,
    outputs: resources.outputs,
    ignored: resources.ignored,
    credentials: credentialsOf(parts),
    functions: () =>
      functions.list().map((lambda) => ({
        id: lambda.function.id,
        name: lambda.function.name,
        sandboxes: lambda.sandboxes().map(({ pid, busy }) => ({ pid, busy })),
      })),
    ...workersOf(parts),
    deadLetters: () => parts.deadLetters,
    queues: queuesOf(parts),
    iam: { calls: () => authorizer.calls() },
    nowMs: () => clock.nowMs(),
    advance: (duration) => advance(clock, toMilliseconds(duration), { isBusy }),
    client: (options = {}) => clients.create(options),
    fetch: (path, init, as = admin) =>
      signedFetch(`${url}${path}`, init, { credentials: as, region: resources.region }),
    stop: () => parts.stop(),
  };
}

function credentialsOf({
  resources,
  credentials,
  options: { callers = {} },
}: RunningCloudOptions): StackCloud['credentials'] {
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
function workersOf({ resources, functions }: RunningCloudOptions): Pick<StackCloud, 'workers' | 'killWorker'> {
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

function queuesOf({ resources, queues }: RunningCloudOptions): StackCloud['queues'] {
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
