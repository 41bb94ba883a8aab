/** Which engine a command means: the `lull dev` of this folder, an address, or a stack on AWS. */
import {
  findLocalCloud,
  readLocalCloud,
  type LocalCloudSearch,
  type RunningLocalCloud,
} from '../../client/local-address.ts';
import { describeSearch } from '../../client/local-ports.ts';
import { resolve } from 'node:path';
import { CliError, usageError } from '../cli-error.ts';
import { EXIT } from '../exit-codes.ts';
import type { Output } from '../output.ts';
import type { Surroundings } from '../surroundings.ts';
import { readAwsIdentity } from './aws-identity.ts';
import { connect, type Engine, type EngineAddress } from './engine.ts';
import { findStackUrl } from './find-stack-url.ts';
import { signedFetch } from '../../client/signed-fetch.ts';

/** The options that each verb has. */
export interface EngineOptions {
  readonly endpoint?: string;
  readonly stack?: string;
  readonly stackOutput?: string;
  readonly region?: string;
  readonly profile?: string;
  readonly header?: readonly string[];
  readonly dir?: string;
}

type Where = Pick<Surroundings, 'cwd' | 'env' | 'fetch' | 'sleep' | 'nowMs'>;

export async function findEngine(options: EngineOptions, where: Where, output: Output): Promise<Engine> {
  return connect(withHeaders(await findAddress(options, where, output), options.header ?? []), where);
}

async function findAddress(options: EngineOptions, where: Where, output: Output): Promise<EngineAddress> {
  const { dir } = options;
  // An option rules over the environment: so a shell that is set up for one engine can reach another.
  const isChosen = options.endpoint !== undefined || options.stack !== undefined || dir !== undefined;
  const endpoint = options.endpoint ?? (isChosen ? undefined : where.env['LULL_ENDPOINT'] || undefined);
  const stack =
    options.stack ?? (isChosen || endpoint !== undefined ? undefined : where.env['LULL_STACK'] || undefined);
  if ([endpoint, stack, dir].filter((each) => each !== undefined).length > 1) {
    throw usageError('--endpoint, --stack and --dir each name an engine: give one of them');
  }
  if (endpoint !== undefined) return addressOfEndpoint(readUrl(endpoint), options, where);
  if (stack !== undefined) return addressOfStack(stack, options, where);
  return addressOfLocalCloud(await waitForLocalCloud(dir, where, output), where);
}

function readUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:')
    return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
  throw usageError(
    `--endpoint cannot be ${JSON.stringify(text)}: give an address such as https://abc123.execute-api.eu-west-1.amazonaws.com`,
  );
}

const STARTUP_MS = 60_000;
const LOOK_AGAIN_MS = 250;

/** One that is just starting is waited for. */
async function waitForLocalCloud(dir: string | undefined, where: Where, output: Output): Promise<RunningLocalCloud> {
  const untilMs = where.nowMs() + STARTUP_MS;
  for (let looks = 0; ; looks += 1) {
    const search = dir === undefined ? await findLocalCloud(where.cwd) : await readLocalCloud(resolve(where.cwd, dir));
    if (search.kind === 'found') return search.cloud;
    if (search.kind === 'none' || where.nowMs() >= untilMs) throw notRunning(search, dir, where.cwd);
    if (looks === 0) output.note(`lull dev (process ${search.pid}) is starting ...`);
    await where.sleep(LOOK_AGAIN_MS);
  }
}

function notRunning(
  search: Exclude<LocalCloudSearch, { kind: 'found' }>,
  dir: string | undefined,
  cwd: string,
): CliError {
  const why = dir === undefined ? describeSearch(search, cwd) : `no lull dev has its runs in ${resolve(cwd, dir)} now`;
  return new CliError(EXIT.unreachable, `${why}, or name a deployed engine with --stack NAME or --endpoint URL`);
}

function addressOfLocalCloud(cloud: RunningLocalCloud, { fetch }: Where): EngineAddress {
  if (cloud.url === '') {
    throw new CliError(
      EXIT.unreachable,
      `the lull dev of ${cloud.folder} runs a template without an HTTP API: the command needs one`,
    );
  }
  const { credentials, region, isSigned } = cloud;
  const name = `lull dev at ${cloud.url}`;
  if (!isSigned) return { name, url: cloud.url, fetch };
  return { name, url: cloud.url, fetch: (url, init) => signedFetch(url, init, { credentials, region }) };
}

/** Signed where the host is of AWS; unsigned on this machine; on another host, signed where there are credentials. */
async function addressOfEndpoint(url: string, options: EngineOptions, where: Where): Promise<EngineAddress> {
  const plain = { name: url, url, fetch: where.fetch };
  if (hasAuthorization(options)) return plain;
  const { hostname } = new URL(url);
  if (isThisMachine(hostname)) return (await localCloudAt(url, where)) ?? plain;
  const regionOfHost = AWS_HOST.exec(hostname)?.[1];
  const isAws = regionOfHost !== undefined || hostname.endsWith('.amazonaws.com');
  const identity = await readAwsIdentity({ ...options, region: options.region ?? regionOfHost });
  if ('problem' in identity) {
    if (isAws || options.profile !== undefined) throw new CliError(EXIT.unreachable, identity.problem);
    return plain;
  }
  return { name: url, url, fetch: (address, init) => signedFetch(address, init, identity) };
}

const AWS_HOST = /\.execute-api\.([a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|api\.aws)$/;

function isThisMachine(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\./.test(hostname);
}

/** The address of the `lull dev` of this folder, written out: it may ask for signatures. */
async function localCloudAt(url: string, where: Where): Promise<EngineAddress | undefined> {
  const search = await findLocalCloud(where.cwd);
  return search.kind === 'found' && search.cloud.url === url ? addressOfLocalCloud(search.cloud, where) : undefined;
}

async function addressOfStack(stack: string, options: EngineOptions, where: Where): Promise<EngineAddress> {
  const identity = await readAwsIdentity(options);
  if ('problem' in identity) throw new CliError(EXIT.unreachable, identity.problem);
  const url = await findStackUrl({ stack, output: options.stackOutput, identity, env: where.env });
  const region = options.region ?? AWS_HOST.exec(new URL(url).hostname)?.[1] ?? identity.region;
  const name = `stack ${stack} at ${url}`;
  if (hasAuthorization(options)) return { name, url, fetch: where.fetch };
  return { name, url, fetch: (address, init) => signedFetch(address, init, { ...identity, region }) };
}

/** The caller brings an authorization of its own, such as a JWT. */
function hasAuthorization({ header = [] }: EngineOptions): boolean {
  return header.some((line) => /^authorization\s*:/i.test(line));
}

function withHeaders(address: EngineAddress, lines: readonly string[]): EngineAddress {
  if (lines.length === 0) return address;
  const headers = Object.fromEntries(lines.map(readHeader));
  return {
    ...address,
    fetch: (url, init) => address.fetch(url, { ...init, headers: mergeHeaders(init.headers, headers) }),
  };
}

function mergeHeaders(headers: RequestInit['headers'], more: Readonly<Record<string, string>>): Headers {
  const merged = new Headers(headers);
  for (const [name, value] of Object.entries(more)) merged.set(name, value);
  return merged;
}

function readHeader(line: string): [name: string, value: string] {
  const [, name, value] = /^([\w-]+)\s*:\s*(.*)$/.exec(line) ?? [];
  if (name !== undefined && value !== undefined) return [name, value];
  throw usageError(
    `--header cannot be ${JSON.stringify(line)}: give a name and a value, as in "Authorization: Bearer abc"`,
  );
}
