/** What happens at scale, one figure after the other: the real code, on the account of `cloud.ts`. */
import { signal, sleepUntil, step, workflow } from 'lull';
import { InboxFullError } from 'lull/client';
import { delay } from '../../lib/ports/delay.ts';
import { ScaleCloud } from './cloud.ts';
import { QUERY_PAGE_BYTES } from './quotas.ts';

const alarm = workflow('alarm', function* (atMs: number) {
  yield* sleepUntil(new Date(atMs));
});

const chain = workflow('chain', function* (steps: number) {
  for (let at = 0; at < steps; at += 1) yield* step(`step ${at}`, () => at);
});

const drop = signal<number>('drop');
const bucket = workflow('bucket', function* (wanted: number) {
  for (let at = 0; at < wanted; at += 1) yield* drop.receive();
});

const workflows = { alarm, chain, bucket };

export interface WakesFigures {
  readonly maxConcurrency: number;
  /** From the second in which all were due to the time at which the last one had ended. */
  readonly lastAfterMs: number;
  readonly environments: number;
  readonly longestSweepMs: number;
  readonly peakUnits: number;
  readonly peakShard: number;
}

/** So many runs sleep for an hour, and wake in one and the same second. */
export async function wakesAtOnce(runs: number, maxConcurrency: number): Promise<WakesFigures> {
  const cloud = new ScaleCloud(workflows, { maxConcurrency: 1_000, isWarm: true });
  const atMs = cloud.clock.nowMs() + 3_600_000;
  await startAll(cloud, runs, (id) => cloud.client.start(alarm, atMs, { id }), 600_000);
  await cloud.passUntil(() => false, atMs - 180_000);
  cloud.limit({ maxConcurrency });
  const sweeps: number[] = [];
  cloud.sweepUntil(atMs + 3_600_000, ({ tookMs }) => sweeps.push(tookMs));
  await cloud.passUntil(() => cloud.clock.nowMs() > atMs + 5_000 && cloud.isIdle, atMs + 3_600_000);
  return {
    maxConcurrency,
    lastAfterMs: cloud.lastTurnEndedMs - atMs,
    environments: cloud.environments,
    longestSweepMs: Math.max(...sweeps),
    peakUnits: cloud.units.peakOfAll(),
    peakShard: cloud.units.peakOf('due index').units,
  };
}

export interface StartsFigures {
  readonly starts: number;
  readonly unitsOfARun: number;
  /** What a run writes to its shard of the index of due runs, and to that of its workflow. */
  readonly dueUnitsOfARun: number;
  readonly workflowUnitsOfARun: number;
}

/** So many runs of three steps are started within a second, by as many callers as it takes. */
export async function startsAtOnce(starts: number): Promise<StartsFigures> {
  const cloud = new ScaleCloud(workflows, { maxConcurrency: 1_000, isWarm: true });
  await startAll(cloud, starts, (id) => cloud.client.start(chain, 3, { id }), 1_000);
  await cloud.passUntil(() => cloud.isIdle && cloud.lastTurnEndedMs > 0);
  return {
    starts,
    unitsOfARun: cloud.units.writeUnits / starts,
    dueUnitsOfARun: cloud.units.unitsOf('due index') / starts,
    workflowUnitsOfARun: cloud.units.unitsOf('workflow index') / starts,
  };
}

export interface SignalsFigures {
  readonly signals: number;
  readonly seconds: number;
  readonly refused: number;
  /** Of the run's own partition: all of a run's items are in one. */
  readonly unitsOfASignal: number;
  readonly peakUnits: number;
}

