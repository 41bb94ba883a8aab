/** What a deployment tells its functions, in environment variables. Read once, checked, all that is wrong said at once. */
import { describeValue } from '../core/describe-value.ts';
import { LullError } from '../core/errors.ts';
import type { LogLevel } from '../core/logger.ts';
import { BUCKET_LIMITS, TABLE_LIMITS } from '../ports/content-limits.ts';
import { type DeployedSettings, findSettingProblems } from '../ports/deployed-settings.ts';
import { LONGEST_WAKE_DELAY_MS } from '../ports/limits.ts';

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

/** The settings of every function. */
export interface FunctionSettings {
  readonly tableName: string;
  readonly queueUrl: string;
  /** Undefined: there is no bucket. */
  readonly bucketName: string | undefined;
  /** Undefined: nothing is encrypted but by the table itself. */
  readonly payloadKey: PayloadKeySettings | undefined;
  readonly logLevel: LogLevel;
  /** Names the engine in metrics and logs. Undefined: no metrics are written. */
  readonly engine: string | undefined;
}

/** Which key encrypts payloads, and which were used for that before. */
export interface PayloadKeySettings {
  readonly payloadKey: string;
  readonly former: readonly string[];
  /** Names that the table had before it was restored under the one of now. */
  readonly formerTables: readonly string[];
}

/** Those of the worker. */
export interface WorkerSettings extends FunctionSettings {
  readonly version: string;
  /** Undefined: the engine's default. */
  readonly leaseMs: number | undefined;
  /** Where callbacks are completed without credentials, without a slash at its end. Undefined: nowhere. */
  readonly publicUrl: string | undefined;
  /** The bus of life-cycle events, by name or ARN, and how the engine is named there. Undefined: there is none. */
  readonly eventBus: { readonly bus: string; readonly engine: string | undefined } | undefined;
  /** What the deployment sets of the engine's settings. */
  readonly engineSettings: DeployedSettings;
  /** The published version of the worker that this is, where runs are pinned to the one that began them. */
  readonly pinnedVersion: { readonly functionName: string; readonly version: string } | undefined;
}

/** Those of the API. */
export interface ApiSettings extends FunctionSettings {
  /** It takes the first turns of the runs that it starts. */
  readonly firstTurns: boolean;
}

/** Those of the sweeper. */
export interface SweeperSettings extends FunctionSettings {
  /** How far ahead it looks. */
  readonly aheadMs: number;
}

const LOG_LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

/** A turn that is alive renews in time; a dead worker's run has to be taken over. */
const LEASE = { name: 'LULL_LEASE_MS', from: 1_000, to: 900_000 };

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
    leaseMs: wholeNumber(problems, environment, LEASE),
    publicUrl: publicUrl(problems, environment),
    eventBus: eventBus(problems, environment),
    engineSettings: engineSettings(problems, environment),
    pinnedVersion: pinnedVersion(problems, environment),
  }));
}

export function readApiSettings(environment: Environment): ApiSettings {
  return read((problems) => ({
    ...functionSettings(problems, environment),
    firstTurns: trueOrFalse(problems, environment, 'LULL_FIRST_TURNS'),
  }));
}

export function readSweeperSettings(environment: Environment): SweeperSettings {
  return read((problems) => ({
    ...functionSettings(problems, environment),
    aheadMs:
      wholeNumber(problems, environment, { name: 'LULL_SWEEP_AHEAD_MS', from: 0, to: LONGEST_WAKE_DELAY_MS }) ?? 0,
  }));
}

/** `otherwise` says what was looked for in its place, and was not found. */
export function readTableName(environment: Environment, otherwise?: string): string {
  return read((problems) => required(problems, environment, TABLE_NAME, otherwise));
}

export function readQueueUrl(environment: Environment, otherwise?: string): string {
  return read((problems) => required(problems, environment, QUEUE_URL, otherwise));
}

/** The bucket for what is too large for the table; undefined if there is none. */
export function readBucketName(environment: Environment): string | undefined {
  return environment['LULL_BUCKET_NAME']?.trim() || undefined;
}

/** The key that encrypts payloads; undefined if there is none. */
export function readPayloadKey(environment: Environment): PayloadKeySettings | undefined {
  const payloadKey = environment['LULL_PAYLOAD_KEY']?.trim() || undefined;
  const former = listOf(environment['LULL_FORMER_PAYLOAD_KEYS']);
  const formerTables = listOf(environment['LULL_FORMER_TABLE_NAMES']);
  return payloadKey === undefined ? undefined : { payloadKey, former, formerTables };
}

function listOf(text = ''): string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
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
    bucketName: readBucketName(environment),
    payloadKey: readPayloadKey(environment),
    logLevel: logLevel(problems, environment),
    engine: engineName(problems, environment),
  };
}

