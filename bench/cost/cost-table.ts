/** Prices times what was counted, as the tables of docs/cost.md. */
import type { Usage } from './count.ts';
import type { EncryptionUsage } from './encryption.ts';
import type { FramesUsage } from './frames-usage.ts';
import type { OperationUsage } from './operations.ts';
import { OTHERS, PRICES } from './prices.ts';
import type { Workload } from './workloads.ts';

/** Measured with `npm run bench lambda`: what a turn takes besides its steps, in the worker's 1 GB. */
const TURN_SECONDS = 0.04;
const WORKER_GB = 1;
/** The API function answers from 512 MB, mostly waiting for the table. */
const REQUEST_SECONDS = 0.03;
const API_GB = 0.5;
/** Send, receive, delete. */
const REQUESTS_PER_WAKE = 3;
/** The line of metrics that each turn writes, and some for what else is logged. */
const LOG_BYTES_PER_TURN = 600;
const MILLION = 1_000_000;
const GIGABYTE = 1e9;

export interface Counted {
  readonly workload: Workload;
  readonly usage: Usage;
}

interface Line {
  readonly what: string;
  readonly arithmetic: string;
  readonly dollars: number;
}

/** The tables, one for each workload, one to compare them, one of single operations, and one of encryption. */
export function costTables(
  counted: readonly Counted[],
  operations: readonly OperationUsage[],
  encryption: readonly EncryptionUsage[],
): string {
  const single = [operationTable(operations), encryptionTable(encryption)];
  return [...counted.map(workloadTable), comparison(counted), ...single].join('\n');
}

