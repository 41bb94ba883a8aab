/** Adds `lull init` to the command line. */
import { type Command, InvalidArgumentError } from 'commander';
import { createPaint } from '../paint.ts';
import { init, type InitOptions } from './init.ts';

export function addInitCommand(program: Command, exit: (code: number) => void): void {
  program
    .command('init')
    .description('a project with a workflow, its test and a CDK app, in a new folder')
    .argument('[folder]', 'which is empty, or not there yet', filled, '.')
    .option('-n, --name <name>', 'of the package (default: that of the folder)', filled)
    .option(
      '--lull <version>',
      'which lull it installs: a version, or the path of a tarball (default: this one)',
      filled,
    )
    .addHelpText('after', '\nExamples:\n  npx lull init my-app\n  npx lull init . --name orders')
    .action((folder: string, options: Omit<InitOptions, 'folder'>) => {
      const result = init({ folder, ...options });
      if (result.kind === 'made') console.log(result.text);
      else console.error(`${createPaint(process.stderr)('red', 'lull init wrote nothing')}: ${result.reason}`);
      exit(result.kind === 'made' ? 0 : 1);
    });
}

/** What is empty comes from a shell's variable that is not set. */
function filled(text: string): string {
  if (text.trim() !== '') return text;
  throw new InvalidArgumentError('It must not be empty.');
}
