// A run that is paused: what is under way comes to its end, nothing new begins, and what came meanwhile reaches it at the resume.
import { describe, expect, it } from 'vitest';
import { isCancelled, query, signal, sleep, step, timeout, update, workflow } from 'lull';
import { createTestEngine } from 'lull/testing';
import { promisesToGoOn, SmallCloud } from './small-cloud.ts';

const note = signal<string>('note');

async function settle(): Promise<void> {
  for (let times = 0; times < 40; times += 1) await promisesToGoOn();
}

/** Two steps, one after the other, whose bodies take as long as the test wants. */
function twoSteps() {
  const ends: ((value: string) => void)[] = [];
  const failures: ((error: Error) => void)[] = [];
  const begun: string[] = [];
  const held = (name: string): Promise<string> => {
    begun.push(name);
    return new Promise((resolve, reject) => {
      ends.push(resolve);
      failures.push(reject);
    });
  };
  const two = workflow('two', function* () {
    const first = yield* step('first', () => held('first'));
    const second = yield* step('second', () => held('second'));
    return `${first} ${second}`;
  });
  return { two, begun, end: (value: string) => ends.shift()!(value), fail: () => failures.shift()!(new Error('no')) };
}

/** A run of it, in a turn. */
async function inFirstStep() {
  const { two, ...steps } = twoSteps();
  const cloud = new SmallCloud([two]);
  const run = await cloud.client.start(two);
  const turn = cloud.worker().turn(run.id);
  await settle();
  return { ...steps, cloud, run, turn };
}

describe('a turn that is going on when the pause comes', () => {
  it('records the step that is under way, and begins no other one until the resume', async () => {
    const { begun, end, cloud, run, turn } = await inFirstStep();
    await run.pause();
    expect(await run.describe()).toMatchObject({ status: 'paused', pausedAt: new Date(cloud.clock.nowMs()) });
    cloud.pass(1_000); // a run that is in a turn hears of it within a second
    end('a');
    await settle();
    cloud.pass(1_000);
    expect(await turn).toEqual({ kind: 'suspended', dueAtMs: 0 });
    expect(begun).toEqual(['first']);
    const kinds = (await cloud.entries(run.id)).map(({ kind }) => kind);
    expect(kinds).toEqual(['started', 'step', 'step-completed', 'step']);
    expect(await cloud.worker().turn(run.id)).toEqual({ kind: 'skipped', reason: 'paused' });
    expect(await cloud.worker().sweep()).toMatchObject({ woken: 0 });

    await run.resume();
    expect(cloud.wakes.takeDue(cloud.clock.nowMs())).toContainEqual(expect.objectContaining({ runId: run.id }));
    const next = cloud.worker().turn(run.id);
    await settle();
    end('b');
    await settle();
    cloud.pass(1_000);
    expect(await next).toEqual({ kind: 'ended', status: 'completed' });
    expect(await run.result()).toBe('a b');
    expect(begun).toEqual(['first', 'second']);
  });

  it('goes on if the run is resumed before it has let go', async () => {
    const { begun, end, cloud, run, turn } = await inFirstStep();
    await run.pause();
    await run.resume();
    end('a');
    await settle();
    cloud.pass(1_000);
    await settle();
    expect(begun).toEqual(['first', 'second']);
    end('b');
    await settle();
    cloud.pass(1_000);
    expect(await turn).toEqual({ kind: 'ended', status: 'completed' });
  });

  it('begins no further attempt of a step that fails', async () => {
    const { begun, fail, cloud, run, turn } = await inFirstStep();
    await run.pause();
    fail();
    await settle();
    cloud.pass(2_000);
    expect(await turn).toMatchObject({ kind: 'suspended' });
    cloud.pass(3_600_000);
    expect(begun).toEqual(['first']);
    await run.resume();
    void cloud.worker().turn(run.id);
    await settle();
    expect(begun).toEqual(['first', 'first']);
  });

  it('ends the run if the step that is under way was the last thing to do', async () => {
    const { end, cloud, run, turn } = await inFirstStep();
    end('a');
    await settle();
    await run.pause();
    await run.signal('note', 'too late to be read');
    end('b');
    await settle();
    cloud.pass(1_000);
    expect(await turn).toEqual({ kind: 'ended', status: 'completed' });
    expect(await cloud.run(run.id)).not.toHaveProperty('pausedAtMs');
    expect((await cloud.entries(run.id)).at(-1)).toMatchObject({ kind: 'signal-received', unread: true });
  });

  it('is not taken over while the run is paused, if its worker is lost: at the resume it is', async () => {
    const { two, begun } = twoSteps();
    const cloud = new SmallCloud([two]);
    const run = await cloud.client.start(two);
    void cloud
      .worker({ around: (call, go) => (call.operation === 'renew' ? new Promise(() => undefined) : go()) })
      .turn(run.id);
    await settle();
    await run.pause();
    cloud.clock.moveTo(cloud.clock.nowMs() + 120_000);
    expect(await cloud.worker().sweep()).toMatchObject({ woken: 0, leased: 0 });
    await run.resume();
    expect(await cloud.worker().sweep()).toMatchObject({ woken: 1 });
    void cloud.worker().turn(run.id);
    await settle();
    expect(begun).toEqual(['first', 'first']);
    expect((await cloud.entries(run.id)).map(({ kind }) => kind)).toContain('taken-over');
  });
});

