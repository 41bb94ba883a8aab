/** The commands and their options, as `lull --help` shows them. */
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { completionScript, SHELLS, type Shell } from './completion.ts';
import { addEngineVerb, examplesText, type Context } from './engine-verb.ts';
import { addInitCommand } from './init/init-command.ts';
import { packageVersion } from './package-version.ts';
import { ENGINE_VERBS } from './verbs/all-verbs.ts';
import { addReencrypt } from './verbs/reencrypt.ts';
import { addReplay } from './verbs/replay.ts';
import { addUpgradeCheck } from './verbs/upgrade-check.ts';
import { POOL_VERBS } from './verbs/pools.ts';
import { SCHEDULE_VERBS } from './verbs/schedules.ts';
import { LONGEST_PORT, wholeNumber } from './whole-number.ts';

const MOST_WORKERS = 32;

export function createProgram(context: Context): Command {
  const program = new Command('lull')
    .description('asyncio for AWS Lambda: coroutines that sleep for a month and cost nothing while they do.')
    .version(packageVersion())
    .showSuggestionAfterError()
    .showHelpAfterError('(lull --help shows what there is)')
    .addHelpText('after', () => examplesText(EXAMPLES));
  addInitCommand(program, (code) => context.exit(code));
  addDev(program, context);
  for (const verb of ENGINE_VERBS) addEngineVerb(program, context, verb);
  const schedules = program.command('schedules').summary('schedules that are made at run time');
  for (const verb of SCHEDULE_VERBS) addEngineVerb(schedules, context, verb);
  const pools = program.command('pools').summary('what limits how much goes on at once');
  for (const verb of POOL_VERBS) addEngineVerb(pools, context, verb);
  addReplay(program, context);
  addUpgradeCheck(program, context);
  addReencrypt(program, context);
  addCompletion(program, context);
  return program;
}

const EXAMPLES = [
  ['lull dev', 'The cloud on this machine, in one terminal'],
  [`lull start checkout '{"id":"o-17"}'`, 'A run, in another'],
  ['lull show latest', 'How it stands'],
  ['lull list --stack Shop --status failed', 'The same words for a deployed engine'],
] as const;

function addCompletion(program: Command, { surroundings }: Context): void {
  program
    .command('completion')
    .summary('print a script that completes lull in your shell')
    .description('Prints a script that completes lull in your shell.')
    .addArgument(new Argument('<shell>', 'your shell').choices(SHELLS))
    .addHelpText(
      'after',
      examplesText([
        ["echo 'source <(lull completion bash)' >> ~/.bashrc", 'bash'],
        ["echo 'source <(lull completion zsh)' >> ~/.zshrc", 'zsh'],
        ['lull completion fish > ~/.config/fish/completions/lull.fish', 'fish'],
      ]),
    )
    .action((shell: Shell) => surroundings.stdout.write(completionScript(program, shell)));
}

function addDev(program: Command, context: Context): void {
  program
    .command('dev')
    .description('the cloud on this machine: HTTP API, workers, queue and table, with reload on change')
    .argument(
      '[entry]',
      'the file that exports your workflows (default: the first that is there of some usual ones)',
      somePath,
    )
    .option('-p, --port <number>', 'of the HTTP API; 0 takes any free one', wholeNumber(0, LONGEST_PORT), 4000)
    .option('--json', 'what happens as JSON, one event a line, for a program')
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
      new Option(
        '--dynamodb <which>',
        'with --from, the server of the tables; local-jar is of amplify-dynamodb-simulator',
      )
        .choices(DYNAMODB_SERVERS)
        .default('dynalite')
        .argParser(dynamodbServer),
    )
    .option(
      '-t, --table <name=key>',
      'a table of your own beside that of the runs, as in accounts=id or orders=customer,number:N; once for each',
      ownTable,
      {},
    )
    .option('--frames', 'stores runs where they wait, so that they go on without a replay (experimental)')
    .action(async (entry: string | undefined, options: DevCommand, command: Command) => {
      context.exit(await runDev(entry, options, command));
    });
}

interface DevCommand {
  readonly json?: boolean;
  readonly port: number;
  readonly dir: string;
  readonly workers: number;
  readonly from?: string;
  readonly dynamodb: DynamodbServer;
  readonly table: Readonly<Record<string, readonly string[]>>;
  readonly frames?: boolean;
}

/** Options that mean nothing together are refused. */
async function runDev(entry: string | undefined, options: DevCommand, command: Command): Promise<number> {
  const { from, workers, json = false, frames = false, table: tables, ...others } = options;
  const isGiven = (option: string): boolean => command.getOptionValueSource(option) === 'cli';
  if (from === undefined && isGiven('dynamodb')) {
    command.error('error: --dynamodb is for the cloud of a template: name that with --from');
  }
  if (from !== undefined && entry !== undefined) {
    command.error(`error: name either workflows (${entry}) or a template (--from ${from}): it holds its own workflows`);
  }
  if (from !== undefined && isGiven('table')) {
    command.error('error: --table is for workflows in a file: a template has its own tables');
  }
  if (from !== undefined && frames) {
    command.error('error: --frames is for workflows in a file: for a template, give frames to its WorkflowEngine');
  }
  const { dev } = await import('./dev.ts'); // the whole local cloud
  return dev({
    ...others,
    json,
    tables,
    frames,
    ...(entry === undefined ? {} : { entry }),
    ...(from === undefined ? {} : { from }),
    ...(isGiven('workers') ? { workers } : {}),
  });
}

const DYNAMODB_SERVERS = ['dynalite', 'local-jar'] as const;
type DynamodbServer = (typeof DYNAMODB_SERVERS)[number];

/** `jar` is the older spelling of `local-jar`. */
function dynamodbServer(text: string): DynamodbServer {
  const server = DYNAMODB_SERVERS.find((each) => each === text || (text === 'jar' && each === 'local-jar'));
  if (server !== undefined) return server;
  throw new InvalidArgumentError(`Allowed choices are ${DYNAMODB_SERVERS.join(', ')}.`);
}

/** Added to those before it. */
function ownTable(
  text: string,
  others: Readonly<Record<string, readonly string[]>>,
): Record<string, readonly string[]> {
  const [, name = '', key = ''] = /^([\w.-]{3,255})=([^=]+)$/.exec(text) ?? [];
  const attributes = key.split(',');
  if (name !== '' && attributes.length <= 2 && attributes.every((each) => /^[^:,]+(:[SNB])?$/.test(each))) {
    return { ...others, [name]: attributes };
  }
  throw new InvalidArgumentError('It is a name and the attributes of its key, as in accounts=id.');
}

/** An empty path comes from a shell's variable that is not set. */
function somePath(text: string): string {
  if (text.trim() !== '') return text;
  throw new InvalidArgumentError('It is a path, and not empty.');
}
