/**
 * Runs with an unbounded history, that do all that a run does, round after round: they go on from bases, which are written when
 * they rest and in the midst of their turns. With a bucket, and without one; in processes that keep them, and in others.
 * Only where the simulator is compiled: else no engine takes them.
 */
import {
  child,
  type Coroutine,
  gather,
  runInfo,
  signal,
  sleep,
  step,
  stream,
  transaction,
  TransactionConditionError,
  update,
  workflow,
} from '../../../lib/index.ts';
import type { EngineSettings } from '../../../lib/engine/settings.ts';
import { canStoreRuns } from '../../../lib/scheduler/run-frames.ts';
import type { RunLedger } from '../oracle/run-ledger.ts';
import type { Seen } from '../oracle/rule.ts';
import type { RunPlan } from '../plan.ts';
import type { Action } from '../world/act.ts';
import type { Dice } from '../world/dice.ts';
import type { BodyPlan } from '../world/step-bodies.ts';
import { start, type Workload } from './workload.ts';

type Round =
  | { readonly kind: 'steps' | 'at once'; readonly count: number; readonly takesMs: number; readonly fails: number }
  | { readonly kind: 'sleep'; readonly ms: number }
  | { readonly kind: 'hear' | 'child' | 'note' };

interface Story {
  readonly rounds: readonly Round[];
}

interface Heard {
  readonly steps: readonly number[];
  readonly signals: readonly string[];
  readonly children: readonly number[];
  readonly updates: readonly string[];
  readonly notes: readonly ('written' | 'refused')[];
}

const TABLE = 'notes';
const LOG = 'rounds';
const log = stream<number>(LOG);
const word = signal<string>('word');
const add = update<string, string>('add');
const steps = { retry: { maxAttempts: 100_000, firstDelay: '100ms', maxDelay: '1s' } };

const helper = workflow('unbounded-helper', { steps }, function* (nth: number) {
  yield* step('help', (): BodyPlan => ({ takesMs: 20, gives: null }));
  return nth;
});

const unbounded = workflow('unbounded', { steps, history: 'unbounded' }, function* ({ rounds }: Story) {
  const heard = {
    steps: [] as number[],
    signals: [] as string[],
    children: [] as number[],
    updates: [] as string[],
    notes: [] as string[],
  };
  add.handle({
    *run(id) {
      yield* step(`add ${id}`, (): BodyPlan => ({ takesMs: 30, gives: null }));
      return `${id} is #${heard.updates.push(id)}`;
    },
  });
  for (const [index, round] of rounds.entries()) {
    yield* log.write(index);
    const nth = heard.steps.length;
    switch (round.kind) {
      case 'steps':
        for (let done = 0; done < round.count; done += 1) heard.steps.push(yield* work(round, nth + done));
        break;
      case 'at once':
        heard.steps.push(...(yield* gather(Array.from({ length: round.count }, (_, at) => work(round, nth + at)))));
        break;
      case 'sleep':
        yield* sleep(round.ms);
        break;
      case 'hear':
        heard.signals.push(yield* word.receive());
        break;
      case 'note':
        heard.notes.push(yield* note(heard.notes.length));
        break;
      case 'child':
        heard.children.push(yield* child(helper, heard.children.length));
    }
  }
  return heard;
});

function work({ takesMs, fails }: { readonly takesMs: number; readonly fails: number }, nth: number) {
  return step('work', () => ({ takesMs, gives: nth, fails }) satisfies BodyPlan as unknown as number);
}

/** A request that was said to be refused may be carried out late: the journal has to be in its way. */
function* note(nth: number): Coroutine<'written' | 'refused'> {
  const { id } = runInfo();
  try {
    return yield* transaction('note', (tx) => {
      tx.update({
        TableName: TABLE,
        Key: { id: `${id} ${nth}` },
        UpdateExpression: 'ADD times :one',
        ConditionExpression: 'attribute_not_exists(spoilt)',
        ExpressionAttributeValues: { ':one': 1 },
      });
      return 'written';
    });
  } catch (error) {
    if (error instanceof TransactionConditionError) return 'refused';
    throw error;
  }
}

/** Steps end by the hundred in one turn: bases come in its midst. */
const OFTEN = { maxJournalEvents: 300, maxPendingCommands: 50 } satisfies Partial<EngineSettings>;
/** Processes keep runs, as the weather says. */
const WARM = { ...OFTEN, snapshotRecords: 3 } satisfies Partial<EngineSettings>;

export const unboundedWorkloads: readonly Workload[] = canStoreRuns()
  ? [
      workloadWith('unbounded, archived', OFTEN, { hasBucket: true }),
      workloadWith('unbounded, dropped', OFTEN),
      workloadWith('unbounded, archived, warm', WARM, { hasBucket: true }),
      workloadWith('unbounded, dropped, warm', WARM),
    ]
  : [];

