/**
 * Two entities that are called from outside and by runs, while callers read: plain handlers and generators, some that throw,
 * some that call the other entity, and arguments so large that links end often.
 */
import { entity } from '../../../lib/api/entity.ts';
import { gather } from '../../../lib/api/gather.ts';
import { sleep } from '../../../lib/api/sleep.ts';
import { step } from '../../../lib/api/step.ts';
import { workflow } from '../../../lib/api/workflow.ts';
import type { Coroutine } from '../../../lib/core/awaitable.ts';
import type { AnyEntity } from '../../../lib/core/entity.ts';
import type { AnyWorkflow } from '../../../lib/core/workflow.ts';
import { UnknownQueryError } from '../../../lib/core/run-errors.ts';
import type { RunLedger } from '../oracle/run-ledger.ts';
import type { Action } from '../world/act.ts';
import type { Dice } from '../world/dice.ts';
import type { BodyPlan } from '../world/step-bodies.ts';
import { wrongWithEntity } from './entity-oracle.ts';
import { start, type Workload } from './workload.ts';

type Handler = 'add' | 'slowly' | 'refuse' | 'refuseLate' | 'passOn';

/** A call of a handler: each has an id of its own. */
export interface TallyCall {
  readonly handler: Handler;
  readonly id: string;
  readonly takesMs: number;
  readonly ballast: string;
}

interface Calling {
  readonly key: string;
  readonly calls: readonly TallyCall[];
  readonly isAtOnce: boolean;
}

const retry = { maxAttempts: 100_000, firstDelay: '100ms', maxDelay: '1s' };
const steps = { retry };
const work = (takesMs: number) => step('work', { retry }, (): BodyPlan => ({ takesMs, gives: null }));

/** Written anew with each patch: what is done stays as the code has done it that did it. */
function tallyKnowing(patches: number) {
  const place = (done: string[], id: string): string => {
    const entry = `${id}/${patches}`;
    return `${entry} is #${done.push(entry)}`;
  };
  return entity('tally', {
    initial: (key) => ({ key, done: [] as string[] }),
    handlers: {
      add: ({ done }, { id }: TallyCall): string => place(done, id),
      *slowly({ done }, { id, takesMs }: TallyCall) {
        const answer = place(done, id);
        yield* work(takesMs);
        if (takesMs % 2 === 0) yield* sleep(takesMs);
        return answer;
      },
      refuse({ done }, { id }: TallyCall) {
        place(done, id);
        throw new RangeError(`no ${id}`);
      },
      *refuseLate({ done }, { id, takesMs }: TallyCall) {
        place(done, id);
        yield* work(takesMs);
        throw new RangeError(`no ${id}`);
      },
      *passOn({ done, key }, call: TallyCall): Coroutine<string> {
        const there = yield* tally(otherKey(key)).add({ ...call, handler: 'add' });
        return `${place(done, call.id)}, and ${there}`;
      },
    },
    reads: { all: ({ done }) => done },
  });
}

const tally = tallyKnowing(0);

const tallying = workflow('tallying', { steps }, function* ({ key, calls, isAtOnce }: Calling) {
  const one = function* (call: TallyCall): Coroutine<string> {
    try {
      return yield* tally(key)[call.handler](call);
    } catch (error) {
      if (error instanceof RangeError) return error.message;
      throw error;
    }
  };
  const answers: string[] = [];
  if (isAtOnce) answers.push(...(yield* gather(calls.map((call) => one(call)))));
  else for (const call of calls) answers.push(yield* one(call));
  return { answers, seen: yield* all(key) };
});

/** Null: code that does not follow asks for something else before it is an entity, and cannot answer. */
function* all(key: string): Coroutine<readonly string[] | null> {
  try {
    return yield* tally(key).all();
  } catch (error) {
    if (error instanceof UnknownQueryError) return null;
    throw error;
  }
}

const BALLAST = 'b'.repeat(20_000);

export const entitiesWorkload: Workload = {
  name: 'entities',
  weight: 1.5,
  workflows: [asWorkflow(tally), tallying],
  workflowsKnowing: (patches) => [asWorkflow(tallyKnowing(patches)), tallying],
  draw(dice, runId) {
    const ballast = dice.chance(0.3) ? BALLAST : '';
    const pauseMs = dice.magnitude(1, dice.pick([50, 1_000, 20_000]));
    const wait = (): number => Math.round(pauseMs * dice.next());
    const ask = (call: TallyCall, persists = true): Action => ({
      ...{ do: 'call', entity: tally.name, key: runId, name: call.handler, input: call, id: call.id },
      ...{ waitMs: wait(), persists },
    });
    const read = (): Action => ({
      do: 'read',
      entity: tally.name,
      key: runId,
      name: 'all',
      waitMs: wait(),
      persists: true,
    });
    const caller = (who: number): Action[] =>
      drawCalls(dice, `outside ${who}`, ballast).flatMap((call) => {
        return [ask(call, dice.chance(0.8)), ...(dice.chance(0.4) ? [read()] : [])];
      });
    const run = (who: number): Action[] => {
      const calls = drawCalls(dice, `run ${who}`, ballast);
      const input: Calling = { key: runId, calls, isAtOnce: dice.chance(0.4) };
      return [{ ...start(tallying.name, input), id: `${tally.name}:${runId}-${who}`, waitMs: wait() }];
    };
    const [shared] = drawCalls(dice, 'shared', ballast) as [TallyCall];
    const isShared = dice.chance(0.4);
    return {
      runId: `${tally.name}:${runId}`,
      workflow: tally.name,
      input: null,
      startAtMs: dice.between(0, 30_000),
      callers: [
        ...(dice.chance(0.3) ? [[read()]] : []),
        ...Array.from({ length: dice.between(1, 4) }, (_, index) => caller(index)),
        ...Array.from({ length: dice.between(0, 3) }, (_, index) => run(index)),
        // The same call by two callers: both get its answer.
        ...(isShared ? [[ask(shared)], [ask(shared)]] : []),
      ],
    };
  },
  judge(run, plan, { callers, table }) {
    const { runs } = table.ledger;
    const ends = [...runs.values()].filter((one) => one.runId.startsWith(`${plan.runId}-`) && isOf(one, tallying.name));
    return wrongWithEntity(run, {
      other: table.ledger.of(otherKey(plan.runId)),
      told: callers.told.filter(({ runId }) => runId === plan.runId),
      ends: ends.map(({ runId, end, input }) => ({ runId, end, calls: (input as unknown as Calling).calls })),
    });
  },
};

/** An entity has the definition of one. */
function asWorkflow(one: AnyEntity): AnyWorkflow {
  return one as unknown as AnyWorkflow;
}

function isOf({ created }: RunLedger, name: string): boolean {
  return created?.workflow === name;
}

function otherKey(key: string): string {
  return `${key}-other`;
}

function drawCalls(dice: Dice, who: string, ballast: string): TallyCall[] {
  return Array.from({ length: dice.between(1, 5) }, (_, index) => ({
    handler: dice.pick(['add', 'add', 'add', 'slowly', 'refuse', 'refuseLate', 'passOn'] as const),
    id: `${who}.${index}`,
    takesMs: Math.round(dice.magnitude(1, 3_000)),
    ballast,
  }));
}
