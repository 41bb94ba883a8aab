/** What a local cloud writes down for callers beside it. */
import type { LocalAddress } from '../client/local-address.ts';
import type { Cloud } from './cloud.ts';
import { type EngineNames, listEngines } from './find-engine.ts';
import type { Listener } from './listeners.ts';
import type { Endpoint } from './services/endpoint.ts';

export function addressOf({
  cloud: { resources, credentials },
  aws: { id, endpoint },
  listeners,
}: {
  readonly cloud: Pick<Cloud, 'resources' | 'credentials'>;
  readonly aws: Pick<Endpoint, 'id' | 'endpoint'>;
  readonly listeners: readonly Pick<Listener, 'url'>[];
}): Omit<LocalAddress, 'pid'> {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials.admin;
  const engine = listEngines(resources)[0];
  return {
    url: listeners[0]?.url ?? '',
    cloud: {
      ...{ id, endpoint, startedAt: new Date().toISOString(), region: resources.region },
      isSigned: resources.access !== 'open',
      credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) },
      ...(engine === undefined ? {} : { engine: withoutUndefined(engine) }),
    },
  };
}

function withoutUndefined({ bucketName, payloadKey, formerPayloadKeys, ...engine }: EngineNames) {
  return {
    ...engine,
    ...(bucketName === undefined ? {} : { bucketName }),
    ...(payloadKey === undefined ? {} : { payloadKey }),
    ...(formerPayloadKeys.length === 0 ? {} : { formerPayloadKeys }),
  };
}