/** So many signals to one run, from 50 callers who ask again after 100 ms where the inbox is full. */
export async function signalsToOne(signals: number): Promise<SignalsFigures> {
  const cloud = new ScaleCloud(workflows, { maxConcurrency: 100, isWarm: true });
  const run = await begun(cloud, cloud.client.start(bucket, signals, { id: 'bucket' }));
  const before = cloud.units.unitsOf('run bucket');
  const fromMs = cloud.clock.nowMs();
  let refused = 0;
  let left = signals;
  const caller = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      for (let isSent = false; !isSent;) {
        isSent = await run.signal(drop, left).then(
          () => true,
          async (error: unknown) => {
            if (!(error instanceof InboxFullError)) throw error;
            refused += 1;
            await delay(cloud.clock, 100);
            return false;
          },
        );
      }
    }
  };
  let isOver = false;
  void Promise.all(Array.from({ length: 50 }, caller)).then(() => (isOver = true));
  await cloud.passUntil(() => isOver && cloud.isIdle);
  return {
    signals,
    seconds: (cloud.lastTurnEndedMs - fromMs) / 1_000,
    refused,
    unitsOfASignal: (cloud.units.unitsOf('run bucket') - before) / signals,
    peakUnits: cloud.units.peakOf('run bucket').units,
  };
}

export interface JournalFigures {
  readonly steps: number;
  readonly bytes: number;
  readonly readUnits: number;
  readonly pages: number;
  /** Of this machine: what a replay of it computes. */
  readonly replayCpuMs: number;
}

/** A run of so many steps, one after the other, whose next turn is in another worker. */
export async function longJournal(steps: number): Promise<JournalFigures> {
  const cloud = new ScaleCloud({ waiting }, { maxConcurrency: 1, isWarm: true });
  const run = await begun(cloud, cloud.client.start(waiting, steps, { id: 'long' }));
  cloud.limit({ maxConcurrency: 1, isWarm: true });
  const bytes = await cloud.journalBytes('long');
  const from = process.cpuUsage();
  await begun(cloud, run.signal(drop, 1));
  const { user, system } = process.cpuUsage(from);
  return {
    steps,
    bytes,
    readUnits: Math.ceil(bytes / 4_096),
    pages: Math.ceil(bytes / QUERY_PAGE_BYTES),
    replayCpuMs: (user + system) / 1_000,
  };
}

const waiting = workflow('waiting', function* (steps: number) {
  yield* chain(steps);
  yield* drop.receive();
});

export interface WorkersFigures {
  readonly workers: number;
  readonly unitsOfARun: number;
  readonly requestsOfARun: number;
  readonly refusedTakes: number;
  readonly runsASecond: number;
}

/** The same runs by more and more workers: does one stand in the way of another? */
export async function byWorkers(runs: number, workers: number): Promise<WorkersFigures> {
  const cloud = new ScaleCloud(workflows, { maxConcurrency: workers, isWarm: true });
  await startAll(cloud, runs, (id) => cloud.client.start(chain, 3, { id }));
  const fromMs = cloud.clock.nowMs();
  await cloud.passUntil(() => cloud.isIdle && cloud.lastTurnEndedMs > 0);
  const requests = [...cloud.requests.values()].reduce((sum, each) => sum + each, 0);
  return {
    workers,
    unitsOfARun: cloud.units.writeUnits / runs,
    requestsOfARun: requests / runs,
    refusedTakes: (cloud.requests.get('take') ?? 0) - runs,
    runsASecond: runs / ((cloud.lastTurnEndedMs - fromMs) / 1_000),
  };
}

/** All of them, spread over a time; until the last start is answered. */
async function startAll(
  cloud: ScaleCloud,
  runs: number,
  startOne: (id: string) => Promise<unknown>,
  overMs = 0,
): Promise<void> {
  let answered = 0;
  for (let at = 0; at < runs; at += 1) {
    const startIt = (): void => void startOne(`run-${at}`).then(() => (answered += 1));
    cloud.clock.callAt(cloud.clock.nowMs() + (overMs * at) / runs, startIt);
  }
  await cloud.passUntil(() => answered === runs);
}

/** What a call gives, and all that follows from it has been done. */
async function begun<T>(cloud: ScaleCloud, call: Promise<T>): Promise<T> {
  const turnsEndedMs = cloud.lastTurnEndedMs;
  let isAnswered = false;
  void call.then(() => (isAnswered = true));
  await cloud.passUntil(() => isAnswered && cloud.isIdle && cloud.lastTurnEndedMs > turnsEndedMs);
  return call;
}
