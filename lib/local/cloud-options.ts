import { InvalidArgumentError } from '../core/run-errors.ts';
import { checkOptions } from '../client/options.ts';
import { describeValue } from '../core/describe-value.ts';
import type { CloudEvent } from './cloud-event.ts';
import type { PolicyDocument } from './resources.ts';
import type { EndpointOptions } from './services/endpoint.ts';

interface CommonOptions {
  /** Where runs are kept from one start to the next. Default `.lull`. */
  readonly dir?: string;
  /** Of the (first) HTTP API. Default 0: any free one. */
  readonly port?: number;
  /** How long a stop waits for invocations to end before it kills them. Default 5000. */
  readonly stopGraceMs?: number;
  /** For all functions, over all else: `{ SHOP_URL: 'http://127.0.0.1:4010' }`. */
  readonly env?: Readonly<Record<string, string>>;
  /** Is called with each event. Default: nothing is. */
  readonly log?: (event: CloudEvent) => void;
}

/** What `startLocalCloud` needs to know of a file with workflows. Only `entry` must be given. */
export interface LocalCloudOptions extends CommonOptions {
  /** The file that exports the workflows. */
  readonly entry: string;
  /**
   * Tables of your own, for `transaction` and steps, with the attributes of their keys: `{ accounts: ['id'], orders:
   * ['customer', 'number:N'] }`. A key is a text, or with `:N` a number, with `:B` bytes. Default: none. A template has its own.
   */
  readonly tables?: Readonly<Record<string, readonly string[]>>;
  /** Processes that take turns. Default 2. */
  readonly workers?: number;
  /** How long a worker may hold a run without a sign of life. Default 5000, at least 1000. */
  readonly leaseMs?: number;
  /** How often due runs that no message woke are looked for. Default 1000; keep it well below `leaseMs`. */
  readonly sweepEveryMs?: number;
  /** How long one invocation of a worker may last; what it does then goes on in the next. Default 60000. */
  readonly workerTimeoutMs?: number;
  /** Build and exchange the code when a file of it changes. Default false. */
  readonly watch?: boolean;
  /** Compile the workflows, and store runs where they wait, so that they go on without a replay (experimental). Default false. */
  readonly frames?: boolean;
}

/** What `startLocalCloud` needs to know of a template. Only `from` must be given. */
export interface TemplateCloudOptions extends CommonOptions {
  /** The folder that `npx cdk synth` writes, such as `cdk.out`; or one `*.template.json` in it. */
  readonly from: string;
  /**
   * The server of the tables: `'dynalite'`, in the folder; `'local-jar'`, Amazon's DynamoDB Local (in the folder too),
   * which needs `npm install --save-dev amplify-dynamodb-simulator` and Java 17; or one that runs already. Default
   * `'dynalite'`. (`'jar'` is the older spelling of `'local-jar'`.)
   */
  readonly dynamodb?: 'dynalite' | 'local-jar' | 'jar' | { readonly endpoint: string };
  /** Users who may call the cloud besides the admin, by name, with their policies: see `credentials.ofUser`. */
  readonly callers?: Readonly<Record<string, readonly PolicyDocument[]>>;
  /** Of one function at a time: beyond that, invocations wait. What the template reserves throttles. Default 10. */
  readonly maxSandboxes?: number;
  /** Says for each call of AWS whether it fails, for tests of bad days. Default: none does. */
  readonly disturb?: NonNullable<EndpointOptions['disturb']>;
}

type AnyOptions = LocalCloudOptions & TemplateCloudOptions;

const ENTRY_OPTIONS = [
  'entry',
  'dir',
  'watch',
  'frames',
  'tables',
  'env',
  'log',
  'port',
  'workers',
  'leaseMs',
  'sweepEveryMs',
] as const;
const COMMON_TEMPLATE_OPTIONS = ['from', 'port', 'dir', 'dynamodb', 'callers', 'env', 'maxSandboxes'] as const;
const ENTRY: readonly (keyof AnyOptions)[] = [...ENTRY_OPTIONS, 'workerTimeoutMs', 'stopGraceMs'];
const TEMPLATE: readonly (keyof AnyOptions)[] = [...COMMON_TEMPLATE_OPTIONS, 'stopGraceMs', 'log', 'disturb'];

