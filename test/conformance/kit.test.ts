import { describe, expect, it } from 'vitest';
import { openKit } from './homes/engine-stage.ts';
import { play } from './play.ts';
import { nameOf, workflowsOf } from './program.ts';
import { allPrograms } from './programs/all-programs.ts';

describe.each([
  ['straight', {}],
  ['rebuilt from the journal at every await', { rebuildAtEveryAwait: true }],
])('in the kit, %s, each program ends as it says', (_how, options) => {
  it.each(allPrograms.map((program) => [nameOf(program), program] as const))('%s', async (_name, program) => {
    expect(await play(program, openKit({ ...options, workflows: workflowsOf(program) }))).toEqual([]);
  });
});
