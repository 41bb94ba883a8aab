/** What a deployment tells its functions, in environment variables. Read once, checked, all that is wrong said at once. */
import { describeValue } from '../core/describe-value.ts';
import { LullError } from '../core/errors.ts';
import type { LogLevel } from '../core/logger.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Environment variables are missing, or hold what they cannot hold. The message names each, and what sets it. */
export class EnvironmentError extends LullError {
  static {
    this.prototype.name = 'EnvironmentError';
  }
  constructor(problems: readonly string[]) {
    super('ENVIRONMENT', `the environment is not as lull needs it: ${problems.join('; ')}`);
  }
}

/** What every function is told. */
export interface FunctionSettings {
  readonly tableName: string;
  readonly queueUrl: string;
  readonly logLevel: LogLevel;
}

/** What the worker is told besides. */
export interface WorkerSettings extends FunctionSettings {
  readonly version: string;
  /** Undefined: the engine's default. */
  readonly leaseMs: number | undefined;
}

const LOG_LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

/** A turn that is alive renews in time; a dead worker's run does not wait for ever. */
const SHORTEST_LEASE_MS = 1_000;
const LONGEST_LEASE_MS = 900_000;

const TABLE_NAME = {
  name: 'LULL_TABLE_NAME',
  meaning: `the name of lull's DynamoDB table: your deployment sets it (on this machine, lull dev does)`,
};
const QUEUE_URL = {
  name: 'LULL_QUEUE_URL',
  meaning: 'the URL of the SQS queue of wakes: your deployment sets it (on this machine, lull dev does)',
};

export function readFunctionSettings(environment: Environment): FunctionSettings {
  return read((problems) => functionSettings(problems, environment));
}

export function readWorkerSettings(environment: Environment): WorkerSettings {
  return read((problems) => ({
    ...functionSettings(problems, environment),
    version: environment['LULL_VERSION'] || environment['AWS_LAMBDA_FUNCTION_VERSION'] || 'unversioned',
    leaseMs: leaseMs(problems, environment),
  }));
}

export function readTableName(environment: Environment): string {
  return read((problems) => required(problems, environment, TABLE_NAME));
}

export function readQueueUrl(environment: Environment): string {
  return read((problems) => required(problems, environment, QUEUE_URL));
}

/** Collects the problems, so that a deployment is mended once and not variable by variable. */
function read<T>(reading: (problems: string[]) => T): T {
  const problems: string[] = [];
  const result = reading(problems);
  if (problems.length > 0) throw new EnvironmentError(problems);
  return result;
}

function functionSettings(problems: string[], environment: Environment): FunctionSettings {
  return {
    tableName: required(problems, environment, TABLE_NAME),
    queueUrl: required(problems, environment, QUEUE_URL),
    logLevel: logLevel(problems, environment),
  };
}

function required(problems: string[], environment: Environment, variable: typeof TABLE_NAME): string {
  const value = environment[variable.name];
  if (value !== undefined && value.trim() !== '') return value;
  problems.push(`${variable.name} is not set (${variable.meaning})`);
  return '';
}

function logLevel(problems: string[], environment: Environment): LogLevel {
  const text = (environment['LULL_LOG_LEVEL'] || 'info').toLowerCase();
  const level = LOG_LEVELS.find((known) => known === text);
  if (level === undefined)
    problems.push(`LULL_LOG_LEVEL is ${describeValue(text)}, and can be ${LOG_LEVELS.join(', ')}`);
  return level ?? 'info';
}

function leaseMs(problems: string[], environment: Environment): number | undefined {
  const text = environment['LULL_LEASE_MS'];
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value >= SHORTEST_LEASE_MS && value <= LONGEST_LEASE_MS) return value;
  problems.push(
    `LULL_LEASE_MS is ${describeValue(text)}, and can be a whole number of milliseconds from ${SHORTEST_LEASE_MS} ` +
      `to ${LONGEST_LEASE_MS}`,
  );
  return undefined;
}
