import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Awaitable, type Coroutine, createTask, gather, race, signal, sleep, step, workflow } from 'lull';
import { RunFailedError } from 'lull/client';
import { createTestEngine, MemoryStore, type TestEngineOptions } from 'lull/testing';
import { decode } from '../../lib/codec/decode.ts';
import { encode } from '../../lib/codec/encode.ts';
import { createRunRandom } from '../../lib/engine/run-seed.ts';
import { digestArguments } from '../../lib/engine/digest-arguments.ts';
import { withGuard } from '../../lib/engine/guard.ts';
import {
  isCommandEntry,
  isRecordedCommand,
  type JournalEntry,
  type JournalEvent,
  type Started,
} from '../../lib/journal/event.ts';
import { replay } from '../../lib/journal/replay.ts';
import { createLiveRun } from '../../lib/scheduler/create-live-run.ts';
import type { LiveRun } from '../../lib/scheduler/live-run.ts';
import { promisesToGoOn, SmallCloud, START_MS } from '../engine/small-cloud.ts';
import { InconclusiveError } from '../inconclusive.ts';
import { silent } from '../testing/silent.ts';
import { scenarios } from '../asyncio/scenarios.ts';
import { createTrace } from '../asyncio/trace.ts';
import { perform, programs } from './random-workflow.ts';
import { outgoing } from '../scheduler/outgoing.ts';

type Body = () => Coroutine<unknown>;

async function journalOf(body: Body, options: Omit<TestEngineOptions, 'workflows'> = {}) {
  const played = workflow('played', body);
  const store = new MemoryStore();
  const engine = createTestEngine({ workflows: [played], store, log: silent, checkReplay: false, ...options });
  const run = await engine.start(played, undefined, { id: 'the-run' });
  await run.result().catch((error: unknown) => {
    if (!(error instanceof RunFailedError))
      throw new InconclusiveError('the run is blocked or stuck', { cause: error });
  });
  const records = await store.loadRecords('the-run', 0);
  const { result } = (await store.readRun('the-run'))!;
  const end = result?.kind === 'item' ? await store.readValue('the-run', result.key) : result?.value;
  return { entries: records.flatMap(({ entries }) => entries), end };
}

/** A run in memory, fed with the first entries of a journal; and the way to feed it the rest. */
function follow(body: Body, entries: readonly JournalEntry[], upTo: number) {
  const dueTimes = new Map(entries.flatMap((entry) => (entry.kind === 'sleep' ? [[entry.id, entry.dueAtMs]] : [])));
  const startedAtMs = (entries[0] as { atMs: number }).atMs;
  const live: LiveRun = createLiveRun({
    info: { id: 'the-run', workflow: 'played', version: 'unversioned', startedAt: new Date(startedAtMs), attempt: 1 },
    body,
    random: createRunRandom('the-run', (entries[0] as Started).seed),
    ...outgoing,
    recordedDueAtMs: (id) => dueTimes.get(id),
    decode: (encoded) => decode(encoded),
    digestArguments,
    log: () => undefined,
    strict: true,
  });
  const guarded = {
    workflow: 'played',
    startedAtMs,
    nowMs: () => live.nowMs(),
    random: () => live.random(),
    codeLocation: () => live.codeLocation(),
    replaying: () => true,
  };
  const recorded = entries.slice(0, upTo);
  const followed = withGuard(guarded, () => replay(recorded, (event, upToId) => live.deliver(event, upToId)));
  if (followed.kind === 'diverged') throw followed.error;
  return {
    live,
    unrecorded: followed.unrecorded,
    deliver: (event: JournalEvent) => withGuard(guarded, () => live.deliver(event)),
  };
}

/** What comes out when the run is rebuilt from the first entries and then lives through the same events. */
function rebuiltFrom(body: Body, entries: readonly JournalEntry[], upTo: number) {
  const { live, unrecorded, deliver } = follow(body, entries, upTo);
  // The journal may be cut between an event and its commands: they come out again.
  const again: JournalEntry[] = [...entries.slice(0, upTo), ...unrecorded];
  for (const entry of entries.slice(again.length)) {
    if (!isCommandEntry(entry)) again.push(entry, ...deliver(entry));
  }
  return { again, outcome: live.outcome() };
}

function expectEqualFromEachPrefix(body: Body, entries: readonly JournalEntry[]): void {
  const wanted = JSON.stringify(entries);
  const { outcome } = rebuiltFrom(body, entries, entries.length);
  for (let upTo = 1; upTo < entries.length; upTo += 1) {
    const rebuilt = rebuiltFrom(body, entries, upTo);
    expect(JSON.stringify(rebuilt.again)).toBe(wanted);
    expect(rebuilt.outcome.kind).toBe(outcome.kind);
    if (rebuilt.outcome.kind === 'completed' && outcome.kind === 'completed') {
      expect(encode(rebuilt.outcome.value, 'result')).toEqual(encode(outcome.value, 'result'));
    }
  }
}

describe('I4: replay does what the first time did, to the byte', () => {
  it('rebuilt from any prefix of its journal, a run of any program writes the same journal', async () => {
    await fc.assert(
      fc.asyncProperty(programs, async (program) => {
        const body = (): Coroutine<unknown> => perform(program);
        const { entries } = await journalOf(body);
        expectEqualFromEachPrefix(body, entries);
      }),
      { numRuns: 80 },
    );
  });

  it.each(Object.entries(scenarios))('so does %s', async (_name, scenario) => {
    const { body } = createTrace(scenario);
    const { entries } = await journalOf(body);
    expectEqualFromEachPrefix(body, entries);
  });

  it('a worker that forgets everything at each await writes the journal of one that forgets nothing', async () => {
    await fc.assert(
      fc.asyncProperty(programs, async (program) => {
        const body = (): Coroutine<unknown> => perform(program);
        const warm = await journalOf(body);
        const cold = await journalOf(body, { rebuildAtEveryAwait: true });
        expect(JSON.stringify(cold)).toBe(JSON.stringify(warm));
      }),
      { numRuns: 60 },
    );
  });
});

