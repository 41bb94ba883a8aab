/** `--all`: the same for all runs that a filter finds. First what it would be, then the question, then page after page. */
import { Option } from 'commander';
import { CliError, usageError } from '../cli-error.ts';
import { confirm } from '../confirm.ts';
import type { VerbCall } from '../engine-verb.ts';
import { newKey, type Engine } from '../engine/engine.ts';
import { EXIT } from '../exit-codes.ts';
import { filterOptions, toFilter, type FilterOptions, type RunFilter } from '../run-filter.ts';

/** Of each verb that can be said of many runs. */
export interface BulkOptions extends FilterOptions {
  readonly all?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

export type BulkAction = 'cancel' | 'terminate' | 'retry' | 'delete';

interface BulkResult {
  readonly id: string;
  readonly done: boolean;
  readonly error?: { readonly code: string; readonly message: string };
}

interface BulkPage {
  readonly results: readonly BulkResult[];
  readonly cursor?: string;
}

const GROUP = 'Many runs at once:';
/** Smaller pages, for a progress that moves. */
const PAGE = { dryRun: 1_000, real: 200 };
const IDS_IN_QUESTION = 3;

export function bulkOptions(): Option[] {
  return [
    new Option('--all', 'all runs that the filter finds, instead of one'),
    ...filterOptions(),
    new Option('--dry-run', 'only say which runs it would be'),
    new Option('-y, --yes', 'do not ask'),
  ].map((option) => option.helpGroup(GROUP));
}

/** Whether the verb is about many runs. Refuses a call that is about none, or about one and many. */
export function isBulk(run: string | undefined, { all = false, dryRun, ...options }: BulkOptions): boolean {
  const isFiltered = Object.keys(toFilter(options, 0)).length > 0;
  if (all && run !== undefined) throw usageError(`name either a run (${run}) or --all with a filter`);
  if (all && !isFiltered) throw usageError('--all needs a filter, such as --workflow checkout or --status failed');
  if (!all && (isFiltered || dryRun === true)) throw usageError('a filter is for many runs: say --all too');
  if (!all && run === undefined) throw usageError('name a run, or --all with a filter');
  return all;
}

export async function carryOutAll(
  { engine, output, surroundings, options }: VerbCall<BulkOptions>,
  action: BulkAction,
  more: Readonly<Record<string, unknown>> = {},
): Promise<number> {
  const filter = toFilter(options, surroundings.nowMs());
  const { dryRun = false, yes = false } = options;
  const found = yes && !dryRun ? undefined : await collect(engine, action, filter);
  if (found?.length === 0) {
    output.note(`There is nothing to ${action}: no run fits the filter.`);
    return EXIT.ok;
  }
  if (dryRun) {
    for (const id of found ?? []) {
      if (output.isJson) output.jsonLine({ id, done: false });
      else output.line(id);
    }
    output.note(`${runs(found?.length ?? 0)} would be affected; nothing was done`);
    return EXIT.ok;
  }
  if (found !== undefined) {
    const some = found.slice(0, IDS_IN_QUESTION).join(', ');
    const question = `${action[0]?.toUpperCase() ?? ''}${action.slice(1)} ${runs(found.length)} (${some}${found.length > IDS_IN_QUESTION ? ', ...' : ''})?`;
    if (!(await confirm(question, { output, surroundings, yes }))) return EXIT.refused;
  }
  return carryOut({ engine, output, surroundings, options }, action, { filter, ...more });
}

async function collect(engine: Engine, action: BulkAction, filter: RunFilter): Promise<string[]> {
  const ids: string[] = [];
  for await (const page of pages(engine, action, { filter, dryRun: true, limit: PAGE.dryRun })) {
    ids.push(...page.map(({ id }) => id));
  }
  return ids;
}

async function carryOut(
  { engine, output }: VerbCall<BulkOptions>,
  action: BulkAction,
  body: Readonly<Record<string, unknown>>,
): Promise<number> {
  let done = 0;
  let failed = 0;
  const clear = (): void => (output.isTerminal ? output.raw('\r\u001b[K') : undefined);
  try {
    for await (const page of pages(engine, action, { ...body, limit: PAGE.real })) {
      clear();
      for (const result of page) {
        if (result.done) done += 1;
        else failed += 1;
        if (output.isJson) output.jsonLine(result);
        else if (result.error !== undefined)
          output.error([['red', 'failed'], `  ${result.id}  ${result.error.message}`]);
      }
      if (output.isTerminal) output.raw(`${done} done ...`);
    }
  } catch (error) {
    clear();
    if (!(error instanceof CliError)) throw error;
    const advice = `${runs(done)} were done before that. Say the same again to go on: what is done is passed over`;
    throw new CliError(error.exitCode, `${error.message}. ${advice}`, { ...error.details, done });
  }
  clear();
  output.note(`${action}: ${runs(done)} done${failed === 0 ? '' : `, ${failed} failed`}`);
  return failed === 0 ? EXIT.ok : EXIT.refused;
}

async function* pages(
  engine: Engine,
  action: BulkAction,
  body: Readonly<Record<string, unknown>>,
): AsyncGenerator<readonly BulkResult[], void, undefined> {
  let cursor: string | undefined;
  do {
    // The same page again does nothing twice: so it may be sent again where there was no answer.
    const answer = await engine.ask({
      method: 'POST',
      path: `/bulk/${action}`,
      body: { ...body, cursor },
      key: newKey(),
    });
    const page = answer.body as BulkPage;
    yield page.results;
    cursor = page.cursor;
  } while (cursor !== undefined);
}

function runs(count: number): string {
  return `${count} ${count === 1 ? 'run' : 'runs'}`;
}