function encryptionTable(encryption: readonly EncryptionUsage[]): string {
  const rows = encryption.map(
    ({ name, writeUnits, readUnits, keyRequests }) => `| ${name} | ${writeUnits} | ${readUnits} | ${keyRequests} |`,
  );
  return [
    '### With a payload key',
    '',
    'What [encryption](encryption.md#what-it-costs) adds (counted). Nothing of an encrypted run is kept in its run item to save a write.',
    '',
    '| what | write units | read units | requests to KMS |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

/** Its own, since a process of compiled code counts it. */
export function framesTable(counted: readonly Counted[], frames: FramesUsage): string {
  const { workloads, hours } = frames;
  const rows = counted.map(({ workload: { name }, usage }) => {
    const stored = workloads.find((one) => one.name === name);
    return `| \`${name}\` | ${usage.writeUnits} | ${usage.readUnits} | ${stored?.writeUnits} | ${stored?.readUnits} |`;
  });
  return [
    '### With snapshots',
    '',
    'What the workloads take with [snapshots](frames.md#snapshots) (counted, with the default settings).',
    '',
    '| workload | write units | read units | write units with snapshots | read units with snapshots |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
    `A run that sleeps for an hour, ${format(hours)} times, and that no worker keeps in memory meanwhile, without a bucket, by ` +
      `the hour (counted):`,
    '',
    '| such a run | write units | read units |',
    '| --- | --- | --- |',
    `| is replayed | ${perHour(frames.replayedHour)} |`,
    `| has snapshots | ${perHour(frames.hour)} |`,
    `| has an [unbounded history](frames.md#a-history-without-end) | ${perHour(frames.unboundedHour)} |`,
    '',
  ].join('\n');
}

function perHour({ writeUnits, readUnits }: FramesUsage['hour']): string {
  return `${format(writeUnits)} | ${format(readUnits)}`;
}

function operationTable(operations: readonly OperationUsage[]): string {
  const rows = operations.map(({ name, writeUnits, turns }) => {
    const dollars = writeUnits * PRICES.millionWriteUnits + turns * REQUESTS_PER_WAKE * PRICES.millionQueueRequests;
    return `| ${name} | ${writeUnits} | ${turns} | $${dollars.toFixed(2)} |`;
  });
  return [
    '### One operation',
    '',
    'By how much each makes a run more expensive (counted): write units of the table, turns, and the price of a million in ' +
      'writes and wakes. Values are small.',
    '',
    '| operation | write units | turns | a million |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

function workloadTable({ workload, usage }: Counted): string {
  const { name, what, runsPerMonth } = workload;
  const lines = linesOf(workload, usage);
  return [
    `### \`${name}\`: ${what}`,
    '',
    `${format(runsPerMonth)} runs a month; one run takes ${usage.turns} turns, ${usage.writeUnits} write units and ` +
      `${usage.readUnits} read units (counted).`,
    '',
    '| part | a month | $ |',
    '| --- | --- | --- |',
    ...lines.map(({ what, arithmetic, dollars }) => `| ${what} | ${arithmetic} | ${dollarsOf(dollars)} |`),
    `| **together** | **${perThousand(lines, runsPerMonth)} for a thousand runs** | **${dollarsOf(sum(lines))}** |`,
    '',
  ].join('\n');
}

function linesOf(workload: Workload, usage: Usage): Line[] {
  const { runsPerMonth, steps, stepSeconds, width, apiRequests } = workload;
  const per = (perRun: number, unit: string, price: number): Pick<Line, 'arithmetic' | 'dollars'> => ({
    arithmetic: `${format(runsPerMonth)} x ${format(perRun)} ${unit} x $${price} / 1M`,
    dollars: (runsPerMonth * perRun * price) / MILLION,
  });
  const stepGbs = (runsPerMonth * steps * stepSeconds * WORKER_GB) / width;
  const turnGbs = runsPerMonth * usage.turns * TURN_SECONDS * WORKER_GB;
  const apiGbs = runsPerMonth * apiRequests * REQUEST_SECONDS * API_GB;
  return [
    { what: 'table, writes', ...per(usage.writeUnits, 'units', PRICES.millionWriteUnits) },
    { what: 'table, reads', ...per(usage.readUnits, 'units', PRICES.millionReadUnits) },
    {
      what: 'queue',
      ...per(usage.turns * REQUESTS_PER_WAKE, 'requests', PRICES.millionQueueRequests),
    },
    { what: 'Lambda, calls', ...per(usage.turns + apiRequests, 'calls', PRICES.millionInvocations) },
    {
      what: 'Lambda, turns',
      arithmetic: `${format(turnGbs + apiGbs)} GB-s x $${PRICES.gbSecond}`,
      dollars: (turnGbs + apiGbs) * PRICES.gbSecond,
    },
    {
      what: 'logs and metrics',
      arithmetic: `${format(runsPerMonth)} x ${usage.turns} x ${LOG_BYTES_PER_TURN} bytes x $${PRICES.logGb} a GB`,
      dollars: (runsPerMonth * usage.turns * LOG_BYTES_PER_TURN * PRICES.logGb) / GIGABYTE,
    },
    {
      what: 'Lambda, your steps',
      arithmetic: `${format(stepGbs)} GB-s x $${PRICES.gbSecond}`,
      dollars: stepGbs * PRICES.gbSecond,
    },
    ...(apiRequests === 0 ? [] : [{ what: 'HTTP API', ...per(apiRequests, 'requests', PRICES.millionApiRequests) }]),
  ];
}

/** The same work elsewhere: what the engine costs, the steps' own Lambdas left out on both sides. */
function comparison(counted: readonly Counted[]): string {
  const rows = counted.map(({ workload, usage }) => {
    const { name, runsPerMonth, steps, transitions, durableOperations } = workload;
    const lull = sum(linesOf(workload, usage).filter(({ what }) => what !== 'Lambda, your steps'));
    const calls = (runsPerMonth * steps * PRICES.millionInvocations) / MILLION;
    const stepFunctions = (runsPerMonth * transitions * OTHERS.millionTransitions) / MILLION + calls;
    const durable = (runsPerMonth * durableOperations * OTHERS.millionDurableOperations) / MILLION;
    const times = (other: number): string => `${dollarsOf(other)} (${(other / lull).toFixed(1)} times)`;
    return `| \`${name}\` | ${dollarsOf(lull)} | ${times(stepFunctions)} | ${times(durable)} |`;
  });
  return [
    '### Beside others',
    '',
    'A month of the same workloads, in dollars, without the time that steps take:',
    '',
    '| workload | lull, all of it | Step Functions, transitions and calls | Lambda durable functions, operations alone |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

function sum(lines: readonly Line[]): number {
  return lines.reduce((all, { dollars }) => all + dollars, 0);
}

/** Cents, and parts of cents where there is nothing else. */
function dollarsOf(dollars: number): string {
  return dollars.toFixed(dollars < 0.1 ? 4 : 2);
}

function perThousand(lines: readonly Line[], runsPerMonth: number): string {
  return `$${((sum(lines) / runsPerMonth) * 1000).toFixed(4)}`;
}

function format(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 1 });
}
