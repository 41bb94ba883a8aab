/** Every program of the conformance suite, the examples and the patterns among them, restored at each await point. */
import { describe, expect, it } from 'vitest';
import { openKit } from '../../conformance/homes/engine-stage.ts';
import { play } from '../../conformance/play.ts';
import { nameOf, workflowsOf } from '../../conformance/program.ts';
import { allPrograms } from '../../conformance/programs/all-programs.ts';
import { unboundedPrograms } from '../../conformance/programs/unbounded.ts';

/** What of them holds what no other process has, and so is replayed: of a package that is not compiled. */
const replayed = ['zod-in-workflow-code'];

describe('in the kit, restored from a snapshot at every await, each program ends as it says', () => {
  it.each([...allPrograms, ...unboundedPrograms].map((program) => [nameOf(program), program] as const))(
    '%s',
    async (name, program) => {
      const stage = openKit({ frames: true, workflows: workflowsOf(program) });
      expect(await play(program, stage)).toEqual([]);
      const refused = stage.lines().filter(({ message }) => message.includes('snapshot'));
      expect(refused.length > 0).toBe(replayed.includes(name));
    },
  );
});
