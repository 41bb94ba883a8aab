/**
 * What a run is given that is followed through its journal, and that does not change on the way.
 *
 * Tested by: test/engine/children.test.ts, test/engine/callbacks.test.ts, test/engine/fork.test.ts
 */
import { WorkflowCodeError } from '../core/errors.ts';
import type { RunInfo } from '../core/run-info.ts';
import type { WorkflowDefinition } from '../core/workflow.ts';
import type { CallbackRequested, CommandId, JournalEntry, Started } from '../journal/event.ts';
import { recorderOf, seedOf } from '../journal/forks.ts';
import type { RunItem } from '../ports/run-item.ts';
import type { CallbackHost, LiveRunOptions } from '../scheduler/live-run.ts';
import { signCallback } from '../token/callback-token.ts';
import { isRandomKey } from '../token/random-key.ts';
import { linkOf } from './link-before.ts';
import { dueTimesIn, patchesIn } from './recorded-facts.ts';
import { codecOf } from './run-codec.ts';
import type { RunSecrets } from './run-secrets.ts';
import type { Engine } from './settings.ts';

export function optionsOfReplay(
  engine: Engine,
  run: RunItem,
  parts: {
    readonly definition: WorkflowDefinition;
    readonly started: Started;
    readonly recorded: readonly JournalEntry[];
    readonly secrets: RunSecrets;
  },
) {
  const { definition, started, recorded, secrets } = parts;
  const dueTimes = dueTimesIn(recorded);
  // The ids of children follow from the seed, and from how often the run was tried again. Where a history has left the seed
  // out, and where another run has recorded them, which may have been tried again, they are those that are recorded.
  const recordedRunIds = runIdsOf(recorded, { isOfHistory: isRandomKey(started.seed ?? ''), started });
  return {
    info: toRunInfo(run, started),
    ...(definition.stepDefaults && { stepDefaults: definition.stepDefaults }),
    ...(started.limits && { limits: started.limits }),
    recordedDueAtMs: (id) => dueTimes.get(id),
    link: linkOf(run),
    ...codecOf(engine, definition),
    callbacks: callbacksOf(engine, run, { started, recorded }),
    recordedPatches: patchesIn(recorded),
    newRunId: (id) => recordedRunIds.get(id) ?? secrets.childRunId(id),
    strict: engine.strict,
  } satisfies Partial<LiveRunOptions>;
}

function runIdsOf(
  recorded: readonly JournalEntry[],
  { isOfHistory, started }: { readonly isOfHistory: boolean; readonly started: Started },
): ReadonlyMap<CommandId, string> {
  const ids = new Map<CommandId, string>();
  if (!isOfHistory && started.forks === undefined) return ids;
  for (const entry of recorded) {
    if (entry.kind !== 'step' || entry.operation === undefined || entry.operation.kind === 'invoke') continue;
    if (isOfHistory || recorderOf(started, entry.id) !== undefined) ids.set(entry.id, entry.operation.runId);
  }
  return ids;
}

/** Their tokens follow from the run's seed and from what is recorded of them. */
function callbacksOf(
  { publicUrl }: Engine,
  run: RunItem,
  { started, recorded }: { readonly started: Started; readonly recorded: readonly JournalEntry[] },
): CallbackHost {
  let known: ReadonlyMap<CommandId, CallbackRequested> | undefined; // most runs have no callbacks
  return {
    publicUrl,
    recorded: (id) => {
      known ??= new Map(recorded.flatMap((entry) => (entry.kind === 'callback' ? [[entry.id, entry]] : [])));
      const entry = known.get(id);
      if (entry === undefined) return undefined;
      const { kind: _kind, id: _id, name: _name, draws: _draws, ...record } = entry;
      return record;
    },
    token: (claims) => {
      // Of one that another run has made, the token that it gave: what comes for it goes to that run.
      const { runId, link = 1 } = recorderOf(started, claims.id) ?? { runId: run.runId, link: linkOf(run) };
      const seed = seedOf(started, claims.id);
      if (seed !== undefined) return signCallback({ runId, link, ...claims }, seed);
      throw new WorkflowCodeError(
        'INVALID_ARGUMENT',
        `callback "${claims.name}" has no token: the run began with a version of lull that gave runs no secret. Start the ` +
          `run again`,
      );
    },
  };
}

function toRunInfo({ runId, workflow, startedBy, scheduledAtMs }: RunItem, { version, atMs }: Started): RunInfo {
  const parent = startedBy?.isParent === true ? { parent: startedBy.runId } : {};
  const schedule = scheduledAtMs === undefined ? {} : { scheduledAt: new Date(scheduledAtMs) };
  return { id: runId, workflow, version, startedAt: new Date(atMs), attempt: 1, ...parent, ...schedule };
}
