/** `lull replay`: replays an exported history against the code at hand. It asks no engine, and runs no step. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Command } from 'commander';
import { explainWaits } from '../../client/explain-run.ts';
import type { HistoryReplayed } from '../../testing/replay-history.ts';
import { CliError, usageError } from '../cli-error.ts';
import { examplesText, reportError, type Context } from '../engine-verb.ts';
import { EXIT } from '../exit-codes.ts';
import { Output, type Styled } from '../output.ts';
import { readFile } from '../read-json.ts';
import type { Surroundings } from '../surroundings.ts';
import { findUsualEntry, USUAL_ENTRIES } from '../usual-entry.ts';
import { wholeNumber } from '../whole-number.ts';

interface ReplayOptions {
  readonly link?: number;
  readonly json?: boolean;
}

export function addReplay(program: Command, { surroundings, exit }: Context): void {
  program
    .command('replay')
    .summary('replay an exported history against the code at hand')
    .description(
      'Replays an exported history against the code at hand, and says how far the code follows. No step runs, and nothing is written.',
    )
    .argument('<file>', 'what lull history RUN --export wrote')
    .argument('[entry]', 'the file that exports your workflows (default: the first that is there of some usual ones)')
    .option(
      '--link <number>',
      'of a history of several links: which one (default: the last)',
      wholeNumber(1, 1_000_000),
    )
    .option('--json', 'JSON instead of words, for programs')
    .addHelpText(
      'after',
      examplesText([
        [
          'lull history order-o-17 --stack Shop --export > o-17.json && lull replay o-17.json',
          'A run of production, on this machine',
        ],
        [
          'node --inspect-brk node_modules/.bin/lull replay o-17.json',
          'Under a debugger: it stops at breakpoints of the workflow',
        ],
      ]),
    )
    .action(async (file: string, entry: string | undefined, options: ReplayOptions) => {
      const output = new Output(surroundings, { json: options.json === true });
      try {
        exit(await replay(file, entry, options, { output, surroundings }));
      } catch (error) {
        exit(reportError(error, output));
      }
    });
}

async function replay(
  file: string,
  entry: string | undefined,
  { link }: ReplayOptions,
  { output, surroundings }: { readonly output: Output; readonly surroundings: Surroundings },
): Promise<number> {
  const history = readFile(resolve(surroundings.cwd, file), 'history');
  const { workflows, replayHistory } = await loadCode(resolve(surroundings.cwd, entry ?? usualEntry(surroundings.cwd)));
  const replayed = await replayHistory({ workflows, history, ...(link === undefined ? {} : { link }) });
  const follows = replayed.kind === 'ended' || replayed.kind === 'waits';
  if (output.isJson) output.document(withoutErrors(replayed));
  else output.lines(describeReplay(replayed, surroundings.nowMs()));
  return follows ? EXIT.ok : EXIT.refused;
}

function usualEntry(cwd: string): string {
  const entry = findUsualEntry(cwd);
  if (entry !== undefined) return entry;
  throw usageError(
    `no workflows were found: name the file that exports them (lull replay FILE path/to/workflows.ts), or put them where they are looked for: ${USUAL_ENTRIES.join(', ')}`,
  );
}

interface Code {
  readonly workflows: Readonly<Record<string, unknown>>;
  readonly replayHistory: (options: { workflows: unknown; history: string; link?: number }) => Promise<HistoryReplayed>;
}

/** The workflows and what replays them, in one bundle: so they have one copy of lull. Its map leads a debugger to the source. */
async function loadCode(entry: string): Promise<Code> {
  if (!existsSync(entry)) throw usageError(`there is no file ${entry}: name the file that exports your workflows`);
  const { build } = await import('esbuild');
  const { bundleOptions } = await import('../../aws/bundle-options.ts');
  const folder = mkdtempSync(join(dirname(entry), '.lull-replay-'));
  const outfile = join(folder, 'code.mjs');
  try {
    await build({
      ...bundleOptions({ isSource: import.meta.url.endsWith('.ts') }),
      stdin: {
        contents: `export * as workflows from ${JSON.stringify(entry)};\nexport { replayHistory } from 'lull/testing';\n`,
        resolveDir: dirname(entry),
        sourcefile: 'lull-replay-entry.ts',
        loader: 'ts',
      },
      outfile,
      target: 'node20',
      sourcemap: 'inline',
      logLevel: 'silent',
    }).catch((error: unknown) => {
      throw new CliError(EXIT.refused, `the workflows do not build: ${(error as Error).message}`);
    });
    return (await import(pathToFileURL(outfile).href)) as Code;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What a history does not have, which may be why the code differs. */
const LEFT_OUT: Readonly<Record<HistoryReplayed['leftOut'][number], string>> = {
  'sensitive-values': 'The history has no values of sensitive steps: the code got undefined for them.',
  'callback-secrets': 'The history has no secrets of callbacks: the arguments of steps were not compared.',
};

function describeReplay(replayed: HistoryReplayed, nowMs: number): Styled[] {
  const { runId, workflow, link, entries, leftOut } = replayed;
  const head: Styled = [['bold', workflow], `  ${runId}${link === 1 ? '' : `  link ${link}`}  ${entries} entries`];
  const missing: Styled[] = leftOut.map((each) => LEFT_OUT[each]);
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  const waits = (waitsFor: Parameters<typeof explainWaits>[0]): string[] =>
    explainWaits(waitsFor, { now: new Date(nowMs), timeZone }).map((line) => `  ${line}`);
  switch (replayed.kind) {
    case 'ended':
      return [head, [['green', 'follows'], ` to the end: ${replayed.status}`], ...missing];
    case 'waits':
      return [
        head,
        [['green', 'follows'], ' to the end of the journal, and waits there:'],
        ...waits(replayed.waitsFor),
        ...(replayed.adds.length === 0 ? [] : [`The next turn would ask for ${replayed.adds.join(', ')}`]),
        ...missing,
      ];
    case 'differs':
      return [
        head,
        [['red', 'differs'], ': a run with this history would be blocked by this code'],
        `  recorded:  ${replayed.recorded}`,
        `  requested: the code ${replayed.requested}${replayed.at === undefined ? '' : ` (at ${replayed.at})`}`,
        ...waits(replayed.waitsFor),
        ...missing,
      ];
    case 'cannot-replay':
      return [head, [['red', 'cannot be replayed'], `: ${replayed.error.message}`], ...missing];
  }
}

/** An error as JSON is an empty object: its words and its place are said. */
function withoutErrors(replayed: HistoryReplayed): object {
  return Object.fromEntries(
    Object.entries(replayed).map(([key, value]) => [
      key,
      value instanceof Error ? { name: value.name, message: value.message } : (value as unknown),
    ]),
  );
}
