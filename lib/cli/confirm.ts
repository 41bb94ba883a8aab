/** Asks a person before something is done that cannot be taken back. A script says `--yes`. */
import { usageError } from './cli-error.ts';
import type { Output } from './output.ts';
import type { Surroundings } from './surroundings.ts';

/** False if the person does not want it. A CliError where there is no person to ask. */
export async function confirm(
  question: string,
  {
    output,
    surroundings,
    yes,
  }: { readonly output: Output; readonly surroundings: Surroundings; readonly yes: boolean },
): Promise<boolean> {
  if (yes) return true;
  if (!output.isTerminal || surroundings.stdin.isTTY !== true) {
    throw usageError(`${question} This is asked at a terminal alone: say --yes`);
  }
  output.raw(`${question} [y/N] `);
  const isWanted = /^\s*y(es)?\s*$/i.test(await readLine(surroundings.stdin));
  if (!isWanted) output.note('Nothing was done.');
  return isWanted;
}

async function readLine(stdin: Surroundings['stdin']): Promise<string> {
  let text = '';
  for await (const chunk of stdin) {
    text += typeof chunk === 'string' ? chunk : new TextDecoder().decode(chunk);
    if (text.includes('\n')) break;
  }
  return text.split('\n', 1)[0] ?? '';
}
