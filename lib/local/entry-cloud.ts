/** Starts the cloud of a file with workflows: bundles them, and exchanges the code when a file of it changes. */
import { addressOf } from './address-of-cloud.ts';
import type { Cleanup } from './cleanups.ts';
import { CloudError } from './cloud-error.ts';
import type { CloudEvent } from './cloud-event.ts';
import type { LocalCloudOptions } from './cloud-options.ts';
import { startCloud, type Cloud } from './cloud.ts';
import type { CodeBundle } from './entry/bundle-store.ts';
import { startBundler, type CodeBundler } from './entry/bundler.ts';
import { entryFunctions, entryTables, REGION, readEntry, type EntryOptions } from './entry/read-entry.ts';
import { ownTables } from './entry/own-tables.ts';
import { openCloudFolder } from './folder.ts';
import { bindListener } from './listeners.ts';
import { describeCloud, type LocalCloud } from './running-cloud.ts';
import { startTableServer } from './services/dynamodb/table-server.ts';
import { listenForServices } from './services/endpoint.ts';

/** What tests put between the functions and the services, to damage what goes over the wire. */
export interface CloudHooks {
  readonly startTableServer?: typeof startTableServer;
  /** Where the functions find a service that listens there. */
  endpointOf?(service: 'sqs' | 's3', endpoint: string): string;
}

export async function startEntryCloud(
  options: LocalCloudOptions,
  cleanups: Cleanup[],
  hooks: CloudHooks = {},
): Promise<LocalCloud> {
  const { log: report = ignore, workers = 2, leaseMs = 5_000, workerTimeoutMs = 60_000, env = {} } = options;
  const folder = await openCloudFolder(options.dir ?? '.lull');
  cleanups.push(() => folder.close());
  // Early, since a port in use is the likeliest thing to go wrong.
  const listener = await bindListener(options.port ?? 0, cleanups);
  folder.announce({ url: listener.url });
  const aws = await listenForServices();
  cleanups.push(() => aws.stop());
  const { entry, frames = false } = options;
  const bundler = await startBundler({ entry, buildPath: folder.buildPath, frames });
  cleanups.push(() => bundler.stop());
  const tables = await (hooks.startTableServer ?? startTableServer)({
    path: folder.tablePath,
    tables: [...entryTables(), ...ownTables(options.tables ?? {})],
    region: REGION,
    rebuildIndexes: folder.wasLeftInUse,
  });
  cleanups.push(() => tables.stop());
  const entryOptions: EntryOptions = {
    ...{ bundle: bundler.bundle, workers, leaseMs, workerTimeoutMs, env, inherited: process.env },
    sweepEveryMs: options.sweepEveryMs ?? 1_000,
    endpoints: {
      dynamodb: tables.endpoint,
      sqs: hooks.endpointOf?.('sqs', aws.endpoint) ?? aws.endpoint,
      s3: hooks.endpointOf?.('s3', aws.endpoint) ?? aws.endpoint,
      lambda: aws.endpoint,
      api: listener.url,
    },
  };
  const resources = readEntry(entryOptions);
  const listeners = resources.httpApis.map((api) => ({ ...listener, api }));
  const cloud = await startCloud({
    ...{ resources, aws, listeners, tables, bucketsPath: folder.bucketsPath, report, cleanups },
    ...(options.stopGraceMs === undefined ? {} : { stopGraceMs: options.stopGraceMs }),
  }).catch((error: unknown) => {
    if (!(error instanceof CloudError && error.code === 'CODE_NOT_LOADED')) throw error;
    throw new CloudError('CODE_NOT_LOADED', `the workflows cannot be loaded:\n\n${error.message}`);
  });
  if (options.watch) cleanups.push(reloadOnChange(bundler, cloud, entryOptions, report));
  folder.announce(addressOf({ cloud, aws, listeners }));
  return describeCloud({ cloud, aws, listeners, cleanups, callers: {}, endpoints: entryOptions.endpoints });
}

const ignore = (): void => undefined;

/** Code that does not build or load leaves the code before in place. */
function reloadOnChange(
  bundler: CodeBundler,
  cloud: Cloud,
  options: EntryOptions,
  report: (event: CloudEvent) => void,
): Cleanup {
  let isStopped = false;
  const fail = (error: unknown): void => {
    if (!isStopped) report({ kind: 'reload-failed', reason: (error as Error).message });
  };
  const deploy = async (bundle: CodeBundle): Promise<void> => {
    await cloud.deploy(entryFunctions({ ...options, bundle }));
    bundler.dropBefore(bundle);
    report({ kind: 'reloaded', version: bundle.version, workflows: cloud.workflows() });
  };
  const stopWatching = bundler.watch((bundle) => void deploy(bundle).catch(fail), fail);
  return () => {
    isStopped = true;
    return stopWatching();
  };
}