describe('I4: events are delivered one at a time, to quiescence', () => {
  it('each event is followed by all that it led to, also when several came at once', async () => {
    const { entries } = await journalOf(function* () {
      const branch = function* (name: string): Coroutine<void> {
        yield* step(`${name} 1`, () => 1);
        yield* step(`${name} 2`, () => 2);
      };
      const tasks = ['a', 'b', 'c'].map((name) => createTask(branch(name)));
      for (const task of tasks) yield* task;
    });
    const names = new Map(entries.flatMap((entry) => (entry.kind === 'step' ? [[entry.id, entry.name]] : [])));
    const told = entries.map((entry) =>
      entry.kind === 'step' ? `asks for ${entry.name}` : 'id' in entry ? `${names.get(entry.id)} done` : entry.kind,
    );
    expect(told).toEqual([
      ...['started', 'asks for a 1', 'asks for b 1', 'asks for c 1'],
      ...['a 1 done', 'asks for a 2', 'b 1 done', 'asks for b 2', 'c 1 done', 'asks for c 2'],
      ...['a 2 done', 'b 2 done', 'c 2 done'],
    ]);
  });

  it('timers and steps that came together are delivered by their times', async () => {
    for (const [stepMs, timerMs, order] of [
      [5_000, 10_000, ['step', 'timer']],
      [10_000, 5_000, ['timer', 'step']],
    ] as const) {
      const both = workflow('both', function* () {
        const seen: string[] = [];
        const note = function* (what: string, of: Awaitable<unknown>): Coroutine<void> {
          yield* of;
          seen.push(what);
        };
        yield* gather([
          note(
            'step',
            step('work', () => 1),
          ),
          note('timer', sleep(timerMs)),
          step('blocks the table', () => 1),
        ]);
        return seen;
      });
      const cloud = new SmallCloud([both]);
      const run = await cloud.client.start(both);
      let letGo = (): void => undefined;
      let end = (): void => undefined;
      let puts = 0;
      const worker = cloud.worker({
        around: async ({ operation }, go) => {
          if (operation === 'putRecord') puts += 1;
          if (operation === 'putRecord' && puts === 2) await new Promise<void>((resolve) => (letGo = resolve));
          return go();
        },
        callBody: ({ name }) => (name === 'work' ? new Promise<number>((resolve) => (end = () => resolve(1))) : 1),
      });
      const turn = worker.turn(run.id);
      await promisesToGoOn();
      cloud.pass(stepMs);
      end();
      await promisesToGoOn();
      cloud.clock.moveTo(START_MS + 12_000);
      letGo();
      await turn;
      expect(await run.result({ timeout: 0 })).toEqual(order);
    }
  });

  it('the end of a step that nobody waits for any more, by what came before it, is no event', async () => {
    const racing = workflow('racing', function* () {
      const [, winner] = yield* gather([
        step('first of all', () => 1),
        race([step('a', () => 'a'), step('b', () => 'b')]),
      ]);
      yield* step('afterwards', () => 1);
      return winner;
    });
    const cloud = new SmallCloud([racing]);
    const run = await cloud.client.start(racing);
    const ends: (() => void)[] = [];
    let puts = 0;
    const worker = cloud.worker({
      around: async ({ operation }, go) => {
        if (operation === 'putRecord') puts += 1;
        if (operation === 'putRecord' && puts === 2) for (const end of ends) end(); // both, while this one is written
        return go();
      },
      callBody: ({ name }) =>
        name === 'a' || name === 'b' ? new Promise<string>((resolve) => ends.push(() => resolve(name))) : 1,
    });
    expect(await worker.turn(run.id)).toMatchObject({ kind: 'ended' });
    expect(await run.result({ timeout: 0 })).toBe('a');
    const ended = (await cloud.entries(run.id)).filter(({ kind }) => kind === 'step-completed');
    expect(ended.length).toBe(3);
  });

  it('messages that wait come before timers, in the order of acceptance, one event each', async () => {
    const note = signal<number>('note');
    const store = new MemoryStore();
    const seen: (number | string)[] = [];
    const listening = workflow('listening', function* () {
      const timer = createTask(sleep('1h', 'an hour'));
      for (let count = 0; count < 3; count += 1) seen.push(yield* note.receive());
      seen.push(yield* timer);
    });
    const engine = createTestEngine({ workflows: [listening], store, checkReplay: false });
    const run = await engine.start(listening, undefined, { id: 'the-run' });
    for (const number of [1, 2, 3]) await run.signal(note, number);
    await run.result();
    expect(seen).toEqual([1, 2, 3, 'an hour']);
    const events = (await store.loadRecords('the-run', 0)).flatMap(({ entries }) => entries);
    expect(events.filter((entry) => !isRecordedCommand(entry)).map(({ kind }) => kind)).toEqual([
      ...['started', 'signal-received', 'signal-received', 'signal-received', 'sleep-completed'],
    ]);
  });

  it('what a run sees of time never goes back, and is the time of its events', async () => {
    const times: number[] = [];
    const { entries } = await journalOf(function* () {
      for (let count = 0; count < 5; count += 1) {
        times.push(Date.now());
        yield* count % 2 === 0 ? sleep('90m') : step('work', () => count);
      }
    });
    const eventTimes = entries.flatMap((entry) => ('atMs' in entry ? [entry.atMs] : []));
    expect(times).toEqual([...times].sort((a, b) => a - b));
    for (const time of times) expect(eventTimes).toContain(time);
  });
});
