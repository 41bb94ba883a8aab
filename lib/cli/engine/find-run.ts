/** Which run a person means: by its id, or the newest one. */
import { CliError } from '../cli-error.ts';
import { EXIT } from '../exit-codes.ts';
import type { RunAnswer, RunPage } from './answers.ts';
import { pathOf, type Engine } from './engine.ts';

/** Stands for the run that was started last. */
const LATEST = 'latest';

/** `latest` is looked up: what was started within the last second may be missing. */
export async function findRunId(engine: Engine, run: string): Promise<string> {
  if (run !== LATEST) return run;
  const { runs } = await engine.get<RunPage>('/runs', { limit: 1 });
  const [newest] = runs;
  if (newest !== undefined) return newest.id;
  throw new CliError(EXIT.notFound, `${engine.name} has no runs yet: start one with lull start WORKFLOW`);
}

export function readRun(engine: Engine, id: string): Promise<RunAnswer> {
  return engine.get<RunAnswer>(pathOf('runs', id));
}
