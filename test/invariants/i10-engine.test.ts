// I10: each setting of the engine holds to the byte, the millisecond, the piece.
import { expect } from 'vitest';
import { createTask, gather, sleep, step, workflow } from 'lull';
import { createTestEngine } from 'lull/testing';
import { encode, encodedBytes } from '../../lib/codec/encode.ts';
import type { EngineSettings } from '../../lib/engine/settings.ts';
import { isOfWorkers, isRecordedCommand } from '../../lib/journal/event.ts';
import type { JournalRecord } from '../../lib/journal/record.ts';
import type { ReleaseLease } from '../../lib/ports/store.ts';
import { promisesToGoOn, SmallCloud } from '../engine/small-cloud.ts';
import { silent } from '../testing/silent.ts';
import { limit } from './limit-cases.ts';

type Settings = Partial<EngineSettings>;

const nap = workflow('nap', function* (ms: number) {
  yield* sleep(ms);
});
const hanging = workflow('hanging', function* () {
  yield* step('hang', () => new Promise(() => undefined));
});

async function code(act: Promise<unknown>): Promise<unknown> {
  try {
    return await act;
  } catch (error) {
    return (error as { code: string }).code;
  }
}

// ---- times

/** What another worker is told so long after one has died that had just taken the run. */
async function takeAfter(passedMs: number): Promise<unknown> {
  const cloud = new SmallCloud([nap]);
  const run = await cloud.client.start(nap, 1);
  void cloud.worker({ leaseMs: 7_000, around: () => new Promise(() => undefined) }); // it never asks
  await cloud.table.take(run.id, {
    lease: { owner: 'dead', expiresAtMs: cloud.clock.nowMs() + 7_000 },
    nowMs: cloud.clock.nowMs(),
    dueByMs: cloud.clock.nowMs(),
  });
  cloud.pass(passedMs);
  return (await cloud.worker({ hotWaitMs: 0 }).turn(run.id)).kind;
}

limit('leaseMs', {
  under: async () => expect(await takeAfter(6_999)).toBe('skipped'),
  at: async () => expect(await takeAfter(7_000)).toBe('suspended'),
  over: async () => expect(await takeAfter(7_001)).toBe('suspended'),
});

/** A wake that comes so much before the time of a timer. */
async function wakeEarly(earlyMs: number): Promise<string> {
  const cloud = new SmallCloud([nap]);
  const run = await cloud.client.start(nap, 100_000);
  const worker = cloud.worker({ wakeSlackMs: 500, hotWaitMs: 0 });
  await worker.turn(run.id);
  cloud.pass(100_000 - earlyMs);
  return (await worker.turn(run.id)).kind;
}

limit('wakeSlackMs', {
  under: async () => expect(await wakeEarly(499)).toBe('suspended'),
  at: async () => expect(await wakeEarly(500)).toBe('suspended'),
  over: async () => expect(await wakeEarly(501)).toBe('skipped'),
});

/** Whether a turn with a timer so far away waits for it. */
async function waitsInPlace(ms: number): Promise<boolean> {
  const cloud = new SmallCloud([nap]);
  const run = await cloud.client.start(nap, ms);
  let isOver = false;
  const turn = cloud
    .worker({ hotWaitMs: 1_000 })
    .turn(run.id)
    .then(() => (isOver = true));
  for (let times = 0; times < 50; times += 1) await promisesToGoOn();
  const waited = !isOver;
  cloud.pass(ms);
  await turn;
  return waited;
}

limit('hotWaitMs', {
  under: async () => expect(await waitsInPlace(999)).toBe(true),
  at: async () => expect(await waitsInPlace(1_000)).toBe(true),
  over: async () => expect(await waitsInPlace(1_001)).toBe(false),
});

