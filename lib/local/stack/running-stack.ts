/** A cloud of a template, to those who started it: what they can see of it, and do to it. */
import { toMilliseconds } from '../../core/duration.ts';
import { InvalidArgumentError } from '../../client/errors.ts';
import { advance, type Work } from './fronts/stillness.ts';
import { createStackClients, signedFetch } from './stack-client.ts';
import type { StackCloud } from './stack-cloud.ts';
import type { StackCloudOptions } from './stack-cloud-options.ts';
import type { Door } from './stack-doors.ts';
import type { StackFrontsParts } from './stack-fronts.ts';

export interface RunningParts extends StackFrontsParts {
  readonly options: StackCloudOptions;
  readonly endpoint: string;
  readonly doors: readonly Door[];
  /** What calls functions on its own. */
  readonly callers: readonly Work[];
  readonly deadLetters: readonly string[];
  /** The first is the last to be done. */
  readonly stops: (() => Promise<void> | void)[];
  stop(): Promise<void>;
}

export function describeCloud(parts: RunningParts): StackCloud {
  const { stack, clock, functions, authorizer, credentials, endpoint, callers, stops } = parts;
  const url = parts.doors[0]?.url ?? '';
  const { admin } = credentials;
  const clients = createStackClients({ stack, endpoint, credentials: admin, clock: clock.leaping });
  stops.unshift(() => clients.stop());
  const isBusy = (): boolean => functions.isBusy() || callers.some((caller) => caller.isBusy());
  return {
    url,
    endpoint,
    region: stack.region,
    outputs: stack.outputs,
    ignored: stack.ignored,
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
    fetch: (path, init, as = admin) => signedFetch(`${url}${path}`, init, { credentials: as, region: stack.region }),
    stop: () => parts.stop(),
  };
}

function credentialsOf({ stack, credentials, options: { callers = {} } }: RunningParts): StackCloud['credentials'] {
  return {
    admin: credentials.admin,
    of: (roleId) => {
      const role = stack.roles.find(({ id }) => id === roleId);
      if (role) return credentials.ofRole(role.arn, 'local');
      throw unknown(
        'role',
        roleId,
        stack.roles.map(({ id }) => id),
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
function workersOf({ stack, functions }: RunningParts): Pick<StackCloud, 'workers' | 'killWorker'> {
  const arns = [...new Set(stack.eventSources.map(({ functionArn }) => functionArn))];
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

function queuesOf({ stack, queues }: RunningParts): StackCloud['queues'] {
  const ids = stack.queues.map(({ id }) => id);
  const find = (id: string) => {
    const queue = queues.find(stack.queues.find((each) => each.id === id)?.arn ?? '');
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
