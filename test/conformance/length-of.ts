import { openKit } from './homes/engine-stage.ts';
import { play } from './play.ts';
import { type Program, workflowsOf } from './program.ts';

/** How long a program takes where nothing takes time but its own waiting, in milliseconds. */
export async function lengthOf(program: Program): Promise<number> {
  const stage = openKit({ workflows: workflowsOf(program) });
  const startedAtMs = stage.nowMs();
  await play(program, stage);
  return stage.nowMs() - startedAtMs;
}