/** How often a worker has checked for messages when its only step has run for so long, and when it has ended then. */
async function checks(ms: number, step1: 'running' | 'ended'): Promise<number> {
  let reads = 0;
  const ends: (() => void)[] = [];
  const work = () => new Promise<void>((resolve) => ends.push(resolve));
  const two = workflow('two', function* () {
    yield* step('first', work);
    yield* step('second', work);
  });
  const cloud = new SmallCloud([two]);
  const run = await cloud.client.start(two);
  const worker = cloud.worker({
    inboxCheckAfterStepMs: 1_000,
    inboxCheckWithinStepMs: 5_000,
    around: ({ operation }, go) => {
      if (operation === 'readRun') reads += 1;
      return go();
    },
  });
  void worker.turn(run.id);
  for (let times = 0; times < 50; times += 1) await promisesToGoOn();
  cloud.pass(ms);
  if (step1 === 'ended') ends[0]?.();
  for (let times = 0; times < 50; times += 1) await promisesToGoOn();
  return reads;
}

limit('inboxCheckAfterStepMs', {
  under: async () => expect(await checks(999, 'ended')).toBe(0),
  at: async () => expect(await checks(1_000, 'ended')).toBe(1),
  over: async () => expect(await checks(1_001, 'ended')).toBe(1),
});

limit('inboxCheckWithinStepMs', {
  under: async () => expect(await checks(4_999, 'running')).toBe(0),
  at: async () => expect(await checks(5_000, 'running')).toBe(1),
  over: async () => expect(await checks(5_001, 'running')).toBe(1),
});

/** How many records a run has, when the second of two readOnly steps has run for so long. */
async function recordsAfter(ms: number): Promise<number> {
  const reading = workflow('reading', function* () {
    yield* step('one', { readOnly: true }, () => 1);
    yield* step('two', { readOnly: true }, () => new Promise(() => undefined));
  });
  const cloud = new SmallCloud([reading]);
  const run = await cloud.client.start(reading);
  void cloud.worker({ maxUnwrittenMs: 3_000 }).turn(run.id);
  for (let times = 0; times < 50; times += 1) await promisesToGoOn();
  cloud.pass(ms);
  for (let times = 0; times < 50; times += 1) await promisesToGoOn();
  return (await cloud.records(run.id)).length;
}

limit('maxUnwrittenMs', {
  under: async () => expect(await recordsAfter(2_999)).toBe(1),
  at: async () => expect(await recordsAfter(3_000)).toBe(2),
  over: async () => expect(await recordsAfter(3_001)).toBe(2),
});

/** Whether the queue is told of a timer so far away. */
async function isSent(ms: number): Promise<boolean> {
  const cloud = new SmallCloud([nap]);
  const run = await cloud.client.start(nap, ms);
  cloud.wakes.clear();
  await cloud.worker({ longestWakeDelayMs: 60_000 }).turn(run.id);
  const isTold = cloud.wakes.nextAtMs() !== undefined;
  expect((await cloud.run(run.id)).needsWake === true).toBe(!isTold);
  return isTold;
}

limit('longestWakeDelayMs', {
  under: async () => expect(await isSent(59_999)).toBe(true),
  at: async () => expect(await isSent(60_000)).toBe(true),
  over: async () => expect(await isSent(60_001)).toBe(false),
});

/** Whether a step is interrupted so long before the end of its invocation. */
async function isInterrupted(leftMs: number): Promise<boolean> {
  const cloud = new SmallCloud([hanging]);
  const run = await cloud.client.start(hanging);
  const worker = cloud.worker({ deadlineMarginMs: 5_000 });
  void worker.turn(run.id);
  for (let times = 0; times < 50; times += 1) await promisesToGoOn();
  for (let leftToPassMs = 900_000 - leftMs; leftToPassMs > 0;) {
    const ms = Math.min(leftToPassMs, 10_000);
    leftToPassMs -= ms;
    cloud.pass(ms); // in parts: the lease has to be renewed on the way
    for (let times = 0; times < 50; times += 1) await promisesToGoOn();
  }
  return (await cloud.entries(run.id)).some(({ kind }) => kind === 'step-retrying');
}

