/** Arguments, one a line: help, a version, an error in words, or a cloud as it was asked for. */
import { CommanderError, type Command } from 'commander';
import { createProgram } from '../../../lib/cli/program.ts';
import { expectThat, type FuzzTarget } from '../target.ts';
import { asked } from './no-cloud.ts';

const commandLine: FuzzTarget = {
  seeds: [
    'dev',
    'dev\nworkflows.ts\n--port\n0\n--dir\nx\n-w\n3',
    '--help',
    '--version',
    'help\ndev',
    'dve',
    'dev\n-p1\n-d=.',
  ],
  async run(input) {
    const chunks: string[] = [];
    const write = (text: string): void => void chunks.push(text);
    const quiet = (command: Command): Command =>
      command.exitOverride().configureOutput({ writeOut: write, writeErr: write });
    const program = quiet(createProgram());
    program.commands.forEach(quiet);
    asked.length = 0;
    try {
      await program.parseAsync(input.toString().split('\n'), { from: 'user' });
    } catch (error) {
      if (!(error instanceof CommanderError)) throw error;
      expectThat(error.exitCode === 0 || error.exitCode === 1, `the exit code is ${error.exitCode}`);
    } finally {
      process.exitCode = undefined;
    }
    expectThat(!/\n\s+at .+:\d+/.test(chunks.join('')), `a stack is shown: ${chunks.join('')}`);
    for (const { port, dir, workers = 2 } of asked) {
      expectThat(Number.isInteger(port) && port >= 0 && port <= 65_535, `the port is ${port}`);
      expectThat(Number.isInteger(workers) && workers >= 1 && workers <= 32, `there are ${workers} workers`);
      expectThat(dir.trim() !== '', 'the folder is empty');
    }
  },
};
export default commandLine;
