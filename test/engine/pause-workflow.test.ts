// A whole workflow that is paused: its runs begin no turns, what comes meanwhile waits, and nothing is lost.
import { describe, expect, it } from 'vitest';
import {
  child,
  continueAsNew,
  type Coroutine,
  isCancelled,
  query,
  signal,
  sleep,
  step,
  timeout,
  workflow,
  type Workflow,
} from 'lull';
import { createTestEngine } from 'lull/testing';
import { promisesToGoOn, SmallCloud } from './small-cloud.ts';

const note = signal<string>('note');
const MINUTE_MS = 60_000;

async function settle(): Promise<void> {
  for (let times = 0; times < 40; times += 1) await promisesToGoOn();
}

const ping = workflow('ping', function* (text: string) {
  return yield* step('ping', () => `pong ${text}`);
});
const listener = workflow('listener', function* () {
  const first = yield* note.receive();
  yield* sleep('1 hour');
  return [first, yield* note.receive()];
});

describe('while a workflow is paused', () => {
  it('what is started, sent and due waits, and all of it goes on after the resume; other workflows go on', async () => {
    const engine = createTestEngine({ workflows: [ping, listener] });
    const { workflows } = engine.client;
    const waits = await engine.start(listener);
    const sleeps = await engine.start(listener);
    await sleeps.signal(note, 'a');
    await engine.settle();
    await workflows.pause('listener');
    const begins = await engine.start(listener);
    const delayed = await engine.start(listener, undefined, { delay: '30 minutes' });
    for (const run of [waits, begins, delayed]) await run.signal(note, 'a');
    await engine.advance('1 day');
    expect(await engine.run(ping, 'x')).toBe('pong x');
    for (const run of [waits, sleeps, begins, delayed]) {
      const described = await run.describe();
      expect(described).toMatchObject({ workflowPaused: { since: new Date(Date.UTC(2030, 0, 1)) } });
      expect(described).not.toHaveProperty('dueAt');
    }
    const entries = async (run: typeof waits): Promise<number> => (await engine.history(run)).length;
    const before = await Promise.all([waits, sleeps].map(entries));
    await engine.advance('1 day');
    expect(await Promise.all([waits, sleeps].map(entries))).toEqual(before);

    await workflows.resume('listener');
    await engine.advance('3 hours');
    for (const run of [waits, sleeps, begins, delayed]) {
      await run.signal(note, 'b');
      expect(await run.result()).toEqual(['a', 'b']);
    }
  });

  it('a run that waits for nothing but a signal is not held before it has something to do', async () => {
    const engine = createTestEngine({ workflows: [listener] });
    const run = await engine.start(listener);
    await engine.settle();
    await engine.client.workflows.pause('listener');
    await engine.advance('1 hour');
    expect(await run.describe()).not.toHaveProperty('workflowPaused');
    await run.signal(note, 'a');
    await engine.settle();
    expect(await run.describe()).toHaveProperty('workflowPaused');
  });

  it('whoever waits for a result is told what to do', async () => {
    const engine = createTestEngine({ workflows: [ping] });
    await engine.client.workflows.pause('ping');
    const run = await engine.start(ping, 'x');
    await expect(run.result()).rejects.toThrow(/its resume. Call client.workflows.resume\('ping'\)/);
  });

  it('requests to cancel and to terminate are carried out, and a cleanup goes on to its end', async () => {
    const order = workflow('order', function* () {
      try {
        yield* note.receive();
      } catch (error) {
        if (!isCancelled(error)) throw error;
        yield* sleep('1 hour');
        yield* step('clean up', () => 'clean');
        throw error;
      }
    });
    const engine = createTestEngine({ workflows: [order] });
    const runs = [await engine.start(order), await engine.start(order), await engine.start(order)] as const;
    await engine.settle();
    await engine.client.workflows.pause('order');
    await runs[0].signal(note, 'held'); // it is held
    await engine.advance('10 minutes');
    await runs[0].cancel();
    await runs[1].cancel();
    await runs[2].terminate();
    const late = await engine.start(order);
    await late.cancel(); // it has not begun
    await engine.advance('2 hours');
    const statuses = await Promise.all([...runs, late].map(async (run) => (await run.describe()).status));
    // The signal came first: by then it waits for nothing that could be cancelled.
    expect(statuses).toEqual(['completed', 'cancelled', 'terminated', 'cancelled']);
    expect(engine.calls('clean up')).toHaveLength(2);
  });

  it('a run that is paused as well waits for both resumes, whichever comes first', async () => {
    const engine = createTestEngine({ workflows: [ping] });
    const { workflows } = engine.client;
    await workflows.pause('ping');
    const [one, other] = [await engine.start(ping, '1'), await engine.start(ping, '2')];
    await engine.settle();
    for (const run of [one, other]) await run.pause();
    await one.resume();
    await engine.advance('1 hour');
    expect(await one.describe()).toMatchObject({ status: 'pending', workflowPaused: {} });
    await workflows.resume('ping');
    await engine.advance('1 hour');
    expect(await one.result()).toBe('pong 1');
    expect(await other.describe()).toMatchObject({ status: 'paused' });
    await other.resume();
    expect(await other.result()).toBe('pong 2');
  });

  it('parents and children: each waits for its own workflow', async () => {
    const whole = workflow('whole', function* () {
      return [yield* child(ping, 'c', { id: 'c-1' }), yield* child(ping, 'd', { id: 'd-1' })];
    });
    const engine = createTestEngine({ workflows: [ping, whole] });
    const { workflows } = engine.client;
    await workflows.pause('ping');
    const run = await engine.start(whole);
    await engine.advance('1 hour');
    expect(await run.describe()).not.toHaveProperty('workflowPaused');
    expect(await engine.client.run('c-1').describe()).toMatchObject({ status: 'pending', workflowPaused: {} });
    await workflows.pause('whole');
    await workflows.resume('ping');
    await engine.advance('1 hour');
    expect((await engine.client.run('c-1').describe()).status).toBe('completed');
    expect(await run.describe()).toMatchObject({ workflowPaused: {} });
    await workflows.resume('whole');
    expect(await run.result()).toEqual(['pong c', 'pong d']);
  });

  it('links, retries and forks wait as well, and a run that has ended is deleted', async () => {
    let isMended = false;
    const links: Workflow<number, number> = workflow('links', function* (n: number): Coroutine<number> {
      yield* note.receive();
      return n === 2 ? n : yield* continueAsNew(n + 1);
    });
    const failing = workflow('failing', function* () {
      yield* step('try', { retry: { maxAttempts: 1 } }, () => {
        if (!isMended) throw new Error('no');
      });
      return 'mended';
    });
    const engine = createTestEngine({ workflows: [links, failing] });
    const { workflows } = engine.client;
    const run = await engine.start(links, 1);
    const failed = await engine.start(failing);
    const forked = await engine.start(failing);
    const deleted = await engine.start(failing);
    await engine.settle();
    for (const name of ['links', 'failing']) await workflows.pause(name);
    await run.signal(note, 'a');
    isMended = true;
    await failed.retry();
    const fork = await forked.fork({ before: 'try#1' });
    await deleted.delete();
    await engine.advance('1 hour');
    for (const each of [run, failed, fork]) expect(await each.describe()).toMatchObject({ workflowPaused: {} });
    for (const name of ['links', 'failing']) await workflows.resume(name);
    await engine.advance('5 minutes');
    await run.signal(note, 'b');
    expect([await run.result(), await failed.result(), await fork.result()]).toEqual([2, 'mended', 'mended']);
  });

  it('a schedule goes on, and by its default starts no second run while the first one waits', async () => {
    const engine = createTestEngine({ workflows: [ping] });
    await engine.schedules.create('often', { workflow: ping, input: 's', schedule: 'rate(1 hour)' });
    await engine.client.workflows.pause('ping');
    await engine.advance('5 hours');
    expect(await engine.client.count({ workflow: 'ping' })).toBe(1);
    await engine.client.workflows.resume('ping');
    await engine.advance('1 hour');
    expect(await engine.client.count({ workflow: 'ping', status: 'completed' })).toBeGreaterThan(0);
  });

  it('a time limit that passes is the first that a run hears of after the resume', async () => {
    const limited = workflow('limited', { timeout: '2 hours' }, function* () {
      return yield* note.receive();
    });
    const engine = createTestEngine({ workflows: [limited] });
    const run = await engine.start(limited);
    await engine.settle();
    await engine.client.workflows.pause('limited');
    await engine.advance('1 day');
    expect((await run.describe()).status).toBe('suspended');
    await engine.client.workflows.resume('limited');
    await expect(run.result()).rejects.toMatchObject({ name: 'RunFailedError' });
  });

  it('queries are answered', async () => {
    const ask = query<string>('ask');
    const asked = workflow('asked', function* () {
      ask.handle(() => 'here');
      yield* timeout('1 day', note.receive());
    });
    const engine = createTestEngine({ workflows: [asked] });
    const run = await engine.start(asked);
    await engine.settle();
    await engine.client.workflows.pause('asked');
    await run.signal(note, 'x');
    await engine.settle();
    expect(await run.query(ask)).toBe('here');
  });
});

