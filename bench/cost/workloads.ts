/** Three uses of an engine, in the shapes that cost differently: waits, a wide fan, a long life. */
import { gather, signal, sleep, step, timeout, workflow } from 'lull';
import type { Run } from 'lull/client';
import type { Bench } from '../harness.ts';

/** About 300 bytes, as the answer of a service that one keeps. */
const answer = { id: 'ch_3OqPz2eZvKYlo2C1', status: 'succeeded', at: '2026-11-22T12:00:00Z', note: 'x'.repeat(220) };
const call = (name: string) => step(name, () => answer);

const shipped = signal<{ parcel: string }>('shipped');

/** Six steps, a signal within a week, three days until the request for a review. */
export const order = workflow('order', function* (_: { id: string; lines: string[] }) {
  yield* call('check');
  yield* gather({ payment: call('charge'), stock: call('reserve') });
  yield* timeout('7 days', shipped.receive());
  yield* call('mail-parcel');
  yield* sleep('3 days');
  yield* call('mail-review');
  return yield* call('close');
});

/** A thousand customers, fifty at a time. */
export const report = workflow('report', function* (customers: number) {
  const sums = yield* gather(
    Array.from({ length: customers }, (_, at) => step('sum', () => ({ customer: at, cents: at * 100 }))),
    { limit: 50 },
  );
  return sums.length;
});

/** A year: each month a charge and a mail. */
export const subscription = workflow('subscription', function* (_: { customer: string }) {
  for (let month = 0; month < 12; month += 1) {
    yield* call('charge');
    yield* call('mail');
    yield* sleep('30 days');
  }
});

export interface Workload {
  readonly name: string;
  readonly what: string;
  /** Runs that are started in a month. */
  readonly runsPerMonth: number;
  /** Steps of one run, and how long the body of one takes. */
  readonly steps: number;
  readonly stepSeconds: number;
  /** Steps whose bodies wait at the same time. */
  readonly width: number;
  /** Requests to the HTTP API for one run: its start, its signals. */
  readonly apiRequests: number;
  /** What Step Functions counts: each state that is entered, the start, and those that wait or loop. */
  readonly transitions: number;
  /** What Lambda's durable functions count: steps and waits. */
  readonly durableOperations: number;
  /** Plays one run from its start to its end. */
  play(bench: Bench): Promise<Run<unknown>>;
}

export const WORKLOADS: readonly Workload[] = [
  {
    name: 'order',
    what: 'six steps, a signal within a week, a sleep of three days',
    runsPerMonth: 100_000,
    steps: 6,
    stepSeconds: 0.2,
    width: 1,
    apiRequests: 2,
    transitions: 10,
    durableOperations: 8,
    play: async (bench) => {
      const run = await bench.client.start(order, { id: 'o-17', lines: ['one lamp', 'two bulbs'] });
      await bench.work();
      await run.signal(shipped, { parcel: '00340434161094042557' });
      await bench.work();
      bench.passTime('3 days');
      bench.restart(); // nobody keeps a run in memory for days
      await bench.turn(run.id);
      return run;
    },
  },
  {
    name: 'report',
    what: 'one run a night: a thousand steps, fifty at a time',
    runsPerMonth: 30,
    steps: 1_000,
    stepSeconds: 0.2,
    width: 50,
    apiRequests: 0,
    transitions: 1_003,
    durableOperations: 1_001,
    play: async (bench) => {
      const run = await bench.client.start(report, 1_000);
      await bench.work();
      return run;
    },
  },
  {
    name: 'subscription',
    what: 'a year: each month two steps and a sleep of thirty days',
    runsPerMonth: 5_000,
    steps: 24,
    stepSeconds: 0.2,
    width: 1,
    apiRequests: 1,
    transitions: 50,
    durableOperations: 36,
    play: async (bench) => {
      const run = await bench.client.start(subscription, { customer: 'c-17' });
      await bench.work();
      for (let month = 0; month < 12; month += 1) {
        bench.passTime('30 days');
        bench.restart();
        await bench.turn(run.id);
      }
      return run;
    },
  },
];
