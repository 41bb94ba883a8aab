/** A verb that talks to an engine: its options, its help, and what happens to its errors. */
import { Option, type Command } from 'commander';
import { LullError } from '../core/errors.ts';
import { CliError, usageError } from './cli-error.ts';
import type { Engine } from './engine/engine.ts';
import { findEngine, type EngineOptions } from './engine/find-engine.ts';
import { Output } from './output.ts';
import type { Surroundings } from './surroundings.ts';

/** The command as it is being made, and where it says how it ended. */
export interface Context {
  readonly surroundings: Surroundings;
  readonly exit: (code: number) => void;
}

/** What a verb is called with. */
export interface VerbCall<Options> {
  readonly engine: Engine;
  readonly output: Output;
  readonly surroundings: Surroundings;
  readonly options: Options;
}

export interface EngineVerb<Options> {
  readonly name: string;
  readonly arguments?: readonly (readonly [usage: string, description: string])[];
  readonly summary: string;
  readonly options?: readonly Option[];
  readonly examples: readonly (readonly [command: string, meaning: string])[];
  /** Its exit code; 0 if it gives none. */
  act(call: VerbCall<Options>, ...args: (string | undefined)[]): Promise<number | void>;
}

export function addEngineVerb<Options>(program: Command, context: Context, verb: EngineVerb<Options>): void {
  const command = program.command(verb.name).summary(verb.summary).description(verb.summary);
  for (const [usage, description] of verb.arguments ?? []) command.argument(usage, description);
  for (const option of verb.options ?? []) command.addOption(option);
  for (const option of engineOptions()) command.addOption(option);
  command.addHelpText('after', () => examplesText(verb.examples));
  command.action(async (...received: unknown[]) => {
    const args = received.slice(0, -2) as (string | undefined)[];
    context.exit(await run(verb, context, command.opts<Options & EngineOptions & { json?: boolean }>(), args));
  });
}

async function run<Options>(
  verb: EngineVerb<Options>,
  { surroundings }: Context,
  options: Options & EngineOptions & { readonly json?: boolean },
  args: readonly (string | undefined)[],
): Promise<number> {
  const output = new Output(surroundings, { json: options.json === true });
  try {
    const engine = await findEngine(options, surroundings, output);
    return (await verb.act({ engine, output, surroundings, options }, ...args)) ?? 0;
  } catch (error) {
    return reportError(error, output);
  }
}

/** One line, and the exit code. What is no CliError, and no refusal of lull's own, is a mistake of the command. */
export function reportError(thrown: unknown, output: Output): number {
  const error = thrown instanceof LullError ? usageError(thrown.message) : thrown;
  if (!(error instanceof CliError)) throw thrown;
  const { message, exitCode, details } = error;
  if (output.isJson) output.error(JSON.stringify({ error: { message, exitCode, ...details } }));
  else output.error([['red', 'error'], `: ${message}`]);
  return exitCode;
}

const GROUP = 'Which engine (default: the lull dev of this folder):';

function engineOptions(): Option[] {
  return [
    new Option('--json', 'JSON instead of words, for programs'),
    new Option('--endpoint <url>', 'the address of an engine (or LULL_ENDPOINT)').helpGroup(GROUP),
    new Option('--stack <name>', 'the engine of a CloudFormation stack (or LULL_STACK)').helpGroup(GROUP),
    new Option('--stack-output <name>', 'with --stack: which of its outputs has the address').helpGroup(GROUP),
    new Option('--region <region>', 'of AWS (or AWS_REGION)').helpGroup(GROUP),
    new Option('--profile <name>', 'of your AWS credentials (or AWS_PROFILE)').helpGroup(GROUP),
    new Option('--header <line>', 'sent with each request, as "Authorization: Bearer abc"; may be repeated')
      .argParser((line: string, before: string[] | undefined) => [...(before ?? []), line])
      .helpGroup(GROUP),
    new Option('--dir <path>', 'of a lull dev that was started with --dir').helpGroup(GROUP),
  ];
}

export function examplesText(examples: readonly (readonly [command: string, meaning: string])[]): string {
  if (examples.length === 0) return '';
  return `\nExamples:\n${examples.map(([command, meaning]) => `  ${meaning}:\n    $ ${command}`).join('\n')}\n`;
}
