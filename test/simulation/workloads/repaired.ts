/** A run of stages, some of which fail until somebody has tried the run again often enough. */
import { child, type ChildRun, startChild } from '../../../lib/api/child.ts';
import { continueAsNew } from '../../../lib/api/continue-as-new.ts';
import { gather } from '../../../lib/api/gather.ts';
import { signal } from '../../../lib/api/signal.ts';
import { sleep } from '../../../lib/api/sleep.ts';
import { step } from '../../../lib/api/step.ts';
import { workflow } from '../../../lib/api/workflow.ts';
import type { Awaitable, Coroutine } from '../../../lib/core/awaitable.ts';
import type { BodyPlan } from '../world/step-bodies.ts';

export interface Work {
  readonly name: string;
  readonly takesMs: number;
  /** It fails until its run was tried again so often. */
  readonly failsUntilTry: number;
}

export type Stage =
  | ({ readonly do: 'step' } & Work)
  /** Its code does another step when it has failed, and fails by it. */
  | ({ readonly do: 'noted' } & Work)
  | { readonly do: 'beside'; readonly works: readonly Work[] }
  | { readonly do: 'sleep'; readonly ms: number }
  | { readonly do: 'receive' }
  | ({ readonly do: 'child' } & Work)
  /** A child that goes on when its parent ends; what it gives is waited for at last. */
  | ({ readonly do: 'spawn' } & Work)
  /** The rest is done by the next link. */
  | { readonly do: 'link' };

export interface Repaired {
  readonly stages: readonly Stage[];
  /** All that it makes is marked with it. */
  readonly mark: string;
  /** By the links before. */
  readonly got: readonly string[];
}

export const REPAIRED = 'repaired';
export const NOTE = 'note';
export const PART = 'part';

const part = signal<string>(PART);
const steps = { retry: { maxAttempts: 100_000, firstDelay: '100ms', maxDelay: '5s' } };

export function made(mark: string, name: string): string {
  return `${name} by ${mark}`;
}

/** The simulator carries the body out: it gives what its plan says. */
function work({ name, takesMs, failsUntilTry }: Work, mark: string): Awaitable<string> {
  const body = (): unknown => ({ takesMs, gives: made(mark, name), failsUntilTry }) satisfies BodyPlan;
  return step<string>(name, body as () => string);
}

/** What children make is marked with this: a fork must ask for the same children as the run did. */
export const HELPER_MARK = 'a child';

const helper = workflow('repaired-helper', { steps }, function* (own: Work) {
  yield* step('prepare', (): BodyPlan => ({ takesMs: 10, gives: null }));
  return yield* work(own, HELPER_MARK);
});

function* carryOut(
  stage: Exclude<Stage, { readonly do: 'link' }>,
  mark: string,
): Coroutine<string[] | ChildRun<string>> {
  switch (stage.do) {
    case 'step':
      return [yield* work(stage, mark)];
    case 'noted':
      try {
        return [yield* work(stage, mark)];
      } catch (error) {
        yield* step(NOTE, (): BodyPlan => ({ takesMs: 10, gives: null }));
        throw error;
      }
    case 'beside':
      return yield* gather(stage.works.map((each) => work(each, mark)));
    case 'sleep':
      yield* sleep(stage.ms);
      return [];
    case 'receive':
      return [yield* part.receive()];
    case 'child': {
      const { do: _do, ...own } = stage;
      return [yield* child(helper, own)];
    }
    case 'spawn': {
      const { do: _do, ...own } = stage;
      return yield* startChild(helper, own, { onParentClose: 'abandon' });
    }
  }
}

const repaired = workflow(REPAIRED, { steps }, function* ({ stages, mark, got }: Repaired) {
  const all = [...got];
  const spawned: ChildRun<string>[] = [];
  for (const [index, stage] of stages.entries()) {
    if (stage.do === 'link') return yield* continueAsNew({ stages: stages.slice(index + 1), mark, got: all });
    const came = yield* carryOut(stage, mark);
    if (Array.isArray(came)) all.push(...came);
    else spawned.push(came);
  }
  for (const one of spawned) all.push(yield* one);
  return all;
});

export const repairedWorkflows = [repaired, helper];

/** The steps of the run itself, in the order in which they are asked for. */
export function worksOf(stages: readonly Stage[]): Work[] {
  return stages.flatMap((stage) => {
    if (stage.do === 'step' || stage.do === 'noted') return [stage];
    return stage.do === 'beside' ? stage.works : [];
  });
}

/** No more retries are needed. */
export function mostRetries(stages: readonly Stage[]): number {
  return stages.reduce((sum, stage) => {
    if (stage.do === 'beside') return sum + stage.works.reduce((most, each) => most + each.failsUntilTry, 0);
    return 'failsUntilTry' in stage ? sum + stage.failsUntilTry : sum;
  }, 0);
}
