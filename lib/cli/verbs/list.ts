/** `lull list`: runs, newest first. */
import { Option } from 'commander';
import { usageError } from '../cli-error.ts';
import type { EngineVerb } from '../engine-verb.ts';
import { isOpen, type RunRow } from '../engine/answers.ts';
import { listPages } from '../engine/list-runs.ts';
import { EXIT } from '../exit-codes.ts';
import { filterOptions, toFilter, type FilterOptions } from '../run-filter.ts';
import { statusColor } from '../text/status-color.ts';
import { table, type Column } from '../text/table.ts';
import { relative, took } from '../text/times.ts';
import { wholeNumber } from '../whole-number.ts';

interface ListOptions extends FilterOptions {
  readonly limit?: number;
  readonly all?: boolean;
}

const DEFAULT_LIMIT = 30;
/** So many are taken before they are written: the columns of a table are as wide as its rows. */
const TABLE_ROWS = 1_000;

export const list: EngineVerb<ListOptions> = {
  name: 'list',
  summary: 'list runs, newest first',
  options: [
    ...filterOptions(),
    new Option('-n, --limit <number>', `at most so many (default: ${DEFAULT_LIMIT})`).argParser(
      wholeNumber(1, 1_000_000),
    ),
    new Option('--all', 'all of them'),
  ],
  examples: [
    ['lull list', 'The newest runs'],
    ['lull list --status failed,blocked --since 2h', 'What went wrong lately'],
    [
      'lull list --workflow checkout --attribute customer=c1 --all --json | jq -r .id',
      'The ids of all runs of a customer',
    ],
  ],
  async act({ engine, output, surroundings, options }) {
    if (options.all === true && options.limit !== undefined) throw usageError('--all and --limit: give one of them');
    const limit = options.all === true ? Infinity : (options.limit ?? DEFAULT_LIMIT);
    const nowMs = surroundings.nowMs();
    const filter = toFilter(options, nowMs);
    let count = 0;
    let rows: RunRow[] = [];
    const flush = (): void => {
      if (rows.length > 0) output.lines(table(columns(nowMs), rows, output.columns));
      rows = [];
    };
    for await (const page of listPages(engine, filter, limit)) {
      count += page.length;
      if (output.isJson) for (const run of page) output.jsonLine(run);
      else rows.push(...page);
      if (rows.length >= TABLE_ROWS) flush();
    }
    flush();
    if (count === 0) output.note(Object.keys(filter).length === 0 ? 'There are no runs.' : 'No run fits the filter.');
    else if (count === limit) output.note([['dim', `the newest ${count}; --limit or --all shows more`]]);
    return EXIT.ok;
  },
};

function columns(nowMs: number): Column<RunRow>[] {
  return [
    { title: 'STATUS', text: ({ status }) => status, color: ({ status }) => statusColor(status) },
    { title: 'WORKFLOW', text: ({ workflow }) => workflow, atLeast: 10 },
    { title: 'RUN', text: ({ id }) => id },
    { title: 'STARTED', text: ({ createdAt }) => relative(Date.parse(createdAt), nowMs), leaveOut: 1 },
    { title: 'TOOK', text: tookText, leaveOut: 2 },
    { title: 'SAYS', text: saysText, atLeast: 12, leaveOut: 3 },
  ];
}

function tookText(run: RunRow): string {
  if (isOpen(run) || run.endedAt === undefined) return '';
  return took(Date.parse(run.endedAt) - Date.parse(run.createdAt));
}

function saysText({ customStatus }: RunRow): string {
  if (customStatus === undefined) return '';
  return typeof customStatus === 'string' ? customStatus : JSON.stringify(customStatus);
}