limit('deadlineMarginMs', {
  under: async () => expect(await isInterrupted(5_001)).toBe(false),
  at: async () => expect(await isInterrupted(5_000)).toBe(true),
  over: async () => expect(await isInterrupted(4_999)).toBe(true),
});

// ---- pieces

/** The most bodies of so many steps that run at once. */
async function mostAtOnce(steps: number): Promise<number> {
  let [running, most] = [0, 0];
  const fan = workflow('fan', function* () {
    yield* gather(
      Array.from({ length: steps }, () =>
        step('work', async () => {
          running += 1;
          most = Math.max(most, running);
          await Promise.resolve();
          running -= 1;
        }),
      ),
    );
  });
  await createTestEngine({ workflows: [fan], settings: { maxStepsInFlight: 10 } }).run(fan);
  return most;
}

limit('maxStepsInFlight', {
  under: async () => expect(await mostAtOnce(9)).toBe(9),
  at: async () => expect(await mostAtOnce(10)).toBe(10),
  over: async () => expect(await mostAtOnce(11)).toBe(10),
});

/** How a run stands whose worker dies so often in its code, before anything is recorded. */
async function afterLosses(losses: number): Promise<string> {
  const idle = workflow('idle', function* () {
    yield* sleep('1h');
  });
  const cloud = new SmallCloud([idle]);
  const run = await cloud.client.start(idle);
  for (let loss = 1; loss <= losses; loss += 1) {
    let isDead = false;
    const dying = cloud.worker({
      maxLostTurns: 3,
      around: async ({ operation, args }, go) => {
        const { entries = [], status } = (args[1] ?? {}) as Partial<JournalRecord & ReleaseLease>;
        // What a turn writes before it runs any code comes through.
        isDead ||= operation === 'putRecord' && !entries.every(isOfWorkers) && entries.at(-1)?.kind !== 'taken-alone';
        isDead ||= operation === 'release' && status === 'suspended'; // which has the first record with it
        return isDead ? new Promise(() => undefined) : go();
      },
    });
    void dying.turn(run.id);
    for (let times = 0; times < 50; times += 1) await promisesToGoOn();
    if ((await cloud.run(run.id)).status === 'blocked') break;
    cloud.pass(31_000);
  }
  await cloud.worker({ maxLostTurns: 3 }).turn(run.id);
  return (await cloud.run(run.id)).status;
}

limit('maxLostTurns', {
  under: async () => expect(await afterLosses(2)).toBe('suspended'),
  at: async () => expect(await afterLosses(3)).toBe('blocked'),
  over: async () => expect(await afterLosses(4)).toBe('blocked'), // it was blocked: there is no fourth loss
});

/** How a run goes on whose worker dies so often during one step. */
async function afterDeaths(deaths: number): Promise<unknown> {
  let begun = 0;
  const poison = workflow('poison', function* () {
    return yield* step('kill', () => {
      begun += 1;
      if (begun > deaths) return 'survived';
      void engine.crash();
      return new Promise(() => undefined);
    });
  });
  const engine = createTestEngine({ workflows: [poison], settings: { maxInterruptions: 3 }, log: silent });
  return code(engine.run(poison));
}

limit('maxInterruptions', {
  under: async () => expect(await afterDeaths(2)).toBe('survived'),
  at: async () => expect(await afterDeaths(3)).toBe('survived'),
  over: async () => expect(await afterDeaths(4)).toBe('STEP_FAILED'),
});

async function inRun(settings: Settings, body: () => Generator): Promise<unknown> {
  const limited = workflow('limited', body as never);
  return code(createTestEngine({ workflows: [limited], settings, log: silent, strict: false }).run(limited as never));
}

const tasks = (count: number) =>
  inRun({ maxTasks: 100 }, function* () {
    for (let made = 0; made < count; made += 1) createTask(sleep('1s'));
    yield* sleep(0);
    return 'made';
  });

