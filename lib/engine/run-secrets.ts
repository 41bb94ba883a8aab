/**
 * What follows from the secrets of a run for each of its commands: random numbers, idempotency keys, ids of children.
 *
 * A fork has the secrets of the runs that have recorded the begin of its journal, and one of its own for what it asks for
 * itself. A run that was tried again asks under another secret for what it had not asked for before: two steps that differ
 * must not share a key. A step that is the same at its position is the same step, and keeps its key (I5).
 *
 * Tested by: test/engine/retry.test.ts, test/engine/retry-messages.test.ts, test/engine/fork.test.ts
 */
import type { RandomSource } from '../core/loop.ts';
import type { CommandId, Started, StepRequested } from '../journal/event.ts';
import { recorderOf, seedOf } from '../journal/forks.ts';
import { firstTryOf, type StepIdentity, type Tries } from '../journal/standing.ts';
import type { PendingStep } from '../scheduler/live-run.ts';
import { digestArguments } from './digest-arguments.ts';
import { createRunRandom, toChildRunId, toIdempotencyKey } from './run-seed.ts';

export interface RunSecrets {
  /** `lastCommandId`: which command was asked for last, at each draw. */
  random(lastCommandId: () => CommandId): RandomSource;
  idempotencyKey(step: PendingStep): string;
  childRunId(id: CommandId): string;
}

export function createRunSecrets(
  runId: string,
  { started, tries }: { readonly started: Started; readonly tries: Tries },
): RunSecrets {
  const { seed, forks = [] } = started;
  return {
    random: (lastCommandId) => {
      const first = createRunRandom(forks[0]?.runId ?? runId, seed);
      const later = forks.map((fork) => ({ at: fork.at, random: createRunRandom(runId, fork.seed) }));
      if (later.length === 0) return first;
      return { next: () => (later.findLast(({ at }) => at <= lastCommandId())?.random ?? first).next() };
    },
    idempotencyKey: (step) => toIdempotencyKey(runId, seedOf(started, step.id), step.id, tryOfKey(tries, step)),
    childRunId: (id) => {
      const recorder = recorderOf(started, id)?.runId ?? runId;
      return toChildRunId(recorder, seedOf(started, id), id, tries.ofStanding.get(id) ?? tries.last);
    },
  };
}

function tryOfKey(tries: Tries, step: PendingStep): number {
  if (tries.last === 0) return 0;
  const identity = identityOf(step);
  const tried = tries.steps.get(step.id);
  return (tried && firstTryOf(tried, identity)) ?? tries.last;
}

/** As it is recorded. */
function identityOf({ command }: PendingStep): StepIdentity {
  const { name, key, args } = command;
  const operation = command.operation as StepRequested['operation'] | undefined;
  if (key !== undefined) return { name, key, ...(operation && { operation }) };
  const digest = args === undefined ? undefined : digestArguments(args);
  return { name, ...(digest === undefined ? {} : { args: digest }), ...(operation && { operation }) };
}
