/**
 * Where the `lull dev` of a folder listens. It writes that into its own folder, `.lull`, and removes it when it stops; what
 * a killed one leaves behind is recognized, since nothing there answers to its id.
 */
import { dirname, join, resolve } from 'node:path';
import { loadBuiltin } from '../node/load-builtin.ts';

/** In the folder of a local cloud. */
export const ADDRESS_FILE = 'owner.json';

/** The folder's usual name. */
export const LOCAL_FOLDER = '.lull';

/** Where a local cloud says its id, on the address of its AWS services. */
export const ID_PATH = '/.well-known/lull-dev';

/** What a local cloud writes down. All but the `pid` is absent until it can be asked. */
export interface LocalAddress {
  readonly pid: number;
  /** Of the HTTP API. Empty if there is none. */
  readonly url?: string;
  readonly cloud?: {
    /** Answers at `ID_PATH` of the endpoint, so that another process at that port is not taken for it. */
    readonly id: string;
    /** ISO 8601. */
    readonly startedAt: string;
    /** Of its AWS services: DynamoDB, SQS, S3. */
    readonly endpoint: string;
    readonly region: string;
    /** Requests to the HTTP API have to be signed, as on AWS. */
    readonly isSigned: boolean;
    /** Its admin's, which are made at each start. */
    readonly credentials: LocalCredentials;
    /** The (first) engine. Absent: the stacks have none. */
    readonly engine?: LocalEngine;
  };
}

export interface LocalEngine {
  readonly tableName: string;
  readonly queueUrl: string;
  readonly bucketName?: string;
  readonly payloadKey?: string;
  /** Those before it. Absent: none. */
  readonly formerPayloadKeys?: readonly string[];
}

export interface LocalCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** A local cloud that answers. */
export type RunningLocalCloud = NonNullable<LocalAddress['cloud']> & { readonly url: string; readonly folder: string };

export type LocalCloudSearch =
  | { readonly kind: 'found'; readonly cloud: RunningLocalCloud }
  /** A process has the folder, and cannot be asked yet. */
  | { readonly kind: 'starting'; readonly folder: string; readonly pid: number }
  /** None runs; `folder` is that of an earlier one, if there was one. */
  | { readonly kind: 'none'; readonly folder?: string };

/**
 * The `lull dev` of a folder, or of the nearest one above it that has a `.lull`. A `.lull` whose `lull dev` has stopped ends
 * the search: a command is not to reach another project's runs.
 */
export async function findLocalCloud(cwd: string): Promise<LocalCloudSearch> {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const candidate = join(folder, LOCAL_FOLDER);
    if (loadBuiltin('node:fs').existsSync(join(candidate, 'format.json'))) return readLocalCloud(candidate);
    if (folder === dirname(folder)) return { kind: 'none' };
  }
}

/** The local cloud that keeps its runs in this folder. */
export async function readLocalCloud(folder: string): Promise<LocalCloudSearch> {
  const address = readAddress(join(folder, ADDRESS_FILE));
  if (address === undefined) return { kind: 'none', folder };
  const { pid, url = '', cloud } = address;
  if (cloud === undefined) return isAlive(pid) ? { kind: 'starting', folder, pid } : { kind: 'none', folder };
  const isThere = (await askForId(cloud.endpoint)) === cloud.id;
  return isThere ? { kind: 'found', cloud: { ...cloud, url, folder } } : { kind: 'none', folder };
}

function readAddress(file: string): LocalAddress | undefined {
  try {
    const content = JSON.parse(loadBuiltin('node:fs').readFileSync(file, 'utf8')) as Partial<LocalAddress> | null;
    return typeof content?.pid === 'number' ? (content as LocalAddress) : undefined;
  } catch {
    return undefined; // it is not there, or it is just being written
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // another user's
  }
}

const PING_TIMEOUT_MS = 2_000;

async function askForId(endpoint: string): Promise<string | undefined> {
  try {
    const answer = await fetch(`${endpoint}${ID_PATH}`, { signal: AbortSignal.timeout(PING_TIMEOUT_MS) });
    return answer.ok ? await answer.text() : undefined;
  } catch {
    return undefined;
  }
}
