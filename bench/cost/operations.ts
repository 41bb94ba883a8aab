/** What one operation of a run takes: a run that has it, less a run that does nothing. */
import { CreateTableCommand, DynamoDBClient, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import type { Run } from 'lull/client';
import type { EventBus } from '../../lib/ports/event-bus.ts';
import { createBench, type Bench } from '../harness.ts';
import { openDynalite, type BenchStore } from '../stores.ts';
import type { Usage } from './count.ts';
import {
  asks,
  books,
  continues,
  counter,
  counts,
  hasChild,
  listens,
  listensFor,
  nothing,
  OWN_TABLE,
  placed,
  placedBeside,
  pooled,
  progress,
  reader,
  reads,
  rename,
  says,
  sleeps,
  startsRun,
  steps,
  tells,
  threeSteps,
  tokens,
  word,
  workflows,
} from './operation-workflows.ts';

interface Operation {
  readonly name: string;
  /** Plays the runs that have it. */
  readonly play: (bench: Bench) => Promise<unknown>;
  /** Without which it would not be: what that takes is left out. Default: a run that does nothing. */
  readonly beside?: (bench: Bench) => Promise<unknown>;
  /** The bus that hears of these runs. Default: there is none. */
  readonly events?: EventBus;
  /** Whole runs, of a client that takes their first turns. */
  readonly takesFirstTurns?: boolean;
  /** What a body writes to a stream is written as soon as it waits. Default: half a second later, which nobody here waits for. */
  readonly writesAtOnce?: boolean;
}

export interface OperationUsage extends Omit<Usage, 'readUnits'> {
  readonly name: string;
}

const begin = async <R>(bench: Bench, starting: Promise<Run<R>>): Promise<Run<R>> => {
  const run = await starting;
  await bench.work();
  return run;
};
const runNothing = (bench: Bench): Promise<unknown> => begin(bench, bench.client.start(nothing));
const runNothingTwice = async (bench: Bench): Promise<void> => {
  await runNothing(bench);
  await runNothing(bench);
};
const hearsAWord = async (bench: Bench, before?: (run: Run<void>) => Promise<unknown>): Promise<void> => {
  const run = await begin(bench, bench.client.start(listens));
  await before?.(run);
  await run.signal(word, 'hello');
  await bench.work();
};
const sleeper = async (bench: Bench): Promise<void> => {
  const { id } = await begin(bench, bench.client.start(sleeps));
  bench.passTime('1 hour');
  await bench.turn(id);
};
/** `wakes`: how many the call sends. */
const answered = async <T>(bench: Bench, call: Promise<T>, wakes = 1): Promise<T> => {
  await bench.untilAsked(wakes);
  await bench.work();
  return call;
};
let keys = 0;
const called = async (bench: Bench, again?: (key: string) => Promise<unknown>): Promise<void> => {
  const key = `k${(keys += 1)}`;
  await answered(bench, bench.client.entity(counter, key).add(1), 2);
  await again?.(key);
};
/** The turn of the run waits for that of the entity. */
const callsFromARun = async (bench: Bench, key: string): Promise<void> => {
  await bench.client.start(counts, key);
  const turn = bench.work();
  await bench.untilAsked();
  await bench.work();
  await turn;
};
/** A caller's own write, with the items that start a run. */
const startsBesideAWrite = async (bench: Bench): Promise<void> => {
  const start = await bench.client.startItems(nothing);
  const own = {
    Update: {
      TableName: OWN_TABLE,
      Key: { id: { S: 'order' } },
      UpdateExpression: 'ADD orders :one',
      ExpressionAttributeValues: { ':one': { N: '1' } },
    },
  };
  await bench.store.client?.send(new TransactWriteItemsCommand({ TransactItems: [own, ...start.items] }));
  await start.wake();
  await bench.work();
};
const bus: EventBus = { put: () => Promise.resolve(true) };
const playNothing = (): Promise<void> => Promise.resolve();
const runThreeSteps = (bench: Bench): Promise<unknown> => begin(bench, bench.client.start(threeSteps));
const oneStep = (bench: Bench): Promise<unknown> => begin(bench, bench.client.start(steps));

async function createOwnTable(endpoint: string | undefined): Promise<void> {
  const client = new DynamoDBClient({ ...(endpoint === undefined ? {} : { endpoint }) });
  await client.send(
    new CreateTableCommand({
      TableName: OWN_TABLE,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    }),
  );
  client.destroy();
}

let pools = 0;
/** A run for each number of steps, all in one new pool with one place. */
const takesPlaces = async (bench: Bench, ...runs: number[]): Promise<void> => {
  const name = `mailer-${(pools += 1)}`;
  for (const count of runs) await begin(bench, bench.client.start(pooled, { name, steps: count }));
};

const OPERATIONS: readonly Operation[] = [
  { name: 'a step', play: oneStep },
  { name: 'five steps in a row that are `readOnly`', play: (bench) => begin(bench, bench.client.start(reads)) },
  {
    name: 'a step that finds a place in a pool',
    beside: async (bench) => {
      await takesPlaces(bench, 1);
      await runNothing(bench);
    },
    play: (bench) => takesPlaces(bench, 1, 1),
  },
  {
    name: 'a step that waits for its place behind another one of its run',
    beside: (bench) => takesPlaces(bench, 1),
    play: (bench) => takesPlaces(bench, 2),
  },
  {
    name: 'a run in a pool that finds its place, beside what it takes itself',
    beside: async (bench) => {
      await begin(bench, bench.client.start(placedBeside, false));
      await runNothing(bench);
    },
    play: async (bench) => {
      await begin(bench, bench.client.start(placed, false));
      await begin(bench, bench.client.start(placed, false));
    },
  },
  {
    name: 'a run that waits for its place, beside what it takes itself',
    beside: async (bench) => {
      const { id } = await begin(bench, bench.client.start(placedBeside, true));
      bench.passTime('1 hour');
      await bench.turn(id);
      await runNothing(bench);
    },
    play: async (bench) => {
      const { id } = await begin(bench, bench.client.start(placed, true));
      await begin(bench, bench.client.start(placed, false));
      bench.passTime('1 hour');
      await bench.turn(id);
      await bench.work();
    },
  },
  { name: 'a sleep that suspends the run', play: sleeper },
  { name: 'a signal that the run waits for', play: (bench) => hearsAWord(bench) },
  {
    name: 'a signal that the run waits for with a `timeout`',
    play: async (bench) => {
      const run = await begin(bench, bench.client.start(listensFor));
      await run.signal(word, 'hello');
      await bench.work();
    },
  },
  {
    name: 'a signal with an idempotency key',
    play: async (bench) => {
      const run = await begin(bench, bench.client.start(listens));
      await run.signal(word, 'hello', { idempotencyKey: 'k' });
      await bench.work();
    },
  },
  {
    name: 'a callback, made and completed',
    beside: oneStep,
    play: async (bench) => {
      const run = await begin(bench, bench.client.start(asks));
      let token = '';
      for await (const { kind, value } of run.history()) if (kind === 'step-completed') token = String(value);
      await bench.client.completeCallback(token, 'yes');
      await bench.work();
    },
  },
  {
    name: 'a query of a run that waits',
    beside: (bench) => hearsAWord(bench),
    play: (bench) => hearsAWord(bench, (run) => run.query(progress)),
  },
  {
    name: 'an update of a run that waits, with one step',
    beside: (bench) => hearsAWord(bench),
    play: (bench) =>
      hearsAWord(bench, async (run) => {
        await answered(bench, run.update(rename, 'new'));
      }),
  },
  {
    name: 'the first call of an entity, which begins it',
    play: (bench) => called(bench),
  },
  {
    name: 'a call of an entity that is idle',
    beside: (bench) => called(bench),
    play: (bench) => called(bench, (key) => answered(bench, bench.client.entity(counter, key).add(1))),
  },
  {
    name: 'a call of an entity by a workflow, beside what the run takes itself',
    beside: (bench) => called(bench, () => runNothing(bench)),
    play: (bench) => called(bench, (key) => callsFromARun(bench, key)),
  },
  {
    name: 'a read of an entity',
    beside: (bench) => called(bench),
    play: (bench) => called(bench, (key) => bench.client.entity(counter, key).get()),
  },
  {
    name: 'a value that the code of a run writes to a stream',
    play: (bench) => begin(bench, bench.client.start(says, 'once')),
  },
  {
    name: '1,000 tokens that a step writes to a stream within 20 seconds, 25 in each half',
    beside: oneStep,
    play: (bench) => begin(bench, bench.client.start(tells, true)),
    writesAtOnce: true,
  },
  {
    name: '1,000 tokens that a step writes to a stream at once',
    beside: oneStep,
    play: (bench) => begin(bench, bench.client.start(tells, false)),
  },
  {
    name: 'a page of a stream',
    beside: (bench) => begin(bench, bench.client.start(says, 'once')),
    play: async (bench) => (await begin(bench, bench.client.start(says, 'once'))).streamPage(tokens),
  },
  {
    name: 'a transaction, beside what it writes itself, at twice the units',
    play: (bench) => begin(bench, bench.client.start(books, false)),
  },
  {
    name: 'a transaction whose condition is not met, beside twice the units of what it does not write',
    play: (bench) => begin(bench, bench.client.start(books, true)),
  },
  { name: 'a start by `client.startItems` in place of `client.start`', play: startsBesideAWrite },
  {
    name: 'a pause and its resume, of a run that waits for a message',
    beside: (bench) => hearsAWord(bench),
    play: (bench) =>
      hearsAWord(bench, async (run) => {
        await run.pause();
        await run.resume();
        await bench.work();
      }),
  },
  {
    name: 'another run, started by the run, beside what it takes itself',
    beside: runNothingTwice,
    play: (bench) => begin(bench, bench.client.start(startsRun)),
  },
  {
    name: 'a child and its end, beside what it takes itself',
    beside: runNothingTwice,
    play: (bench) => begin(bench, bench.client.start(hasChild)),
  },
  { name: 'continueAsNew', play: (bench) => begin(bench, bench.client.start(continues, true)) },
  { name: 'a run of three steps', beside: playNothing, play: runThreeSteps },
  {
    name: 'a run that does nothing, whose starter takes the first turn',
    beside: playNothing,
    play: runNothing,
    takesFirstTurns: true,
  },
  {
    name: 'a run of three steps, whose starter takes the first turn',
    beside: playNothing,
    play: runThreeSteps,
    takesFirstTurns: true,
  },
  { name: 'events of a run on a bus', beside: runNothing, play: runNothing, events: bus },
  { name: 'events of a run whose last turn was that of a sleep', beside: sleeper, play: sleeper, events: bus },
];

/** By what each makes the runs more expensive. */
export async function countOperations(): Promise<OperationUsage[]> {
  const store = await openDynalite({ isMetered: true, transactions: true });
  try {
    await createOwnTable(store.endpoint);
    const empty = await countPlay(store, runNothing);
    const counted: OperationUsage[] = [{ name: 'a run that does nothing', ...empty }];
    for (const { name, play, beside, ...options } of OPERATIONS) {
      const whole = await countPlay(store, play, options);
      const without = beside === undefined ? empty : await countPlay(store, beside);
      counted.push({ name, writeUnits: whole.writeUnits - without.writeUnits, turns: whole.turns - without.turns });
    }
    return counted;
  } finally {
    await store.close();
  }
}

async function countPlay(
  store: BenchStore,
  play: (bench: Bench) => Promise<unknown>,
  { events, takesFirstTurns = false, writesAtOnce = false }: Partial<Operation> = {},
): Promise<Omit<Usage, 'readUnits'>> {
  const bench = createBench(store, workflows, {
    stepMs: 1,
    takesFirstTurns,
    ...(events === undefined ? {} : { events }),
    ...(writesAtOnce ? { settings: { streamFlushMs: 0 } } : {}),
  });
  reader.untilWritten = async (runId, token) => {
    for (let isThere = false; !isThere;) {
      const { entries } = await bench.client.run(runId).streamPage(tokens, { from: token });
      isThere = entries.length > 0;
    }
  };
  store.takeCounts();
  bench.takeTurns();
  await play(bench);
  return { turns: bench.takeTurns(), writeUnits: store.takeCounts().writeUnits ?? Number.NaN };
}
