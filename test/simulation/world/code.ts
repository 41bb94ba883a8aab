/** What is deployed: the workflows, in code that follows the journals there are, or in code that does not. */
import { step } from '../../../lib/api/step.ts';
import { runInfo } from '../../../lib/api/run-info.ts';
import { workflow } from '../../../lib/api/workflow.ts';
import { createRegistry, type WorkflowRegistry } from '../../../lib/core/workflow-registry.ts';
import { type AnyWorkflow, definitionOf, type WorkflowOptions } from '../../../lib/core/workflow.ts';
import { OTHER_STEP, withOtherCalls } from './other-calls.ts';
import type { BodyPlan } from './step-bodies.ts';

export interface Code {
  readonly version: string;
  readonly registry: WorkflowRegistry;
  /** It can follow the journals that other versions began. */
  readonly follows: boolean;
  /** How many patches it knows: a run that took one which it does not know is for newer code. */
  readonly patches: number;
}

/** The workflows, written with so many patches. */
export interface Source {
  readonly workflows: readonly AnyWorkflow[];
  readonly patches: number;
}

const OTHER_BODY: BodyPlan = { takesMs: 1, gives: null };

/** A deploy that has forgotten all of the workflows. */
export function createEmptyCode(version: string): Code {
  const unasked = workflow('unasked', function* () {});
  return { version, registry: createRegistry([unasked]), follows: false, patches: 0 };
}

export function createCode({ workflows, patches }: Source, version: string): Code {
  return { version, registry: createRegistry(workflows), follows: true, patches };
}

/** Asks for something else in every run that other code has begun. */
export function createOtherCode({ workflows, patches }: Source, version: string): Code {
  const others = workflows.filter(isBounded).map((original) => asking(original, () => runInfo().version !== version));
  return { version, registry: createRegistry(others), follows: false, patches };
}

/** Follows also those runs that other code got hold of before they had asked for anything. */
export function createBilingualCode(
  { workflows, patches }: Source,
  version: string,
  wasMisled: (runId: string) => boolean,
): Code {
  const bilingual = workflows.map((original) => {
    return isBounded(original) ? asking(original, () => wasMisled(runInfo().id)) : original;
  });
  return { version, registry: createRegistry(bilingual), follows: true, patches };
}

/** What begins an unbounded history goes on with it: other code has forgotten such a workflow, so it misleads none. */
function isBounded(workflow: AnyWorkflow): boolean {
  return !definitionOf(workflow).isUnbounded;
}

/** The workflow, where that is wanted with other calls, or with another step before all others. */
function asking(original: AnyWorkflow, isWanted: () => boolean): AnyWorkflow {
  const { name, retentionMs, stepDefaults, placing, start } = definitionOf(original); // `start` keeps the time limit
  const options: WorkflowOptions<unknown> = {
    ...(retentionMs === undefined ? {} : { retention: retentionMs }),
    ...(stepDefaults === undefined ? {} : { steps: stepDefaults }),
    ...(placing as Pick<WorkflowOptions<unknown>, 'pool' | 'key' | 'priority'>),
  };
  return workflow(name, options, function* (input: unknown) {
    if (!isWanted()) return yield* start(input);
    const otherInput = withOtherCalls(input);
    if (otherInput === undefined) yield* step(OTHER_STEP, () => OTHER_BODY);
    return yield* start(otherInput ?? input);
  });
}
