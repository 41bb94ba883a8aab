/** The command from its arguments to its exit code. */
import { CommanderError, type Command } from 'commander';
import { CliError } from './cli-error.ts';
import { reportError } from './engine-verb.ts';
import { EXIT } from './exit-codes.ts';
import { Output } from './output.ts';
import { createProgram } from './program.ts';
import type { Surroundings } from './surroundings.ts';

export async function runCommand(args: readonly string[], surroundings: Surroundings): Promise<number> {
  let exitCode: number = EXIT.ok;
  const program = createProgram({ surroundings, exit: (code) => (exitCode = code) });
  eachCommand(program, (command) =>
    command.exitOverride().configureOutput({
      writeOut: (text) => surroundings.stdout.write(text),
      writeErr: (text) => surroundings.stderr.write(text),
      getOutHelpWidth: () => surroundings.stdout.columns ?? HELP_COLUMNS,
      getErrHelpWidth: () => surroundings.stderr.columns ?? HELP_COLUMNS,
    }),
  );
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (error instanceof CliError)
      return reportError(error, new Output(surroundings, { json: args.includes('--json') }));
    throw error;
  }
}

const HELP_COLUMNS = 100;

function eachCommand(command: Command, change: (command: Command) => void): void {
  change(command);
  command.commands.forEach((each) => eachCommand(each, change));
}
