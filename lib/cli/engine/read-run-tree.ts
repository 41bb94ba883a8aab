/** A run with what it waits for, and the same of the runs that it waits for. */
import { isOpen, type RunAnswer } from './answers.ts';
import { pathOf, type Engine } from './engine.ts';

export interface RunTree {
  readonly run: RunAnswer;
  /** The open runs among those that it waits for. */
  readonly below: readonly RunTree[];
}

const DEEPEST = 3;
/** Of each run: a request for each. */
const MOST_RUNS = 10;

export async function readRunTree(engine: Engine, id: string, depth = 1): Promise<RunTree> {
  const run = await engine.get<RunAnswer>(pathOf('runs', id), { tasks: 'true' });
  if (depth === DEEPEST || !isOpen(run)) return { run, below: [] };
  const ids = [...runIdsIn(run.waitsFor)].slice(0, MOST_RUNS);
  // One that is gone, or of which this caller may not know, is left out.
  const below = await Promise.all(ids.map((each) => readRunTree(engine, each, depth + 1).catch(() => undefined)));
  return { run, below: below.filter((each) => each !== undefined).filter((each) => isOpen(each.run)) };
}

/** Of whatever is waited for, by whatever task. */
function runIdsIn(value: unknown, ids = new Set<string>()): Set<string> {
  if (typeof value !== 'object' || value === null) return ids;
  const { kind, runId } = value as { readonly kind?: unknown; readonly runId?: unknown };
  if (kind === 'run' && typeof runId === 'string') ids.add(runId);
  for (const each of Object.values(value)) runIdsIn(each, ids);
  return ids;
}
