// What a turn does for each step does not grow with the number of steps, tasks and records that there are.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createTask, Event, gather, sleep, step, type StepContext, taskGroup, workflow } from 'lull';
import { createTestEngine } from 'lull/testing';
import { StepsToBegin } from '../../lib/engine/steps-to-begin.ts';
import type { LiveRun, Pending, PendingStep } from '../../lib/scheduler/live-run.ts';
import { promisesToGoOn, SmallCloud } from './small-cloud.ts';

/** So many steps that wait to begin, and how often somebody looked for one of them. */
function waiting(count: number): { steps: StepsToBegin; pending: Map<number, Pending>; looks: () => number } {
  let looks = 0;
  class Counted extends Map<number, Pending> {
    override get(id: number): Pending | undefined {
      looks += 1;
      return super.get(id);
    }
  }
  const pending = new Counted();
  const steps = new StepsToBegin({ pending } as unknown as LiveRun);
  for (let id = 1; id <= count; id += 1) {
    pending.set(id, stepOf(id));
    steps.add(stepOf(id));
  }
  return { steps, pending, looks: () => looks };
}

function stepOf(id: number, retryAtMs = 0): PendingStep {
  return { kind: 'step', id, retryAtMs } as unknown as PendingStep;
}

function idsOf(steps: Iterable<PendingStep>, most = Infinity): number[] {
  const ids: number[] = [];
  for (const { id } of steps) {
    if (ids.length === most) break;
    ids.push(id);
  }
  return ids;
}

describe('the steps that wait to begin', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('are not gone through at each look: as many as begin, and one', () => {
    const { steps, looks } = waiting(10_000);
    expect(idsOf(steps.due(0), 3)).toEqual([1, 2, 3]);
    expect(steps.nextAtMs()).toBe(0);
    expect(looks()).toBeLessThan(10);
  });

  it('come in the order in which they became ready, those that are to be tried again at their time', () => {
    const { steps, pending } = waiting(2);
    const [late, early] = [stepOf(3, 500), stepOf(4, 300)];
    for (const each of [late, early]) pending.set(each.id, each);
    steps.add(late);
    steps.add(early);
    expect(idsOf(steps.due(299))).toEqual([1, 2]);
    for (const id of [1, 2]) steps.delete(id);
    expect(steps.nextAtMs()).toBe(300);
    expect(idsOf(steps.due(300))).toEqual([4]);
    expect(idsOf(steps.due(500))).toEqual([4, 3]);
    expect(steps.nextAtMs()).toBe(300);
  });

  it('come once, also if they were tried while others before them still wait', () => {
    const { steps, pending } = waiting(3);
    steps.delete(2);
    const again = stepOf(2, 100);
    pending.set(2, again);
    steps.add(again);
    expect(idsOf(steps.due(100))).toEqual([1, 3, 2]);
  });

  it.each([1_000, 4_000])('are looked at in a run as often as there are: %d that end one by one', async (count) => {
    let looks = 0;
    const due = StepsToBegin.prototype.due;
    vi.spyOn(StepsToBegin.prototype, 'due').mockImplementation(function* (this: StepsToBegin, nowMs) {
      for (const one of due.call(this, nowMs)) {
        looks += 1;
        yield one;
      }
    });
    const many = workflow('many', function* () {
      return yield* gather(Array.from({ length: count }, (_, index) => step('one', () => index)));
    });
    const engine = createTestEngine({ workflows: [many], settings: { maxStepsInFlight: 10 } });
    expect(await engine.run(many)).toHaveLength(count);
    expect(looks).toBeLessThan(count * 30);
  });

  it('are forgotten when they are withdrawn', () => {
    const { steps, pending } = waiting(3);
    pending.set(4, stepOf(4, 100));
    steps.add(stepOf(4, 100));
    for (const id of [1, 2, 3]) pending.delete(id);
    expect(steps.nextAtMs()).toBe(100);
    expect(idsOf(steps.due(0))).toEqual([]);
    pending.delete(4);
    expect(steps.nextAtMs()).toBeUndefined();
    expect(idsOf(steps.due(1_000))).toEqual([]);
  });
});

describe('a turn with many steps', () => {
  it('sets a timer now and then, and not one for each wait', async () => {
    const flow = workflow('flow', function* () {
      for (let index = 0; index < 300; index += 1) yield* step('one', () => promisesToGoOn());
    });
    const cloud = new SmallCloud([flow]);
    const run = await cloud.client.start(flow);
    let timers = 0;
    const { clock } = cloud;
    const counted = {
      nowMs: () => clock.nowMs(),
      callAt: (atMs: number, callback: () => void) => {
        timers += 1;
        return clock.callAt(atMs, callback);
      },
    };
    await cloud.worker({ clock: counted }).turn(run.id);
    expect((await cloud.run(run.id)).status).toBe('completed');
    expect(timers).toBeLessThan(5); // of the lease, and of the first wait
  });

  it('leaves no timer behind when it ends', async () => {
    const flow = workflow('flow', function* () {
      yield* step('one', () => promisesToGoOn());
    });
    const cloud = new SmallCloud([flow]);
    const run = await cloud.client.start(flow);
    await cloud.worker().turn(run.id);
    expect(cloud.clock.nextAtMs()).toBeUndefined();
  });

  it('has 115,000 tasks alive, that wait, are woken, and are cancelled', async () => {
    const count = 115_000;
    const many = <T>(make: () => T): T[] => Array.from({ length: count }, make);
    const flow = workflow('flow', function* () {
      const go = new Event();
      const tasks = many(() => createTask(go.wait()));
      yield* step('meanwhile', () => 1);
      go.set();
      yield* gather(tasks);
      try {
        yield* taskGroup(function* (group) {
          for (let index = 0; index < count; index += 1) group.createTask(go.wait());
          yield* sleep('1 day');
        });
      } finally {
        yield* step('at the end', () => 2);
      }
    });
    const cloud = new SmallCloud([flow]);
    const run = await cloud.client.start(flow);
    const worker = cloud.worker({
      maxTasks: 1_000_000,
      maxPendingCommands: 1_000_000,
      maxCallbacksPerEvent: 10_000_000,
    });
    await worker.turn(run.id);
    await run.cancel('enough');
    await worker.turn(run.id);
    expect((await cloud.run(run.id)).status).toBe('cancelled');
  }, 120_000);
});

describe("the signal of a step's body", () => {
  const late = async (ask: (context: StepContext) => AbortSignal): Promise<AbortSignal> => {
    let context: StepContext | undefined;
    const flow = workflow('flow', function* () {
      yield* step('one', { timeout: '10s', retry: false }, (given) => {
        context = given;
        return new Promise(() => undefined);
      });
    });
    const cloud = new SmallCloud([flow]);
    const run = await cloud.client.start(flow);
    const turn = cloud.worker().turn(run.id);
    for (let times = 0; times < 40; times += 1) await promisesToGoOn();
    cloud.pass(10_000);
    await turn;
    return ask(context as StepContext);
  };

  it('is aborted also for who asks late', async () => {
    const signal = await late((context) => context.signal);
    expect(signal.aborted).toBe(true);
    expect((signal.reason as Error).message).toMatch(/took longer than its timeout/);
  });

  it('is one and the same', async () => {
    let isSame = false;
    const flow = workflow('flow', function* () {
      yield* step('one', (context) => {
        isSame = context.signal === context.signal && !context.signal.aborted;
      });
    });
    const cloud = new SmallCloud([flow]);
    const run = await cloud.client.start(flow);
    await cloud.worker().turn(run.id);
    expect(isSame).toBe(true);
  });
});