const RANGES: Partial<Record<keyof AnyOptions, { readonly from: number; readonly to: number }>> = {
  port: { from: 0, to: 65_535 },
  workers: { from: 1, to: 32 },
  leaseMs: { from: 1_000, to: 900_000 },
  sweepEveryMs: { from: 50, to: 900_000 },
  workerTimeoutMs: { from: 1_000, to: 900_000 },
  maxSandboxes: { from: 1, to: 1_000 },
  stopGraceMs: { from: 0, to: 900_000 },
};

const DYNAMODB_SERVERS: readonly unknown[] = ['dynalite', 'local-jar', 'jar'];

/** Raises an InvalidArgumentError that names the option. */
export function checkEntryOptions(options: LocalCloudOptions, name = 'startLocalCloud'): void {
  checkOptions(name, options, ENTRY);
  if (typeof options.entry !== 'string') {
    throw new InvalidArgumentError(
      `${name} has ${describeValue(options.entry)} as entry: give the path of the file that exports workflows`,
    );
  }
  const { frames = false } = options;
  if (typeof (frames as unknown) !== 'boolean') {
    throw new InvalidArgumentError(`${name} has ${describeValue(frames)} as frames: give true or false`);
  }
  checkTables(name, options.tables ?? {});
  checkRanges(name, options);
}

/** Raises an InvalidArgumentError that names the table. */
function checkTables(name: string, tables: Readonly<Record<string, unknown>>): void {
  for (const [table, key] of Object.entries(tables)) {
    const isName = /^[\w.-]{3,255}$/.test(table);
    const isKey = Array.isArray(key) && key.length >= 1 && key.length <= 2 && key.every(isKeyAttribute);
    if (isName && isKey) continue;
    throw new InvalidArgumentError(
      `${name} has table "${table}" with the key ${JSON.stringify(key)}: give a name of 3 to 255 letters, digits, "_", "." ` +
        `or "-", and the attributes of its key, as in { accounts: ['id'], orders: ['customer', 'number:N'] }`,
    );
  }
}

function isKeyAttribute(attribute: unknown): boolean {
  return typeof attribute === 'string' && /^[^:]+(:[SNB])?$/.test(attribute);
}

/** Raises an InvalidArgumentError that names the option. */
export function checkTemplateOptions(options: TemplateCloudOptions, name: string): void {
  checkOptions(name, options, TEMPLATE);
  const { from, dynamodb = 'dynalite' } = options;
  if (typeof from !== 'string' || from.trim() === '') {
    throw new InvalidArgumentError(
      `${name} has ${describeValue(from)} as from: give the folder that cdk synth writes, such as cdk.out`,
    );
  }
  const isServer =
    typeof dynamodb === 'object' ? typeof dynamodb.endpoint === 'string' : DYNAMODB_SERVERS.includes(dynamodb);
  if (!isServer) {
    throw new InvalidArgumentError(
      `${name} has ${describeValue(dynamodb)} as dynamodb: give 'dynalite', 'local-jar' or { endpoint: 'http://...' }`,
    );
  }
  checkRanges(name, options);
}

function checkRanges(name: string, options: Partial<AnyOptions>): void {
  for (const [option, { from, to }] of Object.entries(RANGES)) {
    const value = options[option as keyof AnyOptions];
    if (value === undefined || (Number.isInteger(value) && Number(value) >= from && Number(value) <= to)) continue;
    throw new InvalidArgumentError(
      `${name} has ${describeValue(value)} as ${option}: give a whole number from ${from} to ${to}`,
    );
  }
}
