/** The commands and their options, as `lull --help` shows them. */
import { Command, InvalidArgumentError } from 'commander';
import { dev } from './dev.ts';
import { packageVersion } from './package-version.ts';

const LONGEST_PORT = 65_535;
const MOST_WORKERS = 32;

export function createProgram(): Command {
  const program = new Command('lull')
    .description('asyncio for AWS Lambda: coroutines that sleep for a month and cost nothing while they do.')
    .version(packageVersion())
    .showSuggestionAfterError()
    .showHelpAfterError('(lull --help shows what there is)');

  program
    .command('dev')
    .description('the cloud on this machine: HTTP API, workers, queue and table, with reload on change')
    .argument(
      '[entry]',
      'the file that exports your workflows (default: the first that is there of some usual ones)',
      somePath,
    )
    .option('-p, --port <number>', 'of the HTTP API; 0 takes any free one', wholeNumber(0, LONGEST_PORT), 4000)
    .option('-d, --dir <path>', 'where runs are kept from one start to the next', somePath, '.lull')
    .option('-w, --workers <number>', 'processes that take turns', wholeNumber(1, MOST_WORKERS), 2)
    .action(async (entry: string | undefined, options: { port: number; dir: string; workers: number }) => {
      process.exitCode = await dev(entry, options);
    });
  return program;
}

/** An empty one is what is left of a shell's variable that is not set. */
function somePath(text: string): string {
  if (text.trim() !== '') return text;
  throw new InvalidArgumentError('It is a path, and not empty.');
}

function wholeNumber(from: number, to: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= from && value <= to) return value;
    throw new InvalidArgumentError(`It is a whole number from ${from} to ${to}.`);
  };
}