function workloadWith(name: string, alone: Partial<EngineSettings>, world: Pick<Workload, 'hasBucket'> = {}): Workload {
  return { ...world, name, alone, weight: 1, workflows: [unbounded, helper], draw, judge };
}

function draw(dice: Dice): Omit<RunPlan, 'workload' | 'runId'> {
  const rounds = Array.from({ length: dice.between(3, 16) }, () => drawRound(dice));
  const hears = rounds.filter(({ kind }) => kind === 'hear').length;
  const one = (payload: string): Action => ({
    ...{ do: 'signal', name: 'word', payload, key: payload, persists: true },
    waitMs: Math.round(dice.magnitude(1, 20_000)),
  });
  const other = (payload: string): Action => ({
    ...{ do: 'signal', name: 'word', payload, persists: false },
    waitMs: Math.round(dice.magnitude(1, 20_000)),
  });
  const change = (id: string): Action => ({
    ...{ do: 'update', name: 'add', input: id, id, persists: true },
    waitMs: Math.round(dice.magnitude(1, 30_000)),
  });
  const list = (length: number, make: (index: string) => Action, by: string): Action[] =>
    Array.from({ length }, (_, index) => make(`${by}/${index}`));
  const stop: Action = {
    do: dice.pick(['cancel', 'terminate']),
    reason: `stop ${dice.between(1, 1_000_000)}`,
    waitMs: Math.round(dice.magnitude(10, 60_000)),
    persists: true,
  };
  const input: Story = { rounds };
  return {
    workflow: unbounded.name,
    input,
    startAtMs: dice.between(0, 10_000),
    callers: [
      [start(unbounded.name, input), ...list(hears, one, 'enough')],
      ...(dice.chance(0.5) ? [list(dice.between(1, 6), other, 'more')] : []),
      ...(dice.chance(0.5) ? [list(dice.between(1, 4), change, 'change')] : []),
      ...(dice.chance(0.15) ? [[stop]] : []),
    ],
  };
}

function drawRound(dice: Dice): Round {
  const kind = dice.pick(['steps', 'steps', 'at once', 'sleep', 'sleep', 'hear', 'hear', 'child', 'note'] as const);
  if (kind === 'hear' || kind === 'child' || kind === 'note') return { kind };
  if (kind === 'sleep') return { kind, ms: Math.round(dice.magnitude(1, dice.pick([1_000, 60_000, 3_600_000]))) };
  const takesMs = Math.round(dice.magnitude(1, dice.pick([50, 3_000])));
  return { kind, count: Math.round(dice.magnitude(1, 40)), takesMs, fails: dice.pick([0, 0, 0, 1]) };
}

function judge(run: RunLedger, plan: RunPlan, { callers, table }: Seen): string | undefined {
  const { end, item, entries, streams } = run;
  if (end === undefined) return `the run is left ${item?.status}`;
  const isStopped = entries.some(({ kind }) => kind === 'cancel-requested' || kind === 'terminate-requested');
  if (isStopped) return undefined;
  if (end.status !== 'completed')
    return `nobody has stopped it, and it is ${end.status}: ${JSON.stringify(end.result)}`;
  const { rounds } = plan.input as Story;
  const heard = end.result as unknown as Heard;
  const taken = entries.flatMap((entry) => (entry.kind === 'signal-received' ? [entry.payload] : []));
  const all = rounds.reduce((sum, round) => sum + ('count' in round ? round.count : 0), 0);
  const of = (kind: Round['kind']): number => rounds.filter((round) => round.kind === kind).length;
  const wrong =
    differs('of its steps', heard.steps, upTo(all)) ??
    differs('of its children', heard.children, upTo(of('child'))) ??
    differs('of its signals', heard.signals, taken.slice(0, of('hear'))) ??
    differs('its stream', streams.get(LOG), upTo(rounds.length));
  if (wrong !== undefined) return wrong;
  for (const [nth, told] of heard.notes.entries()) {
    const times = table.tables.read(TABLE, { id: `${plan.runId} ${nth}` })?.['times'] ?? 0;
    if (times !== (told === 'written' ? 1 : 0))
      return `note ${nth} was ${told}, and is there ${JSON.stringify(times)} times`;
  }
  if (new Set(heard.updates).size !== heard.updates.length) return `updated twice: ${heard.updates.join()}`;
  for (const { runId, action, answers } of callers.told) {
    if (runId !== plan.runId || action.do !== 'update') continue;
    for (const answer of answers) {
      if (!('value' in answer)) continue;
      const expected = `${action.id} is #${heard.updates.indexOf(action.id) + 1}`;
      if (answer.value !== expected) return `update "${action.id}" gave ${JSON.stringify(answer.value)}: ${expected}`;
    }
  }
  return undefined;
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

function differs(what: string, is: unknown, expected: unknown): string | undefined {
  const [has, wanted] = [JSON.stringify(is), JSON.stringify(expected)];
  return has === wanted ? undefined : `${what} it has ${has}, and it is to have ${wanted}`;
}
