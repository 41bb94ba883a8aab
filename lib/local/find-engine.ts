/** Which engine of the stacks a caller means: by its table, or the first one. */
import { readPayloadKey } from '../lambda/environment.ts';
import { CloudError } from './cloud-error.ts';
import type { Resources } from './resources.ts';

/** What a client needs to know of an engine. */
export interface EngineNames {
  readonly tableName: string;
  readonly queueUrl: string;
  /** Undefined: it has no bucket. */
  readonly bucketName: string | undefined;
  /** Undefined: its values are not encrypted. */
  readonly payloadKey: string | undefined;
  /** Those before it. */
  readonly formerPayloadKeys: readonly string[];
}

/** From the environments of the functions. */
export function listEngines({ functions }: Pick<Resources, 'functions'>): EngineNames[] {
  return functions.flatMap(({ environment }) => {
    const { LULL_TABLE_NAME: tableName, LULL_QUEUE_URL: queueUrl, LULL_BUCKET_NAME: bucketName } = environment;
    const { payloadKey, former: formerPayloadKeys = [] } = readPayloadKey(environment) ?? {};
    const isEngine = tableName !== undefined && queueUrl !== undefined;
    return isEngine ? [{ tableName, queueUrl, bucketName, payloadKey, formerPayloadKeys }] : [];
  });
}

/** Raises a CloudError if there is none. */
export function findEngine(resources: Pick<Resources, 'functions'>, tableName: string | undefined): EngineNames {
  const engines = listEngines(resources);
  const engine = engines.find((each) => tableName === undefined || each.tableName === tableName);
  if (engine) return engine;
  const names = [...new Set(engines.map((each) => each.tableName))].join(', ');
  const message =
    engines.length === 0
      ? 'the stacks have no engine: no function of theirs has LULL_TABLE_NAME and LULL_QUEUE_URL in its environment'
      : `no engine of the stacks has the table ${tableName}: there are ${names}`;
  throw new CloudError('NO_ENGINE', message);
}
