import { InvalidArgumentError } from '../client/errors.ts';
import { checkOptions } from '../client/options.ts';
import { describeValue } from '../core/describe-value.ts';
import type { EndpointOptions } from './services/endpoint.ts';
import type { CloudEvent } from './cloud-event.ts';
import type { PolicyDocument } from './resources.ts';

/** What `startStackCloud` needs to know. Only `from` must be given. */
export interface StackCloudOptions {
  /** The folder that `npx cdk synth` writes, such as `cdk.out`; or one `*.template.json` in it. */
  readonly from: string;
  /** Of the (first) HTTP API. Default 0: any free one. */
  readonly port?: number;
  /** Where runs are kept from one start to the next. Default `.lull`. */
  readonly dir?: string;
  /**
   * The server of the tables: `'dynalite'`, in the folder; `'local-jar'`, Amazon's DynamoDB Local (in the folder too),
   * which needs `npm install --save-dev amplify-dynamodb-simulator` and Java 17; or one that runs already. Default
   * `'dynalite'`. (`'jar'` is the older spelling of `'local-jar'`.)
   */
  readonly dynamodb?: 'dynalite' | 'local-jar' | 'jar' | { readonly endpoint: string };
  /** Users who may call the cloud besides the admin, by name, with their policies: see `credentials.ofUser`. */
  readonly callers?: Readonly<Record<string, readonly PolicyDocument[]>>;
  /** For all functions, over what the template says: `{ SHOP_URL: 'http://127.0.0.1:4010' }`. */
  readonly env?: Readonly<Record<string, string>>;
  /** Of one function at a time: beyond that, invocations wait. What the template reserves throttles. Default 10. */
  readonly maxSandboxes?: number;
  /** How long a stop waits for invocations to end before it kills them. Default 5000. */
  readonly stopGraceMs?: number;
  /** Hears what goes on. Default: nobody. */
  readonly log?: (notice: CloudEvent) => void;
  /** Says for each call of AWS whether it fails, for tests of bad days. Default: none does. */
  readonly disturb?: NonNullable<EndpointOptions['disturb']>;
}

const OPTIONS: readonly (keyof StackCloudOptions)[] = [
  'from',
  'port',
  'dir',
  'dynamodb',
  'callers',
  'env',
  'maxSandboxes',
  'stopGraceMs',
  'log',
  'disturb',
];

const DYNAMODB_SERVERS: readonly unknown[] = ['dynalite', 'local-jar', 'jar'];

const NUMBERS = {
  port: { from: 0, to: 65_535 },
  maxSandboxes: { from: 1, to: 1_000 },
  stopGraceMs: { from: 0, to: 900_000 },
} as const;

/** Raises an InvalidArgumentError that names the option. */
export function checkStackCloudOptions(options: StackCloudOptions): void {
  checkOptions('startStackCloud', options, OPTIONS);
  if (typeof options.from !== 'string' || options.from.trim() === '') {
    throw new InvalidArgumentError(
      `startStackCloud has ${describeValue(options.from)} as from: give the folder that cdk synth writes, such as cdk.out`,
    );
  }
  const { dynamodb = 'dynalite' } = options;
  if (!(typeof dynamodb === 'object' ? typeof dynamodb.endpoint === 'string' : DYNAMODB_SERVERS.includes(dynamodb))) {
    throw new InvalidArgumentError(
      `startStackCloud has ${describeValue(dynamodb)} as dynamodb: give 'dynalite', 'local-jar' or { endpoint: 'http://...' }`,
    );
  }
  for (const [name, { from, to }] of Object.entries(NUMBERS)) {
    const value = options[name as keyof typeof NUMBERS];
    if (value === undefined || (Number.isInteger(value) && value >= from && value <= to)) continue;
    throw new InvalidArgumentError(
      `startStackCloud has ${describeValue(value)} as ${name}: give a whole number from ${from} to ${to}`,
    );
  }
}
