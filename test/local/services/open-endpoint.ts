import { allowAll } from '../../../lib/local/iam/authorize.ts';
import { createCredentials } from '../../../lib/local/iam/credentials.ts';
import type { Resources } from '../../../lib/local/resources.ts';
import { listenForServices, type Endpoint } from '../../../lib/local/services/endpoint.ts';
import { createMemoryStore, type ObjectStore } from '../../../lib/local/services/s3/object-store.ts';
import { createQueues } from '../../../lib/local/services/sqs/queues.ts';
import type { NamedQueue } from '../../../lib/local/services/sqs/sqs-protocol.ts';
import { SystemClock } from '../../../lib/memory/system-clock.ts';
import type { Clock } from '../../../lib/ports/clock.ts';

const NOTHING: Resources = {
  ...{ access: 'open', region: 'us-east-1', accountId: '000000000000', outputs: {}, ignored: [] },
  ...{ functions: [], eventSources: [], tables: [], queues: [], buckets: [], httpApis: [], schedules: [], roles: [] },
  ...{ eventBuses: [], eventRules: [] },
};

/** The services of a cloud whose access is open, as that of a file with workflows has them. */
export async function startOpenEndpoint(
  options: {
    readonly resources?: Partial<Resources>;
    readonly clock?: Clock;
    readonly queues?: readonly NamedQueue[];
    readonly objects?: ObjectStore;
  } = {},
): Promise<Endpoint> {
  const resources = { ...NOTHING, ...options.resources };
  const { clock = new SystemClock(), queues: named = [], objects = createMemoryStore() } = options;
  const endpoint = await listenForServices();
  endpoint.serve({
    ...{ resources, clock, objects, credentials: createCredentials(resources), authorizer: allowAll },
    tables: { endpoint: 'http://127.0.0.1:1' },
    queues: { ...createQueues(resources, { clock }), named },
    invoke: () => Promise.reject(new Error('there are no functions')),
    putEvent: () => 'an event',
  });
  return endpoint;
}
