/** What is wrong with a fork of a run that is repaired; undefined if nothing is. */
import type { RunLedger } from '../oracle/run-ledger.ts';
import type { Seen } from '../oracle/rule.ts';
import type { Told } from '../world/callers.ts';
import { HELPER_MARK, type Repaired, type Stage, worksOf } from './repaired.ts';

export function wrongWithFork(told: Told, source: RunLedger, { table }: Seen): string | undefined {
  const { action, outcome } = told;
  if (action.do !== 'fork') return undefined;
  const run = table.ledger.of(action.id);
  if (run.created === undefined)
    return outcome === 'accepted' ? `${action.id} was forked, and is not there` : undefined;
  // The same fork, asked for again: the step has another position, or the input is another one, only where the run has moved.
  const isMoved = source.reopened.length > 0 || source.link > 1;
  if ((told.error as { code?: unknown } | undefined)?.code === 'RUN_ID_TAKEN' && !isMoved) {
    return `${action.id} was forked, and refused to the caller that has asked for it`;
  }
  const blocked = run.item?.blocked;
  if (blocked?.code === 'FORK_SOURCE_MISSING' && source.isDeleted) return undefined;
  const input = (action.input ?? run.input) as Repaired;
  const at = input.stages.findIndex((stage) => worksOf([stage]).some(({ name }) => name === action.before));
  if (run.end === undefined) {
    // Signals that come after the step are not the fork's.
    const waits = input.stages.slice(Math.max(0, at)).some((stage) => stage.do === 'receive');
    return waits && run.item?.status === 'suspended' ? undefined : `${action.id} is left ${run.item?.status}`;
  }
  if (run.end.status === 'failed') {
    return input.stages.some(canFail)
      ? undefined
      : `${action.id} has failed: ${JSON.stringify(run.end.result).slice(0, 300)}`;
  }
  if (run.end.status !== 'completed') return `${action.id} is ${run.end.status}`;
  return wrongWithResult(run, { source, at, before: action.before, input });
}

function canFail(stage: Stage): boolean {
  if (stage.do === 'beside') return stage.works.some(({ failsUntilTry }) => failsUntilTry > 0);
  return 'failsUntilTry' in stage && stage.failsUntilTry > 0;
}

/** Work before the step is the other run's, work from there on the fork's; of work beside it, whoever has done it. */
function wrongWithResult(
  run: RunLedger,
  {
    source,
    at,
    before,
    input: { stages, mark },
  }: { readonly source: RunLedger; readonly at: number; readonly before: string; readonly input: Repaired },
): string | undefined {
  const sourceMark = (source.input as unknown as Repaired).mark;
  const got = run.end?.result as unknown as readonly string[];
  for (const [index, stage] of stages.entries()) {
    for (const name of namesOf(stage)) {
      const isEither = index === at && name !== before;
      const isChilds = stage.do === 'child' || stage.do === 'spawn';
      const allowed = isChilds ? [HELPER_MARK] : isEither ? [mark, sourceMark] : [index < at ? sourceMark : mark];
      if (allowed.some((each) => got.includes(`${name} by ${each}`))) continue;
      return `${run.runId}, which was forked before "${before}", gave ${JSON.stringify(got)}: "${name}" is to be by ${allowed.join(' or ')}`;
    }
  }
  return undefined;
}

function namesOf(stage: Stage): string[] {
  if (stage.do === 'beside') return stage.works.map(({ name }) => name);
  return 'name' in stage ? [stage.name] : [];
}
