/**
 * The cloud on one machine: DynamoDB, a queue, a schedule and an HTTP front around the very functions that are
 * deployed to Lambda, each of them in processes of its own.
 *
 * What is not its job: anything that a run does. That is the functions', here as there.
 */
import { DynamodbStore } from '../dynamodb/dynamodb-store.ts';
import { openCloudFolder } from './folder.ts';
import { startBundler, type CodeBundler } from './entry/bundler.ts';
import { startEventSource } from './event-source.ts';
import type { CloudEvent, ExportedWorkflow } from './cloud-event.ts';
import { startHttpFront } from './triggers/http/http-front.ts';
import { checkLocalCloudOptions, type LocalCloudOptions } from './local-cloud-options.ts';
import { InvocationError } from './invocation-error.ts';
import { CloudError } from './cloud-error.ts';
import { LocalFunctions } from './local-functions.ts';
import { localServers, startServices, type LocalServers, type LocalServices } from './local-services.ts';
import { RunEvents } from './run-events.ts';
import { startSchedule } from './schedule.ts';
import { startWithCleanups, runCleanups, type Stop } from './cleanups.ts';

/** A local cloud that runs. */
export interface LocalCloud {
  /** Of the HTTP front, without a slash at its end. */
  readonly url: string;
  readonly tableName: string;
  readonly endpoints: { readonly dynamodb: string; readonly sqs: string; readonly queueUrl: string };
  /** Those in the newest code. */
  workflows(): readonly ExportedWorkflow[];
  /** The processes that take turns, and whether they have something to do. */
  workers(): { readonly pid: number; readonly busy: boolean }[];
  /** Kills a worker with SIGKILL: the given one, or a busy one, or any. Gives its pid; undefined if there is none. */
  killWorker(pid?: number): number | undefined;
  /** Bodies of messages that were received too often. */
  deadLetters(): readonly string[];
  /** Ends everything. Runs go on at the next start with the same folder. */
  stop(): Promise<void>;
}

/**
 * Starts the cloud on this machine: an HTTP API, workers, a queue and a table on disk. Nothing of it reaches AWS, and
 * nothing of it survives this process. Rejects with a CloudError when the port or the folder cannot be had, or
 * the code does not build or exports no workflow.
 *
 * @example
 * ```ts no-run
 * const cloud = await startLocalCloud({ entry: 'workflows/index.ts' });
 * await fetch(`${cloud.url}/workflows/checkout/runs?wait=10s`, { method: 'POST', body: '{"id":"order-1"}' });
 * await cloud.stop();
 * ```
 */
export function startLocalCloud(options: LocalCloudOptions): Promise<LocalCloud> {
  return startCloudOn(localServers, options);
}

/** The same, with other servers of the table, the queue and the bucket: for tests that damage what goes over the wire. */
export async function startCloudOn(servers: LocalServers, options: LocalCloudOptions): Promise<LocalCloud> {
  checkLocalCloudOptions(options);
  return startWithCleanups((stops) => start(servers, options, stops));
}

/** Each part that was started puts the way to stop it on `stops`. */
async function start(servers: LocalServers, options: LocalCloudOptions, stops: Stop[]): Promise<LocalCloud> {
  const { log: report = () => undefined, workerTimeoutMs = 60_000 } = options;
  const folder = await openCloudFolder(options.dir ?? '.lull');
  stops.push(() => folder.close());
  const { workers = 2, leaseMs = 5_000, env = {} } = options;
  const functions = new LocalFunctions({ workers, workerTimeoutMs, leaseMs, env, report });
  // Early, since a port in use is the likeliest thing to go wrong: requests wait until the code is loaded.
  const front = await startHttpFront({ port: options.port ?? 0, pool: functions.api });
  stops.push(() => front.stop());
  folder.announce(front.url);
  const bundler = await startBundler(options.entry, folder.buildPath);
  stops.push(() => bundler.stop());
  const services = await startServices(folder, { visibilityTimeoutMs: workerTimeoutMs, report }, servers);
  stops.push(() => services.stop());
  stops.push(() => functions.stop(options.stopGraceMs ?? 5_000));
  stops.push(() => front.refuse());
  await functions.deploy(bundler.bundle, services).catch((error: unknown) => {
    throw new CloudError('CODE_NOT_LOADED', `the workflows cannot be loaded:\n\n${(error as Error).message}`);
  });
  const store = new DynamodbStore({ client: services.table.client, tableName: services.tableName });
  const watch = new RunEvents(store, report, Date.now());
  startEventSource({ queue: services.queue, queueArn: services.queueArn, pool: functions.worker, watch });
  stops.push(startSchedule(functions.sweeper, options.sweepEveryMs ?? 1_000));
  if (options.watch) stops.push(reloadOnChange({ bundler, functions, services, report }));
  return {
    url: front.url,
    tableName: services.tableName,
    endpoints: { dynamodb: services.table.endpoint, sqs: services.sqsEndpoint, queueUrl: services.queueUrl },
    workflows: () => functions.workflows(),
    workers: () => functions.worker.processes(),
    killWorker: (pid) => killWorker(functions, pid),
    deadLetters: () => services.queue.deadLetters(),
    stop: () => runCleanups(stops),
  };
}

/** Code that does not build or load leaves the code before in place. */
function reloadOnChange({
  bundler,
  functions,
  services,
  report,
}: {
  readonly bundler: CodeBundler;
  readonly functions: LocalFunctions;
  readonly services: LocalServices;
  readonly report: (notice: CloudEvent) => void;
}): Stop {
  const fail = (error: unknown): void => {
    if (error instanceof InvocationError && error.failure === 'stopped') return;
    report({ kind: 'reload-failed', reason: (error as Error).message });
  };
  return bundler.watch((bundle) => {
    functions.deploy(bundle, services).then(() => {
      bundler.dropBefore(bundle);
      report({ kind: 'reloaded', version: bundle.version, workflows: functions.workflows() });
    }, fail);
  }, fail);
}

function killWorker({ worker }: LocalFunctions, pid: number | undefined): number | undefined {
  const processes = worker.processes();
  const victim = pid ?? (processes.find((process) => process.busy) ?? processes[0])?.pid;
  return victim !== undefined && worker.kill(victim) ? victim : undefined;
}
