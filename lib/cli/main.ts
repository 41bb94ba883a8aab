#!/usr/bin/env node
/** The command `lull`. */
import { runCommand } from './run-command.ts';
import { surroundingsOfProcess } from './surroundings.ts';

// A reader that has enough, as `head` has, closes the pipe: that is no failure.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
}

process.exitCode = await runCommand(process.argv.slice(2), surroundingsOfProcess());
