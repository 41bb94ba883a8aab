/** What the handler of a query may not do: each call that would change the run is refused, and the run does not notice. */
import {
  createTask,
  currentTask,
  deprecatePatch,
  Event,
  Future,
  gather,
  LullError,
  patched,
  query,
  Queue,
  random,
  signal,
  sleep,
  step,
  uuid,
  workflow,
  WorkflowCodeError,
} from 'lull';
import { createTestEngine, type TestEngine } from 'lull/testing';
import { describe, expect, it } from 'vitest';

const status = query<string>('status');
const paid = signal<number>('paid');

async function caught(promise: Promise<unknown>): Promise<LullError> {
  return promise.then(
    (value) => {
      throw new Error(`no error, but ${String(value)}`);
    },
    (error: unknown) => error as LullError,
  );
}

describe('a handler that does more than reading is refused', () => {
  const ask = query<unknown, string>('ask');
  const tempted = workflow('tempted', function* () {
    const queue = new Queue<number>();
    const event = new Event();
    const future = new Future<number>();
    const task = createTask(queue.get());
    const waiting = createTask(event.wait());
    const attempts: Record<string, () => unknown> = {
      step: () => step('charge', () => 1),
      sleep: () => sleep('1s'),
      receive: () => paid.receive(),
      receiveNowait: () => paid.receiveNowait(),
      createTask: () => createTask(sleep('1s')),
      gather: () => gather([]),
      putNowait: () => queue.putNowait(1),
      set: () => event.set(),
      setResult: () => future.setResult(1),
      cancel: () => task.cancel(),
      random: () => random(),
      uuid: () => uuid(),
      'Math.random': () => Math.random(),
      randomUUID: () => crypto.randomUUID(),
      patched: () => patched('new'),
      deprecatePatch: () => deprecatePatch('old'),
      currentTask: () => currentTask().name,
      handle: () => status.handle(() => 'x'),
      promise: () => Promise.reject(new Error('lost')),
      async: async () => 1,
      generator: () =>
        (function* () {
          yield* sleep('1s');
        })(),
      task: () => task,
      caught: () => {
        try {
          event.set();
        } catch {
          return 'as if nothing had happened';
        }
        return 'set';
      },
    };
    ask.handle((name) => attempts[name]?.());
    yield* sleep('1 day');
    const states = [queue.qsize(), event.isSet(), future.done(), task.done(), paid.pending()];
    task.cancel();
    waiting.cancel();
    return states;
  });

  const refused = [
    ...['step', 'sleep', 'receive', 'receiveNowait', 'createTask', 'gather', 'putNowait', 'set', 'setResult'],
    ...['cancel', 'random', 'uuid', 'Math.random', 'randomUUID', 'patched', 'deprecatePatch', 'handle'],
    ...['promise', 'async', 'generator', 'task', 'caught'],
  ];

  async function begin(): Promise<{ engine: TestEngine; ask: (name: string) => Promise<unknown>; end(): unknown }> {
    const engine = createTestEngine({ workflows: [tempted] });
    const run = await engine.start(tempted, undefined);
    await run.signal(paid, 1);
    return { engine, ask: (name) => run.query(ask, name), end: () => run.result() };
  }

  it.each(refused)('%s', async (name) => {
    const { ask } = await begin();
    const error = await caught(ask(name));
    expect(error).toBeInstanceOf(WorkflowCodeError);
    expect(error.code).toBe('READ_ONLY');
    expect(error.message).toContain('the handler of query "ask"');
  });

  it('and the run goes on as if it had not been asked', async () => {
    const { ask, end } = await begin();
    for (const name of refused) await caught(ask(name));
    expect(await end()).toEqual([0, false, false, false, 1]);
  });

  it('and outside of tasks there is no current task', async () => {
    const { ask } = await begin();
    expect((await caught(ask('currentTask'))).code).toBe('NOT_IN_A_RUN');
  });
});