describe('what comes while a run is paused', () => {
  const talk = workflow('talk', function* () {
    const heard: string[] = [];
    query<string[]>('heard').handle(() => heard);
    update<string, string>('say').handle({
      *run(text) {
        heard.push(text);
        return yield* step('answer', () => `heard ${text}`);
      },
    });
    for (let n = 0; n < 3; n += 1) heard.push(yield* note.receive());
    return heard;
  });

  it('signals and updates wait in their order; queries are answered', async () => {
    const engine = createTestEngine({ workflows: [talk] });
    const run = await engine.start(talk);
    await run.signal(note, 'a');
    await engine.settle();
    await run.pause();
    await run.signal(note, 'b');
    await expect(run.update('say', 'u', { timeout: '1 minute' })).rejects.toThrow('no answer within');
    await run.signal(note, 'c');
    await engine.advance('1 day');
    expect(await run.query('heard')).toEqual(['a']);
    expect(await engine.client.count({ workflow: 'talk', status: 'paused' })).toBe(1);
    await run.resume();
    expect(await run.result()).toEqual(['a', 'b', 'u', 'c']);
  });

  it('a timer that is due fires at the resume, and no sooner', async () => {
    const nap = workflow('nap', function* () {
      yield* sleep('1 hour');
      return 'rested';
    });
    const engine = createTestEngine({ workflows: [nap] });
    const run = await engine.start(nap);
    await engine.settle();
    await run.pause();
    await engine.advance('1 day');
    const description = await run.describe({ tasks: true });
    expect(description).toMatchObject({ status: 'paused' });
    expect(description).not.toHaveProperty('dueAt');
    await run.resume();
    await engine.settle();
    expect(await run.describe()).toMatchObject({ status: 'completed', result: 'rested' });
  });

  it('a timer that is not due yet fires in its time, after the resume', async () => {
    const nap = workflow('nap', function* () {
      yield* sleep('1 day');
    });
    const engine = createTestEngine({ workflows: [nap] });
    const run = await engine.start(nap);
    await engine.settle();
    await run.pause();
    await engine.advance('1 hour');
    await run.resume();
    await engine.advance('22 hours');
    expect(await run.describe()).toMatchObject({ status: 'suspended' });
    await engine.advance('1 hour');
    expect(await run.describe()).toMatchObject({ status: 'completed' });
  });

  it("the run's timeout goes on, and stops its code at the resume", async () => {
    let cleaned = 0;
    const slow = workflow('slow', { timeout: '1 hour' }, function* () {
      try {
        yield* note.receive();
      } catch (error) {
        if (isCancelled(error)) cleaned += 1;
        throw error;
      }
    });
    const engine = createTestEngine({ workflows: [slow] });
    const run = await engine.start(slow);
    await engine.settle();
    await run.pause();
    await engine.advance('1 day');
    expect(await run.describe()).toMatchObject({ status: 'paused' });
    expect(cleaned).toBe(0);
    await run.resume();
    await expect(run.result()).rejects.toThrow();
    expect(cleaned).toBeGreaterThan(0);
  });

  it('a signal that a timeout waits for too comes first, if it came first', async () => {
    const soon = workflow('soon', function* () {
      return yield* timeout('1 hour', note.receive());
    });
    const engine = createTestEngine({ workflows: [soon] });
    const run = await engine.start(soon);
    await engine.settle();
    await run.pause();
    await run.signal(note, 'in time');
    await engine.advance('1 day');
    await run.resume();
    expect(await run.result()).toBe('in time');
  });

  it('a request to cancel ends the pause, and so does one to terminate', async () => {
    const waiting = workflow('waiting', function* () {
      try {
        yield* note.receive();
      } finally {
        yield* step('clean up', () => undefined);
      }
    });
    const engine = createTestEngine({ workflows: [waiting] });
    const [cancelled, terminated] = [await engine.start(waiting), await engine.start(waiting)];
    await engine.settle();
    for (const run of [cancelled, terminated]) await run.pause();
    await engine.settle();
    await cancelled.cancel('enough');
    await terminated.terminate('enough');
    await engine.settle();
    expect(await cancelled.describe()).toMatchObject({ status: 'cancelled', reason: 'enough' });
    expect(await terminated.describe()).toMatchObject({ status: 'terminated', reason: 'enough' });
    expect(engine.calls('clean up')).toHaveLength(1);
  });

  it('a pause does not hold a request to stop that the run has not heard of', async () => {
    const cloud = new SmallCloud([talk]);
    for (const stop of ['cancel', 'terminate'] as const) {
      const run = await cloud.client.start(talk);
      await run[stop]('enough');
      await run.pause();
      expect((await run.describe()).status).toBe('pending');
      expect(await cloud.worker().turn(run.id)).toEqual({ kind: 'ended', status: `${stop}led`.replace('eled', 'ed') });
    }
  });

  it('no more signals are accepted than an inbox has room for', async () => {
    const engine = createTestEngine({ workflows: [talk] });
    const run = await engine.start(talk);
    await engine.settle();
    await run.pause();
    for (let n = 0; n < 100; n += 1) await run.signal(note, `${n}`);
    await expect(run.signal(note, 'one more')).rejects.toMatchObject({ code: 'INBOX_FULL' });
    await run.terminate();
    await engine.settle();
    expect(await run.describe()).toMatchObject({ status: 'terminated' });
  });
});