limit('maxTasks', {
  under: async () => expect(await tasks(99)).toBe('made'),
  at: async () => expect(await tasks(100)).toBe('made'),
  over: async () => expect(await tasks(101)).toBe('TOO_MANY_TASKS'),
});

const pending = (count: number) =>
  inRun({ maxPendingCommands: 100 }, function* () {
    yield* gather(Array.from({ length: count }, () => sleep('1s')));
    return 'slept';
  });

limit('maxPendingCommands', {
  under: async () => expect(await pending(99)).toBe('slept'),
  at: async () => expect(await pending(100)).toBe('slept'),
  over: async () => expect(await pending(101)).toBe('TOO_MANY_COMMANDS'),
});

/** One callback for each pause, one for the task's first step and two for its end. */
const callbacks = (pauses: number) =>
  inRun({ maxCallbacksPerEvent: 1_000 }, function* () {
    for (let times = 0; times < pauses; times += 1) yield* sleep(0);
    return 'ended';
  });

limit('maxCallbacksPerEvent', {
  under: async () => expect(await callbacks(997)).toBe('ended'),
  at: async () => expect(await callbacks(998)).toBe('ended'),
  over: async () => expect(await callbacks(999)).toBe('ENDLESS_LOOP'),
});

// ---- bytes

const value = (bytes: number) => 'x'.repeat(bytes - 2);

async function giving(bytes: number): Promise<unknown> {
  const asStep = await inRun({ maxValueBytes: 1_000 }, function* () {
    yield* step('give', () => value(bytes));
    return 'given';
  });
  const asRun = await inRun({ maxValueBytes: 1_000 }, function* () {
    yield* sleep(1);
    return value(bytes);
  });
  if (asStep === 'given') expect(asRun).toBe(value(bytes));
  else expect(asRun).toBe('PAYLOAD_TOO_LARGE');
  return asStep;
}

limit('maxValueBytes', {
  under: async () => expect(await giving(999)).toBe('given'),
  at: async () => expect(await giving(1_000)).toBe('given'),
  over: async () => expect(await giving(1_001)).toBe('STEP_FAILED'),
});

/** The entries of the largest record when a record may have so many bytes less than the two that came together. */
async function largestRecord(lessBytes: number): Promise<number> {
  const two = workflow('two', function* () {
    yield* gather([step('a', () => 'first'), step('b', () => 'second')]);
  });
  const cloud = new SmallCloud([two]);
  const play = async (settings: Settings): Promise<(readonly unknown[])[]> => {
    const run = await cloud.client.start(two);
    await cloud.worker(settings).turn(run.id);
    return (await cloud.records(run.id)).map(({ entries }) => entries.filter((entry) => !isRecordedCommand(entry)));
  };
  const together = (await play({})).find((entries) => entries.length === 2)!;
  const bytes = together.reduce<number>((sum, entry) => sum + Buffer.byteLength(JSON.stringify(entry)), 0);
  return Math.max(...(await play({ maxRecordBytes: bytes - lessBytes })).map(({ length }) => length));
}

limit('maxRecordBytes', {
  under: async () => expect(await largestRecord(-1)).toBe(2),
  at: async () => expect(await largestRecord(0)).toBe(2),
  over: async () => expect(await largestRecord(1)).toBe(1),
});

async function resultOf(bytes: number): Promise<string | undefined> {
  const gives = workflow('gives', function* () {
    yield* sleep(0);
    return value(bytes);
  });
  expect(encodedBytes(encode(value(bytes), 'it'))).toBe(bytes);
  const cloud = new SmallCloud([gives]);
  const run = await cloud.client.start(gives);
  await cloud.worker({ maxInlineBytes: 200 }).turn(run.id);
  return (await cloud.run(run.id)).result?.kind;
}

limit('maxInlineBytes', {
  under: async () => expect(await resultOf(199)).toBe('inline'),
  at: async () => expect(await resultOf(200)).toBe('inline'),
  over: async () => expect(await resultOf(201)).toBe('item'),
});
