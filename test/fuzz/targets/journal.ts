/**
 * A journal that somebody has changed, in JSON: a list of records, each a list of entries. The run completes or fails, or
 * it is blocked; the worker throws nothing, and the run can be terminated.
 */
import { readableEntries } from '../../../lib/journal/find-damage.ts';
import {
  driveToEnd,
  NeverEndsError,
  recordJournal,
  runWith,
  terminate,
  type Records,
} from '../../adversarial/fuzz/damaged-journal.ts';
import { expectLanguageIntact, expectThat, type FuzzTarget, readJson } from '../target.ts';

/** The stacks in it name no file of this machine: what the loop makes of it may be kept in the repository. */
const recorded = withoutMachinePaths((await recordJournal()).map(({ entries }) => entries));

function withoutMachinePaths<T>(value: T): T {
  return JSON.parse(JSON.stringify(value).replaceAll(/(?:file:\/\/)?\/(?:[^/\s"():]+\/)+/g, '/lull/')) as T;
}

const journal: FuzzTarget = {
  seeds: [JSON.stringify(recorded), JSON.stringify([recorded.flat()]), '[]', '[[]]'],
  async run(input) {
    const records = readJson(input)?.value;
    if (!Array.isArray(records) || !records.every(Array.isArray)) return;
    readableEntries(records.map((entries, index) => ({ number: index + 1, epoch: 1, nonce: 'n', entries })));
    const cloud = await runWith(records as Records);
    const end = await driveToEnd(cloud).catch((error: unknown) => {
      if (error instanceof NeverEndsError) return undefined;
      throw error;
    });
    if (end?.kind !== 'ended') {
      const after = await terminate(cloud);
      expectThat(after.kind === 'ended', `it is ${after.kind} after it was terminated`);
    }
    expectLanguageIntact();
  },
};
export default journal;
