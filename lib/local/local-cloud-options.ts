import { checkOptions } from '../client/options.ts';
import { InvalidArgumentError } from '../client/errors.ts';
import { describeValue } from '../core/describe-value.ts';
import type { CloudEvent } from './cloud-event.ts';

/** What `startLocalCloud` needs to know. Only `entry` must be given. */
export interface LocalCloudOptions {
  /** The file that exports the workflows. */
  readonly entry: string;
  /** Where runs are kept from one start to the next. Default `.lull`. */
  readonly dir?: string;
  /** Of the HTTP front. Default 0: any free one. */
  readonly port?: number;
  /** Processes that take turns. Default 2. */
  readonly workers?: number;
  /** How long a worker may hold a run without a sign of life. Default 5000, at least 1000. */
  readonly leaseMs?: number;
  /** How often runs that nobody wakes are looked for. Default 1000; keep it well below `leaseMs`. */
  readonly sweepEveryMs?: number;
  /** How long one invocation of a worker may last; what it does then goes on in the next. Default 60000. */
  readonly workerTimeoutMs?: number;
  /** How long a stop waits for invocations to end before it kills them. Default 5000. */
  readonly stopGraceMs?: number;
  /** Build and exchange the code when a file of it changes. Default false. */
  readonly watch?: boolean;
  /** For the functions, on top of this process's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Hears what goes on. Default: nobody. */
  readonly log?: (notice: CloudEvent) => void;
}

const NUMBERS = {
  port: { from: 0, to: 65_535 },
  workers: { from: 1, to: 32 },
  leaseMs: { from: 1_000, to: 900_000 },
  sweepEveryMs: { from: 50, to: 900_000 },
  workerTimeoutMs: { from: 1_000, to: 900_000 },
  stopGraceMs: { from: 0, to: 900_000 },
} as const;

const OPTIONS = ['entry', 'dir', 'watch', 'env', 'log', ...Object.keys(NUMBERS)];

/** Raises an InvalidArgumentError that names the option. */
export function checkLocalCloudOptions(options: LocalCloudOptions): void {
  checkOptions('startLocalCloud', options, OPTIONS);
  if (typeof options.entry !== 'string') {
    throw new InvalidArgumentError(
      `startLocalCloud has ${describeValue(options.entry)} as entry: give the path of the file that exports workflows`,
    );
  }
  for (const [name, { from, to }] of Object.entries(NUMBERS)) {
    const value = options[name as keyof typeof NUMBERS];
    if (value === undefined || (Number.isInteger(value) && value >= from && value <= to)) continue;
    throw new InvalidArgumentError(
      `startLocalCloud has ${describeValue(value)} as ${name}: give a whole number from ${from} to ${to}`,
    );
  }
}
