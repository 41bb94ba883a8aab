/** `lull pools ...`: what limits how much goes on at once. */
import { Option } from 'commander';
import type { PoolAnswer, PoolRow } from '../engine/answers.ts';
import { usageError } from '../cli-error.ts';
import type { EngineVerb } from '../engine-verb.ts';
import { pathOf } from '../engine/engine.ts';
import { EXIT } from '../exit-codes.ts';
import type { Output } from '../output.ts';
import { limitsText, readRate } from '../text/pool-limits.ts';
import { table, type Column } from '../text/table.ts';
import { when } from '../text/times.ts';

const NAME = ['<name>', 'of the pool'] as const;

const list: EngineVerb<object> = {
  name: 'list',
  summary: 'list pools',
  examples: [['lull pools list', 'All that were ever asked for a place']],
  async act({ engine, output }) {
    const { pools } = await engine.get<{ pools: readonly PoolRow[] }>('/pools');
    if (output.isJson) for (const pool of pools) output.jsonLine(pool);
    else if (pools.length === 0)
      output.note('There are no pools: one is there when a step or a run asks it for a place.');
    else output.lines(table(COLUMNS, pools, output.columns));
    return EXIT.ok;
  },
};

const COLUMNS: Column<PoolRow>[] = [
  { title: 'NAME', text: ({ name }) => name },
  { title: 'USED', text: ({ used }) => String(used) },
  { title: 'LIMITS', text: ({ limits, isSet }) => `${limitsText(limits)}${isSet ? ' (set)' : ''}`, atLeast: 20 },
  { title: 'PAUSED', text: ({ paused }) => (paused ? 'paused' : ''), color: () => 'yellow' },
];

const show: EngineVerb<object> = {
  name: 'show',
  summary: 'show a pool: the runs that have its places, and those that wait for one',
  arguments: [NAME],
  examples: [['lull pools show mailer', 'What keeps a run waiting']],
  async act({ engine, output, surroundings }, name = '') {
    const pool = await engine.get<PoolAnswer>(pathOf('pools', name));
    if (output.isJson) {
      output.document(pool);
      return EXIT.ok;
    }
    showPool(output, pool);
    const nowMs = surroundings.nowMs();
    const rows = [
      ...pool.places.map((place) => ({ ...place, what: place.isOnItsWay === true ? 'is woken' : 'has a place' })),
      ...pool.waiting.map((waiter) => ({ ...waiter, what: 'waits' })),
    ];
    if (rows.length > 0) output.lines(table(ownerColumns(nowMs), rows, output.columns));
    if (pool.more === true) output.line([['dim', 'and more']]);
    return EXIT.ok;
  },
};

interface OwnerRow {
  readonly what: string;
  readonly runId: string;
  readonly step?: number;
  readonly key?: string;
  readonly priority?: number;
  readonly since: string;
}

function ownerColumns(nowMs: number): Column<OwnerRow>[] {
  return [
    { title: '', text: ({ what }) => what },
    { title: 'RUN', text: ({ runId, step }) => (step === undefined ? runId : `${runId} #${step}`) },
    { title: 'KEY', text: ({ key = '' }) => key, leaveOut: 1 },
    { title: 'PRIORITY', text: ({ priority = 0 }) => (priority === 0 ? '' : String(priority)), leaveOut: 2 },
    { title: 'SINCE', text: ({ since }) => when(Date.parse(since), nowMs) },
  ];
}

interface SetOptions {
  readonly concurrency?: string;
  readonly concurrencyPerKey?: string;
  readonly rate?: string;
  readonly ratePerKey?: string;
}

const set: EngineVerb<SetOptions> = {
  name: 'set',
  summary: 'set the limits of a pool, in place of those of the code',
  arguments: [NAME],
  options: [
    new Option('--concurrency <count>', 'so many at once'),
    new Option('--concurrency-per-key <count>', 'so many at once for each key'),
    new Option('--rate <count/time>', "so many begin within a time: '100/1m'"),
    new Option('--rate-per-key <count/time>', 'the same for each key'),
  ],
  examples: [
    ['lull pools set mailer --concurrency 2 --rate 100/1m', 'While the provider is slow'],
    ['lull pools reset mailer', 'As the code says, again'],
  ],
  async act({ engine, output, options }, name = '') {
    const { concurrency, concurrencyPerKey, rate, ratePerKey } = options;
    const limits = {
      ...(concurrency === undefined ? {} : { concurrency: toNumber(concurrency, '--concurrency') }),
      ...(concurrencyPerKey === undefined
        ? {}
        : { concurrencyPerKey: toNumber(concurrencyPerKey, '--concurrency-per-key') }),
      ...(rate === undefined ? {} : { rate: toRate(rate, '--rate') }),
      ...(ratePerKey === undefined ? {} : { ratePerKey: toRate(ratePerKey, '--rate-per-key') }),
    };
    if (Object.keys(limits).length === 0) {
      throw usageError('no limit is given: give one, such as --concurrency 5. lull pools reset takes them back');
    }
    const { body } = await engine.ask({ method: 'POST', path: pathOf('pools', name), body: limits });
    showPool(output, body as PoolRow);
    return EXIT.ok;
  },
};

const pause = actionVerb('pause', 'let a pool give no places until it is resumed');
const resume = actionVerb('resume', 'let a paused pool give places again');
const reset = actionVerb('reset', 'let the limits of the code count again');

function actionVerb(name: 'pause' | 'resume' | 'reset', summary: string): EngineVerb<object> {
  const meaning = { pause: 'What has a place goes on', resume: 'Those who wait go on', reset: 'As the code says' };
  return {
    name,
    summary,
    arguments: [NAME],
    examples: [[`lull pools ${name} mailer`, meaning[name]]],
    async act({ engine, output }, pool = '') {
      const { body } = await engine.ask({ method: 'POST', path: pathOf('pools', pool, name) });
      showPool(output, body as PoolRow);
      return EXIT.ok;
    },
  };
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each has options of its own
export const POOL_VERBS: readonly EngineVerb<any>[] = [list, show, set, reset, pause, resume];

function showPool(output: Output, pool: PoolRow): void {
  if (output.isJson) {
    output.document(pool);
    return;
  }
  const { name, used, limits, isSet, paused } = pool;
  const what = `  ${used} used: ${limitsText(limits)}${isSet ? ' (set)' : ''}`;
  output.line([['bold', name], what, ...(paused ? [['yellow', '  paused'] as const] : [])]);
}

function toNumber(text: string, option: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw usageError(`${option} cannot be ${JSON.stringify(text)}: give a whole number`);
}

function toRate(text: string, option: string): { readonly limit: number; readonly per: string } {
  const rate = readRate(text);
  if (rate !== undefined) return rate;
  throw usageError(`${option} cannot be ${JSON.stringify(text)}: give a count and a time, as in '100/1m'`);
}
