/** In `npm test` the quick programs; all that end within seconds where the whole suite is asked for. */
import { beforeAll, describe, expect, it } from 'vitest';
import { whenAllIsOver } from '../local/temporary-folder.ts';
import { startCloud } from '../local/cloud-under-test.ts';
import { openDev } from './homes/dev-stage.ts';
import { playKilledReaders, READERS_ENTRY } from './killed-readers.ts';
import { lengthOf } from './length-of.ts';
import { play } from './play.ts';
import { nameOf, type Program } from './program.ts';
import { allPrograms } from './programs/all-programs.ts';
import type { Stage } from './stage.ts';

const isComplete = process.env['LULL_CONFORMANCE'] === 'complete';
const longestMs = isComplete ? 15_000 : 1_100;

const programs: Program[] = [];
for (const program of allPrograms) if ((await lengthOf(program)) <= longestMs) programs.push(program);

describe('in `lull dev`, each program that is quick ends as it says', { timeout: 180_000 }, () => {
  let stage: Stage;

  const whenDone = whenAllIsOver();
  beforeAll(async () => {
    stage = await openDev(whenDone);
  }, 180_000);

  it.concurrent.each(programs.map((program) => [nameOf(program), program] as const))('%s', async (_name, program) => {
    expect(await play(program, stage)).toEqual([]);
  });

  if (isComplete) {
    it('a reader or a caller that is killed, and comes again, has all of it once', async () => {
      const { cloud } = await startCloud({ entry: READERS_ENTRY, workers: 2 });
      await playKilledReaders(cloud);
    });
  }
});
