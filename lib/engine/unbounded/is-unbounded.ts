/**
 * Whether a run has an unbounded history, as the code of today says.
 *
 * Tested by: test/frames/runs/unbounded-journal.test.ts
 */
import type { Turn } from '../turn-state.ts';

export function isUnbounded({ engine, run }: Pick<Turn, 'engine' | 'run'>): boolean {
  return engine.registry.find(run.workflow)?.isUnbounded === true;
}