describe('how soon a pause is heard', () => {
  it('new turns begin for at most 5 seconds, by a list that is read once in that time for all turns', async () => {
    const cloud = new SmallCloud([ping]);
    const reads: number[] = [];
    const worker = cloud.worker({
      around: (call, go) => {
        if (call.operation === 'readWorkflowList') reads.push(cloud.clock.nowMs());
        return go();
      },
    });
    const start = async (): Promise<string> => (await cloud.client.start(ping, 'x')).id;
    expect(await worker.turn(await start())).toMatchObject({ kind: 'ended' });
    cloud.pass(1);
    await cloud.client.workflows.pause('ping');
    cloud.pass(4_998);
    expect(await worker.turn(await start())).toMatchObject({ kind: 'ended' });
    expect(reads).toHaveLength(1);
    cloud.pass(1);
    const late = await start();
    expect(await worker.turn(late)).toEqual({ kind: 'skipped', reason: 'workflow-paused' });
    expect(await cloud.run(late)).toMatchObject({ isHeld: true, epoch: 0, status: 'pending' });
    expect(reads).toHaveLength(2);
    for (let turns = 0; turns < 10; turns += 1) await worker.turn(await start());
    expect(reads).toHaveLength(2);
  });

  it('a turn that goes on lets its steps come to their end, and begins none; what it was sent waits', async () => {
    const ends: (() => void)[] = [];
    const two = workflow('two', function* () {
      yield* step('first', () => new Promise<void>((resolve) => void ends.push(resolve)));
      yield* step('second', () => new Promise<void>((resolve) => void ends.push(resolve)));
      return yield* note.receive();
    });
    const cloud = new SmallCloud([two]);
    const worker = cloud.worker();
    const run = await cloud.client.start(two);
    const turn = worker.turn(run.id);
    await settle();
    await cloud.client.workflows.pause('two');
    for (let times = 0; times < 6; times += 1) {
      cloud.pass(1_000);
      await settle();
    }
    await run.signal(note, 'a');
    ends[0]!();
    await settle();
    cloud.pass(1_000);
    await settle();
    expect(await turn).toMatchObject({ kind: 'suspended', dueAtMs: 0 });
    expect(ends).toHaveLength(1);
    const kinds = (await cloud.entries(run.id)).map(({ kind }) => kind);
    expect(kinds).toEqual(['started', 'step', 'step-completed', 'step']);
    expect(await worker.turn(run.id)).toEqual({ kind: 'skipped', reason: 'workflow-paused' });

    await cloud.client.workflows.resume('two');
    expect(await worker.sweep()).toMatchObject({ putBack: 1 });
    cloud.pass(5_000);
    const next = worker.turn(run.id);
    await settle();
    ends[1]!();
    await settle();
    expect(await next).toMatchObject({ kind: 'ended', status: 'completed' });
    expect(await run.result()).toBe('a');
  });

  it('a table that does not answer the question for the list keeps a turn that goes on from nothing', async () => {
    const cloud = new SmallCloud([ping]);
    let fails = false;
    const worker = cloud.worker({
      workflowListMaxAgeMs: 0,
      around: (call, go) => {
        if (call.operation === 'readWorkflowList' && fails) throw new Error('no answer');
        if (call.operation === 'take') fails = true;
        return go();
      },
    });
    const { id } = await cloud.client.start(ping, 'x');
    expect(await worker.turn(id)).toMatchObject({ kind: 'ended' });
    await expect(worker.turn((await cloud.client.start(ping, 'y')).id)).rejects.toThrow('no answer');
  });
});

