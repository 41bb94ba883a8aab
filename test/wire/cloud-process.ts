// A local cloud in a process of its own, so that it can be killed: `node cloud-process.ts <CloudOrder as JSON>`. Its
// functions reach the table, the queue and the bucket through the proxies that the order names.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { CloudEvent } from '../../lib/local/cloud-event.ts';
import type { LocalCloudOptions } from '../../lib/local/cloud-options.ts';
import type { CloudHooks } from '../../lib/local/entry-cloud.ts';
import { startCloudOn } from '../../lib/local/local-cloud.ts';
import type { TableServerOptions } from '../../lib/local/services/dynamodb/table-server.ts';

export interface CloudOrder {
  readonly options: Omit<LocalCloudOptions, 'log'>;
  readonly proxies: { readonly dynamodb: string; readonly sqs: string; readonly s3: string };
}

export type FromCloud =
  | { readonly kind: 'ready'; readonly url: string }
  /** Where the table is now; undefined while it is away. */
  | { readonly kind: 'table'; readonly endpoint: string | undefined; readonly pid: number | undefined }
  | { readonly kind: 'queue' | 'bucket'; readonly endpoint: string }
  | { readonly kind: 'notice'; readonly notice: CloudEvent }
  | { readonly kind: 'stopped' };

export type ToCloud = 'stop';

const { options, proxies } = JSON.parse(process.argv[2] ?? '') as CloudOrder;
let isStopping = false;

process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));

const hooks: CloudHooks = {
  startTableServer: async (tableOptions) => {
    const table = await keepTable(tableOptions);
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    const client = new DynamoDBClient({ endpoint: proxies.dynamodb, region: tableOptions.region, credentials });
    return {
      endpoint: proxies.dynamodb,
      client,
      stop: async () => {
        isStopping = true;
        client.destroy();
        await table.stop();
      },
    };
  },
  endpointOf: (service, endpoint) => {
    tell({ kind: service === 'sqs' ? 'queue' : 'bucket', endpoint });
    return proxies[service];
  },
};

const cloud = await startCloudOn(hooks, { ...options, log: (notice) => tell({ kind: 'notice', notice }) });
process.on('message', () => {
  cloud.stop().then(
    () => tell({ kind: 'stopped' }),
    (error: unknown) => {
      throw error;
    },
  );
});
tell({ kind: 'ready', url: cloud.url });

function tell(message: FromCloud): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

/** A table server that is started again whenever it dies. */
async function keepTable(tableOptions: TableServerOptions): Promise<{ stop(): Promise<void> }> {
  let child = await startTable(tableOptions);
  const keep = (): void => {
    child.once('exit', () => {
      tell({ kind: 'table', endpoint: undefined, pid: undefined });
      if (!isStopping) void again();
    });
  };
  const again = async (): Promise<void> => {
    try {
      child = await startTable({ ...tableOptions, rebuildIndexes: true });
      keep();
    } catch {
      if (!isStopping) setTimeout(() => void again(), 200);
    }
  };
  keep();
  return {
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.send('stop', () => undefined);
      await once(child, 'exit');
    },
  };
}

async function startTable(tableOptions: TableServerOptions): Promise<ChildProcess> {
  const child = fork(join(import.meta.dirname, 'table-process.ts'), [JSON.stringify(tableOptions)], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const endpoint = await new Promise<string>((resolve, reject) => {
    child.once('message', (message) => resolve((message as { endpoint: string }).endpoint));
    child.once('exit', () => reject(new Error('the table server died while it was started')));
  });
  tell({ kind: 'table', endpoint, pid: child.pid });
  return child;
}
