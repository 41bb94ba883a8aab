/** In `npm test` a few programs, one of each kind; many more where the whole suite is asked for. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStack } from './homes/stack-stage.ts';
import { play } from './play.ts';
import { nameOf } from './program.ts';
import { allPrograms } from './programs/all-programs.ts';
import type { Stage } from './stage.ts';

const FEW = [
  ...['asyncio.s11_task_states', 'checkout', 'forgotten-await', 'log-at-every-level'],
  ...['step-throws-an-own-class', 'zod-input', 'cancel-cleans-up', 'signup that is confirmed'],
];

const isComplete = process.env['LULL_CONFORMANCE'] === 'complete';
const programs = allPrograms.filter(
  (program, index) => FEW.includes(nameOf(program)) || (isComplete && index % 3 === 0),
);

describe('on the cloud of the template, each program ends as it says', { timeout: 180_000 }, () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await openStack(afterAll);
  }, 300_000);

  it.each(programs.map((program) => [nameOf(program), program] as const))('%s', async (_name, program) => {
    expect(await play(program, stage)).toEqual([]);
  });
});
