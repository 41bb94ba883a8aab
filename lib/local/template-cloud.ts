/** Starts the cloud that a synthesized template describes. */
import { join } from 'node:path';
import { addressOf } from './address-of-cloud.ts';
import type { Cleanup } from './cleanups.ts';
import type { TemplateCloudOptions } from './cloud-options.ts';
import { startCloud } from './cloud.ts';
import { openCloudFolder, type CloudFolder } from './folder.ts';
import { requireSimulator } from './iam/authorize.ts';
import { bindListener, type BoundListener, type Listener } from './listeners.ts';
import type { Resources } from './resources.ts';
import { describeCloud, type LocalCloud } from './running-cloud.ts';
import { startDynamodbLocal } from './services/dynamodb/local-jar.ts';
import type { TableServer } from './services/dynamodb/table-server.ts';
import { startTables } from './services/dynamodb/tables.ts';
import { listenForServices } from './services/endpoint.ts';
import { withLocalPayloadKeys } from './template/local-payload-keys.ts';
import { readTemplate } from './template/read-template.ts';

export async function startTemplateCloud(options: TemplateCloudOptions, cleanups: Cleanup[]): Promise<LocalCloud> {
  await requireSimulator();
  const aws = await listenForServices();
  cleanups.push(() => aws.stop());
  const { resources: read, listeners } = await bindListeners(options, aws.endpoint, cleanups);
  const folder = await openCloudFolder(options.dir ?? '.lull');
  cleanups.push(() => folder.close());
  folder.announce({ url: listeners[0]?.url ?? aws.endpoint });
  const resources = withLocalPayloadKeys(read, join(folder.path, 'stack', 'payload-keys'));
  const tables = await openTables(options, resources, folder, cleanups);
  const {
    log: report = ignore,
    callers = {},
    dir: _dir,
    from: _from,
    port: _port,
    dynamodb: _server,
    ...others
  } = options;
  const bucketsPath = join(folder.path, 'stack', 'buckets');
  const cloud = await startCloud({
    ...others,
    ...{ resources, aws, listeners, tables, bucketsPath, report, cleanups },
  });
  folder.announce(addressOf({ cloud, aws, listeners }));
  const { endpoint } = aws;
  return describeCloud({ cloud, aws, listeners, cleanups, callers, endpoints: { dynamodb: endpoint, sqs: endpoint } });
}

const ignore = (): void => undefined;

/** The port is that of the first HTTP API. The template is read twice: the first time for the ids of its APIs. */
async function bindListeners(
  { from, port = 0 }: TemplateCloudOptions,
  servicesUrl: string,
  cleanups: Cleanup[],
): Promise<{ readonly resources: Resources; readonly listeners: readonly Listener[] }> {
  const draft = readTemplate(from, { sqs: servicesUrl, apiUrl: () => servicesUrl });
  const bound = new Map<string, BoundListener>();
  for (const { id } of draft.httpApis) bound.set(id, await bindListener(bound.size === 0 ? port : 0, cleanups));
  const resources = readTemplate(from, { sqs: servicesUrl, apiUrl: (id) => bound.get(id)?.url ?? '' });
  const listeners = resources.httpApis.flatMap((api) => {
    const listener = bound.get(api.id);
    return listener ? [{ ...listener, api }] : [];
  });
  return { resources, listeners };
}

/** Tables in the folder are made by dynalite or DynamoDB Local, each in a database of its own. */
async function openTables(
  { dynamodb = 'dynalite' }: TemplateCloudOptions,
  resources: Resources,
  folder: CloudFolder,
  cleanups: Cleanup[],
): Promise<TableServer> {
  const isLocalJar = dynamodb === 'local-jar' || dynamodb === 'jar';
  const server = isLocalJar
    ? await startDynamodbLocal({ dbPath: join(folder.path, 'stack', 'dynamodb-jar') })
    : undefined;
  if (server) cleanups.push(() => server.stop());
  const endpoint = server?.endpoint ?? (typeof dynamodb === 'object' ? dynamodb.endpoint : undefined);
  const tables = await startTables(
    resources,
    endpoint === undefined
      ? { path: join(folder.path, 'stack', 'tables'), rebuildIndexes: folder.wasLeftInUse }
      : { endpoint },
  );
  cleanups.push(() => tables.stop());
  return tables;
}
