/** The commands and their options, as `lull --help` shows them. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { dev } from './dev.ts';
import { devStack } from './dev-stack.ts';
import { packageVersion } from './package-version.ts';
import { wholeNumber } from './whole-number.ts';

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
    .option(
      '-w, --workers <number>',
      'processes that take turns (with --from: of each function)',
      wholeNumber(1, MOST_WORKERS),
      2,
    )
    .option(
      '--from <path>',
      'run what `cdk synth` wrote (cdk.out) as it would run on AWS, instead of workflows in a file',
      somePath,
    )
    .addOption(
      new Option('--dynamodb <which>', 'with --from, what serves the tables; jar is of amplify-dynamodb-simulator')
        .choices(['dynalite', 'jar'] as const)
        .default('dynalite'),
    )
    .action(async (entry: string | undefined, options: DevCommand, command: Command) => {
      process.exitCode = await runDev(entry, options, command);
    });
  return program;
}

interface DevCommand {
  readonly port: number;
  readonly dir: string;
  readonly workers: number;
  readonly from?: string;
  readonly dynamodb: 'dynalite' | 'jar';
}

/** Options that mean nothing together are refused. */
function runDev(
  entry: string | undefined,
  { port, dir, workers, from, dynamodb }: DevCommand,
  command: Command,
): Promise<number> {
  const isGiven = (option: string): boolean => command.getOptionValueSource(option) === 'cli';
  if (from === undefined) {
    if (isGiven('dynamodb')) command.error('error: --dynamodb is for the cloud of a template: name that with --from');
    return dev(entry, { port, dir, workers });
  }
  if (entry !== undefined) {
    command.error(`error: name either workflows (${entry}) or a template (--from ${from}): it holds its own workflows`);
  }
  return devStack({ from, port, dir, dynamodb, ...(isGiven('workers') ? { maxSandboxes: workers } : {}) });
}

/** An empty one is what is left of a shell's variable that is not set. */
function somePath(text: string): string {
  if (text.trim() !== '') return text;
  throw new InvalidArgumentError('It is a path, and not empty.');
}
