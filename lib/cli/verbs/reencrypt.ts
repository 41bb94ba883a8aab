/** `lull reencrypt`: encrypts anew what former payload keys have encrypted, so that they can be taken away. */
import { Option, type Command } from 'commander';
import { Reencryption, type Reencrypted } from '../../encryption/reencrypt.ts';
import { LullError } from '../../core/errors.ts';
import { CliError } from '../cli-error.ts';
import { openPayloads, type PayloadOptions } from '../engine/open-payloads.ts';
import { examplesText, reportError, type Context } from '../engine-verb.ts';
import { EXIT } from '../exit-codes.ts';
import { Output } from '../output.ts';
import type { Surroundings } from '../surroundings.ts';

interface ReencryptCommand extends PayloadOptions {
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export function addReencrypt(program: Command, { surroundings, exit }: Context): void {
  const repeated = (name: string, before: string[] | undefined): string[] => [...(before ?? []), name];
  program
    .command('reencrypt')
    .summary('encrypt anew what former payload keys have encrypted')
    .description(
      'Encrypts anew, by the payload key of now, all values that former ones have encrypted, while runs go on; and says whether there is anything left for which a former key is needed. It can be stopped, and begun again, at any time.',
    )
    .option('--dry-run', 'only count')
    .option('--json', 'JSON instead of words, for programs')
    .addOption(new Option('--table <name>', 'the table (or LULL_TABLE_NAME)').helpGroup(GROUP))
    .addOption(new Option('--bucket <name>', 'its bucket, if it has one (or LULL_BUCKET_NAME)').helpGroup(GROUP))
    .addOption(new Option('--key <name>', 'the payload key of now (or LULL_PAYLOAD_KEY)').helpGroup(GROUP))
    .addOption(
      new Option('--former-key <name>', 'one before it (or LULL_FORMER_PAYLOAD_KEYS); may be repeated')
        .argParser(repeated)
        .helpGroup(GROUP),
    )
    .addOption(
      new Option('--former-table <name>', 'a name that the table had (or LULL_FORMER_TABLE_NAMES); may be repeated')
        .argParser(repeated)
        .helpGroup(GROUP),
    )
    .addOption(new Option('--dir <path>', 'of a lull dev that was started with --dir').helpGroup(GROUP))
    .addHelpText(
      'after',
      examplesText([
        ['lull reencrypt --dry-run', 'How much there is, in the lull dev of this folder'],
        [
          'lull reencrypt --table shop-runs --bucket shop-payloads --key NEW-ARN --former-key OLD-ARN',
          'A table on AWS, with the credentials and the region of the environment',
        ],
      ]),
    )
    .action(async (options: ReencryptCommand) => {
      const output = new Output(surroundings, { json: options.json === true });
      try {
        exit(await reencrypt(options, { output, surroundings }));
      } catch (error) {
        // The world's part in it is said in one line: it can be begun again.
        const isOfWorld = error instanceof LullError;
        exit(reportError(isOfWorld ? new CliError(EXIT.unreachable, error.message) : error, output));
      }
    });
}

const GROUP = 'Which table, and which keys (default: those of the lull dev of this folder):';

/** What is written meanwhile is met by the next pass. Where so many find something, a version from before the change still writes. */
const MOST_PASSES = 5;
/** A reader that has read an item a moment ago finds its object for so long. */
const OBJECTS_STAY_MS = 60_000;
const PROGRESS_MS = 2_000;

interface Ways {
  readonly output: Output;
  readonly surroundings: Surroundings;
}

async function reencrypt(options: ReencryptCommand, ways: Ways): Promise<number> {
  const { output, surroundings } = ways;
  const { name, hasFormerKeys, ...ports } = await openPayloads(options, surroundings);
  const rotation = new Reencryption({ ...ports, nowMs: surroundings.nowMs });
  const away = options.dryRun === true ? undefined : await rotation.findKeyAway();
  if (away !== undefined) throw new CliError(EXIT.unreachable, `${away.problem}: nothing was done`);
  if (!hasFormerKeys) output.note('No former key is named: what another key has encrypted cannot be read.');
  if (options.dryRun === true) return count(rotation, name, ways);
  let rewritten = 0;
  let met: Reencrypted;
  let passes = 0;
  do {
    met = await pass(rotation, ways);
    rewritten += met.rewritten;
    passes += 1;
  } while (passes < MOST_PASSES && met.rewritten + met.changed > 0);
  if (rotation.left.length > 0) {
    output.note(`${rotation.left.length} objects of the bucket are replaced, and deleted in a minute`);
    await surroundings.sleep(OBJECTS_STAY_MS);
    await rotation.deleteLeft();
  }
  const isLeft = met.rewritten + met.changed + met.unreadable > 0;
  return report({ name, rewritten, met, isDone: !isLeft && (await ownDigestKey(rotation)) }, output);
}

/** Sees to it that the data key of digests is of the payload key of now. False: it was changed meanwhile. */
async function ownDigestKey(rotation: Reencryption): Promise<boolean> {
  if (!(await rotation.isDigestKeyFormer())) return true;
  await rotation.renewDigestKey();
  return !(await rotation.isDigestKeyFormer());
}

async function count(rotation: Reencryption, name: string, ways: Ways): Promise<number> {
  const met = await pass(rotation, ways, { isDry: true });
  const isDigestKeyFormer = await rotation.isDigestKeyFormer();
  const { output } = ways;
  if (output.isJson) output.document({ ...pick(met), isDigestKeyFormer });
  else {
    output.line(
      `${items(met.encrypted)} of ${name} have something encrypted, ${met.former} of them under a former key`,
    );
    if (isDigestKeyFormer) output.line('The key of digests is under a former key');
    sayProblems(met, output);
  }
  return met.unreadable === 0 ? EXIT.ok : EXIT.refused;
}

async function pass(
  rotation: Reencryption,
  { output, surroundings }: Ways,
  options: { readonly isDry?: boolean } = {},
): Promise<Reencrypted> {
  let last: Reencrypted | undefined;
  let saidAtMs = surroundings.nowMs();
  for await (const met of rotation.pass(options)) {
    last = met;
    if (surroundings.nowMs() - saidAtMs < PROGRESS_MS) continue;
    saidAtMs = surroundings.nowMs();
    output.note(`... ${met.encrypted} seen, ${met.former} under a former key, ${met.rewritten} rewritten`);
  }
  if (last === undefined) throw new CliError(EXIT.unreachable, 'the table gave no page');
  return last;
}

interface Done {
  readonly name: string;
  readonly rewritten: number;
  readonly met: Reencrypted;
  readonly isDone: boolean;
}

function report({ name, rewritten, met, isDone }: Done, output: Output): number {
  const remaining = met.rewritten + met.changed;
  if (output.isJson) output.document({ ...pick(met), rewritten, isDone });
  else {
    output.line(`${items(rewritten)} of ${name} were encrypted anew`);
    if (isDone) output.line([['green', 'Nothing is left'], ' for which a former key is needed, but backups']);
    else if (remaining > 0) {
      output.line(
        'In the last pass there was still something under a former key: it is written by versions from before the change. ' +
          'Run the command again when they are gone',
      );
    } else if (met.unreadable === 0) output.line('The key of digests was changed meanwhile: run the command again');
    sayProblems(met, output);
  }
  return isDone ? EXIT.ok : EXIT.refused;
}

function sayProblems({ unreadable, problems }: Reencrypted, output: Output): void {
  if (unreadable === 0) return;
  output.line([['red', `${items(unreadable)} cannot be read`], ' with these keys, and stay as they are:']);
  output.lines(problems.map((problem) => `  ${problem}`));
  if (problems.length < unreadable) output.line(`  ... and ${unreadable - problems.length} more`);
}

function pick({ encrypted, former, unreadable, problems }: Reencrypted) {
  return { encrypted, former, unreadable, problems };
}

function items(count: number): string {
  return count === 1 ? '1 item' : `${count} items`;
}