/** As CloudWatch takes the value of a dimension. */
function engineName(problems: string[], environment: Environment): string | undefined {
  const name = environment['LULL_ENGINE'];
  if (name === undefined || name === '') return undefined;
  if (/^(?!:)[\x20-\x7e]{1,255}$/.test(name) && name.trim() !== '') return name;
  problems.push(
    `LULL_ENGINE is ${describeValue(name)}, and can be 1 to 255 ASCII characters that do not begin with a colon`,
  );
  return undefined;
}

function required(
  problems: string[],
  environment: Environment,
  { name, meaning }: typeof TABLE_NAME,
  otherwise?: string,
): string {
  const value = environment[name];
  if (value !== undefined && value.trim() !== '') return value;
  problems.push(`${name} is not set (${meaning})${otherwise === undefined ? '' : `, and ${otherwise}`}`);
  return '';
}

function logLevel(problems: string[], environment: Environment): LogLevel {
  const text = (environment['LULL_LOG_LEVEL'] || 'info').toLowerCase();
  const level = LOG_LEVELS.find((known) => known === text);
  if (level === undefined)
    problems.push(`LULL_LOG_LEVEL is ${describeValue(text)}, and can be ${LOG_LEVELS.join(', ')}`);
  return level ?? 'info';
}

function publicUrl(problems: string[], environment: Environment): string | undefined {
  const text = environment['LULL_PUBLIC_URL'];
  if (text === undefined || text === '') return undefined;
  if (/^https?:\/\/[^\s]*[^\s/]$/.test(text)) return text;
  problems.push(`LULL_PUBLIC_URL is ${describeValue(text)}, and can be an address such as https://api.example.com`);
  return undefined;
}

/** As EventBridge names a bus, or the ARN of one. */
const EVENT_BUS = /^(arn:[\w-]+:events:[a-z0-9-]+:\d{12}:event-bus\/)?[/.\-_A-Za-z0-9]{1,256}$/;

function eventBus(problems: string[], environment: Environment): WorkerSettings['eventBus'] {
  const bus = environment['LULL_EVENT_BUS']?.trim();
  if (bus === undefined || bus === '') return undefined;
  if (EVENT_BUS.test(bus)) return { bus, engine: environment['LULL_EVENT_ENGINE'] || undefined };
  problems.push(`LULL_EVENT_BUS is ${describeValue(bus)}, and can be the name or the ARN of an EventBridge bus`);
  return undefined;
}

/** A JSON object, such as `{"maxTasks":20000}`. */
function engineSettings(problems: string[], environment: Environment): DeployedSettings {
  const text = environment['LULL_SETTINGS'];
  if (text === undefined || text.trim() === '') return {};
  const settings = parseJson(text);
  if (typeof settings === 'object' && settings !== null && !Array.isArray(settings)) {
    const store = readBucketName(environment) === undefined ? TABLE_LIMITS : BUCKET_LIMITS;
    const wrong = findSettingProblems(settings as Readonly<Record<string, unknown>>, store);
    for (const problem of wrong) problems.push(`LULL_SETTINGS: ${problem}`);
    return wrong.length === 0 ? settings : {};
  }
  problems.push(`LULL_SETTINGS is ${describeValue(text)}, and can be a JSON object such as {"maxTasks":20000}`);
  return {};
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function pinnedVersion(
  problems: string[],
  environment: Environment,
): { readonly functionName: string; readonly version: string } | undefined {
  if (!trueOrFalse(problems, environment, 'LULL_PIN_RUNS')) return undefined;
  const { AWS_LAMBDA_FUNCTION_NAME: functionName = '', AWS_LAMBDA_FUNCTION_VERSION: version = '' } = environment;
  if (functionName !== '' && /^\d+$/.test(version)) return { functionName, version };
  problems.push(
    `LULL_PIN_RUNS is true, and this is version ${describeValue(version)} of function ${describeValue(functionName)}: ` +
      `runs can be pinned to a published version, so the queue has to feed one, or an alias of one`,
  );
  return undefined;
}

function trueOrFalse(problems: string[], environment: Environment, name: string): boolean {
  const text = environment[name] || 'false';
  if (text !== 'true' && text !== 'false') problems.push(`${name} is ${describeValue(text)}, and can be true or false`);
  return text === 'true';
}

function wholeNumber(
  problems: string[],
  environment: Environment,
  { name, from, to }: { readonly name: string; readonly from: number; readonly to: number },
): number | undefined {
  const text = environment[name];
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value >= from && value <= to) return value;
  problems.push(`${name} is ${describeValue(text)}, and can be a whole number of milliseconds from ${from} to ${to}`);
  return undefined;
}