describe('the sweeper', () => {
  it('holds due runs of a paused workflow without a wake, and goes round over none of them', async () => {
    const cloud = new SmallCloud([ping]);
    const worker = cloud.worker();
    for (let index = 0; index < 30; index += 1) await cloud.client.start(ping, String(index), { id: `p${index}` });
    cloud.wakes.clear();
    await cloud.client.workflows.pause('ping');
    expect(await worker.sweep()).toMatchObject({ held: 30, woken: 0 });
    cloud.pass(MINUTE_MS);
    expect(await worker.sweep()).toMatchObject({ held: 0, woken: 0, putBack: 0 });
    expect(cloud.wakes.nextAtMs()).toBeUndefined();
  });

  it('puts thousands back in as many sweeps as it takes, each within its time, and wakes each once', async () => {
    const cloud = new SmallCloud([ping]);
    const calls: string[] = [];
    const worker = cloud.worker({
      around: async (call, go) => {
        calls.push(call.operation);
        if (call.operation === 'putRunBack') cloud.clock.moveTo(cloud.clock.nowMs() + 1);
        return go();
      },
    });
    const nowMs = cloud.clock.nowMs();
    for (let index = 0; index < 2_000; index += 1) {
      const input = { kind: 'inline', value: null } as const;
      const times = { createdAtMs: nowMs, dueAtMs: 0 };
      await cloud.table.createRun({ runId: `p${index}`, workflow: 'ping', input, inputDigest: 'd', ...times });
      await cloud.table.holdRun(`p${index}`, { workflow: 'ping', nowMs, dueByMs: nowMs });
    }
    await cloud.client.workflows.pause('ping');
    await cloud.client.workflows.resume('ping');
    let putBack = 0;
    let sweeps = 0;
    for (let isCut = true; isCut; sweeps += 1) {
      calls.length = 0;
      const swept = await worker.sweep({ endsByMs: cloud.clock.nowMs() + 2_000 });
      // A run that is put back is written once, and not read.
      expect(calls.filter((call) => call === 'putRunBack')).toHaveLength(swept.putBack);
      putBack += swept.putBack;
      isCut = swept.putBack > 0;
    }
    expect(putBack).toBe(2_000);
    expect(sweeps).toBeGreaterThan(1);
    const held: string[] = [];
    for await (const page of cloud.table.listHeld('ping')) held.push(...page);
    expect(held).toEqual([]);
  });

  it('shortens a long list by workflows that were resumed a day ago and have no held runs', async () => {
    const cloud = new SmallCloud([ping]);
    const worker = cloud.worker();
    const dayAgoMs = cloud.clock.nowMs() - 86_400_000;
    const names = Array.from({ length: 60 }, (_, index) => `w${index}`);
    const workflows = names.map((workflow, index) =>
      index < 20 ? { workflow, pausedAtMs: 1 } : { workflow, resumedAtMs: index < 40 ? dayAgoMs + 1 : dayAgoMs },
    );
    await cloud.table.changeWorkflowList({ version: 1, workflows });
    const input = { kind: 'inline', value: null } as const;
    const times = { createdAtMs: 1, dueAtMs: 0 };
    await cloud.table.createRun({ runId: 'r', workflow: 'w59', input, inputDigest: 'd', ...times });
    await cloud.table.holdRun('r', { workflow: 'w59', nowMs: 1, dueByMs: 1 });
    await worker.sweep();
    const left = (await cloud.table.readWorkflowList()).workflows.map(({ workflow }) => workflow);
    expect(left).toEqual([...names.slice(0, 40), 'w59']);
    await worker.sweep();
    expect((await cloud.table.readWorkflowList()).version).toBe(2); // 41 are not many
  });
});
