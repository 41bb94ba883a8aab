import {
  CancelledError,
  type Coroutine,
  createTask,
  defineStep,
  gather,
  log,
  NonRetryableError,
  saga,
  signal,
  sleep,
  step,
  stepContext,
  StepFailedError,
  waitUntil,
  workflow,
} from 'lull';
import { RunCancelledError, RunFailedError, RunTerminatedError } from 'lull/client';
import { crashEverywhere, createTestEngine, type TestEngine } from 'lull/testing';
import { describe, expect, it } from 'vitest';
import { SmallCloud } from './small-cloud.ts';

const go = signal<string>('go');

/** What happened outside, in order; a step that runs again under one key is there once. */
class World {
  readonly log: string[] = [];
  readonly #keys = new Set<string>();

  note(what: string): void {
    const key = `${stepContext().idempotencyKey} ${what}`;
    if (this.#keys.has(key)) return;
    this.#keys.add(key);
    this.log.push(what);
  }
}

let world = new World();

const refund = defineStep('refund', (id: string) => world.note(`refunded ${id}`));

const charge = defineStep('charge', { undo: (id: string) => refund(id) }, (id: string) => {
  world.note(`charged ${id}`);
  return id;
});

function* reserve(item: string): Coroutine<string> {
  return yield* step('reserve', { undo: async (it: string) => world.note(`released ${it}`) }, () => {
    world.note(`reserved ${item}`);
    return item;
  });
}

function* book(item: string): Coroutine<string> {
  const undo = function* (it: string): Coroutine<void> {
    yield* sleep('1h');
    yield* step('unbook', () => world.note(`unbooked ${it}`));
  };
  return yield* step('book', { undo }, () => {
    world.note(`booked ${item}`);
    return item;
  });
}

const failing = workflow('failing', function* () {
  try {
    yield* charge('c1');
    yield* gather([reserve('r1'), book('b1')]);
    yield* saga(function* (order) {
      order.onFailure(() => step('saga', () => world.note('saga undone')));
      yield* step('print', { retry: false, undo: () => world.note('never') }, () => {
        throw new Error('no paper');
      });
    });
  } finally {
    yield* step('finally', () => world.note('finally'));
  }
});

const UNDONE = ['saga undone', 'finally', 'unbooked b1', 'released r1', 'refunded c1'];
const ALL = ['charged c1', 'reserved r1', 'booked b1', ...UNDONE];

const waiting = workflow('waiting', function* () {
  yield* charge('c1');
  createTask(book('b1'));
  try {
    yield* go.receive();
  } finally {
    yield* step('finally', () => world.note('finally'));
  }
});

function newEngine(workflows: Parameters<typeof createTestEngine>[0]['workflows']): TestEngine {
  world = new World();
  return createTestEngine({ workflows });
}

async function historyOf(run: Awaited<ReturnType<TestEngine['start']>>): Promise<string[]> {
  const shown: string[] = [];
  for await (const { kind, name } of run.history()) if (kind === 'step') shown.push(String(name));
  return shown;
}

describe('the undo of a step', () => {
  it('runs when the run fails: the last first, after finally and sagas, and only of steps that completed', async () => {
    const engine = newEngine([failing]);
    const run = await engine.start(failing, undefined);
    const error = await run.result().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RunFailedError);
    expect((error as RunFailedError).cause).toBeInstanceOf(StepFailedError);
    expect((error as RunFailedError).undoErrors).toEqual([]);
    expect(world.log).toEqual(ALL);
    expect(await historyOf(run)).toEqual(
      ['charge', 'reserve', 'book', 'print', 'saga', 'finally'].concat(
        ...[['undo book', 'unbook'], ['undo reserve'], ['undo charge', 'refund']],
      ),
    );
  });

  it('does not run when the run completes', async () => {
    const fine = workflow('fine', function* () {
      return yield* charge('c1');
    });
    const engine = newEngine([fine]);
    expect(await engine.run(fine, undefined)).toBe('c1');
    expect(world.log).toEqual(['charged c1']);
  });

  it('runs when the run is cancelled, and is not interrupted by a second request, a terminate with undo, or a deadline', async () => {
    const engine = newEngine([waiting]);
    const run = await engine.start(waiting, undefined, { timeout: '2h' });
    await engine.advance('1h 30m');
    await run.cancel('changed my mind');
    await engine.settle();
    await run.cancel('again');
    await run.terminate('now', { undo: true });
    await engine.advance('45m');
    const error = await run.result().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RunCancelledError);
    expect((error as RunCancelledError).reason).toBe('changed my mind');
    expect(world.log).toEqual(['charged c1', 'booked b1', 'finally', 'unbooked b1', 'refunded c1']);
  });

  it('runs when the time of the run is up', async () => {
    const engine = newEngine([waiting]);
    const run = await engine.start(waiting, undefined, { timeout: '2h' });
    await expect(run.result()).rejects.toMatchObject({ cause: { code: 'TIMEOUT' } });
    expect(world.log.slice(2)).toEqual(['finally', 'unbooked b1', 'refunded c1']);
  });

  it('runs when the run is terminated with undo, and none of its other code does', async () => {
    const engine = newEngine([waiting]);
    const run = await engine.start(waiting, undefined);
    await engine.settle();
    await run.terminate('enough', { undo: true });
    const error = await run.result().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RunTerminatedError);
    expect((error as RunTerminatedError).reason).toBe('enough');
    expect(world.log.slice(2)).toEqual(['unbooked b1', 'refunded c1']);
    const events = [];
    for await (const event of run.history()) events.push(event);
    expect(events.find(({ kind }) => kind === 'terminate-requested')).toMatchObject({ reason: 'enough', undo: true });
  });

  it('does not run when the run is terminated without it, also in the middle of the undos', async () => {
    const engine = newEngine([waiting]);
    const plain = await engine.start(waiting, undefined);
    await engine.settle();
    await plain.terminate();
    await expect(plain.result()).rejects.toBeInstanceOf(RunTerminatedError);
    expect(world.log).toEqual(['charged c1', 'booked b1']);

    const run = await engine.start(waiting, undefined);
    await engine.settle();
    await run.cancel();
    await engine.settle(); // the undo of book sleeps
    await run.terminate('at once');
    await expect(run.result()).rejects.toMatchObject({ reason: 'at once' });
    expect(world.log.slice(4)).toEqual(['finally']);
  });

  it('a request with undo to a run without undos ends it at once', async () => {
    const idle = workflow('idle', function* () {
      try {
        yield* sleep('365 days');
      } finally {
        log.error('not to be run');
      }
    });
    const engine = newEngine([idle]);
    const run = await engine.start(idle, undefined);
    await engine.settle();
    await run.terminate('', { undo: true });
    await engine.settle();
    expect(await run.describe()).toMatchObject({ status: 'terminated', reason: '' });
  });

  it('tasks that a termination left behind never go on, whatever an undo sets', async () => {
    const left = workflow('left', function* () {
      let isUndone = false;
      createTask(
        (function* () {
          yield* waitUntil(() => isUndone);
          yield* step('late', () => world.note('late'));
        })(),
      );
      const undo = function* (): Coroutine<void> {
        isUndone = true;
        yield* sleep(1);
        yield* waitUntil(() => isUndone);
      };
      yield* step('first', { undo }, () => 1);
      yield* sleep('1 day');
    });
    const engine = newEngine([left]);
    const run = await engine.start(left, undefined);
    await engine.settle();
    await run.terminate('', { undo: true });
    await expect(run.result()).rejects.toBeInstanceOf(RunTerminatedError);
    expect(world.log).toEqual([]);
  });

  it('one that fails for good stops no other, and the error of the run lists it', async () => {
    const stubborn = workflow('stubborn', function* (how: 'fail' | 'wait') {
      yield* charge('c1');
      const undo = (): Promise<void> => Promise.reject(new NonRetryableError('gone'));
      yield* step('a', { undo }, () => 'a');
      yield* step('b', { retry: { maxAttempts: 2 }, undo: () => Promise.reject(new Error('busy')) }, () => 'b');
      yield* step(
        'c',
        {
          *undo() {
            yield* sleep(1);
            throw new Error('in the run');
          },
        },
        () => 'c',
      );
      if (how === 'fail') throw new Error('out of stock');
      yield* go.receive();
    });
    const engine = newEngine([stubborn]);
    const failed = await engine.run(stubborn, 'fail').catch((error: unknown) => error);
    const shown = [
      { message: 'in the run' },
      { step: 'undo b', attempts: 2, cause: { message: 'busy' } },
      { step: 'undo a', attempts: 1, cause: { message: 'gone' } },
    ];
    expect(failed).toMatchObject({ message: 'out of stock', undoErrors: shown });
    expect(world.log).toEqual(['charged c1', 'refunded c1']);

    for (const stop of ['cancel', 'terminate'] as const) {
      const run = await engine.start(stubborn, 'wait');
      await engine.settle();
      if (stop === 'cancel') await run.cancel('no');
      else await run.terminate('no', { undo: true });
      await expect(run.result()).rejects.toMatchObject({ reason: 'no', undoErrors: shown });
      expect(await run.describe()).toMatchObject({ reason: 'no', undoErrors: shown });
    }
  });

  it('keeps the error of the run what it was, also where nothing can be added to it', async () => {
    const frozen = Object.freeze(new CancelledError('frozen'));
    const odd = workflow('odd', function* () {
      yield* step('a', { retry: false, undo: () => Promise.reject(new Error('busy')) }, () => 1);
      const error = new RangeError('frozen');
      Object.freeze(error);
      throw error;
    });
    const engine = newEngine([odd]);
    const error = await engine.run(odd, undefined).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ message: 'frozen', undoErrors: [{ step: 'undo a' }] });
    expect(error).toMatchObject({ cause: { name: 'RangeError' } });
    expect(frozen.message).toBe('frozen');
  });

  it('gets a copy of the result, with the retries, limits and key of its step, and a context of its own', async () => {
    const contexts: unknown[] = [];
    const copy = workflow('copy', { steps: { retry: { maxAttempts: 3 } } }, function* () {
      const undo = (list: number[]): void => {
        const { stepId, attempt, idempotencyKey } = stepContext();
        contexts.push([stepId, attempt, list, idempotencyKey.length]);
        if (attempt < 3) throw new Error('busy');
      };
      const list = yield* step('list', { undo, atMostOnce: true }, () => [1]);
      list.push(2);
      throw new Error('no');
    });
    const engine = newEngine([copy]);
    await expect(engine.run(copy, undefined)).rejects.toThrow('no');
    expect(contexts).toEqual([1, 2, 3].map((attempt) => ['undo list#2', attempt, [1], 36]));
  });

  it('can be mocked, by the name of its step', async () => {
    const engine = newEngine([failing]);
    engine.mockStep('undo reserve', (item: string) => world.log.push(`mocked ${item}`));
    await expect(engine.run(failing, undefined)).rejects.toThrow('no paper');
    expect(world.log).toContain('mocked r1');
    expect(engine.calls('undo reserve')).toHaveLength(1);
  });

  it('runs when the result cannot be stored, and when the code never comes to rest', async () => {
    const unstorable = workflow('unstorable', function* () {
      yield* charge('c1');
      return () => 1;
    });
    const endless = workflow('endless', function* () {
      yield* charge('c2');
      for (;;) yield* sleep(0);
    });
    const engine = newEngine([unstorable, endless]);
    await expect(engine.run(unstorable, undefined)).rejects.toMatchObject({ code: 'UNSERIALIZABLE_VALUE' });
    await expect(engine.run(endless, undefined)).rejects.toMatchObject({ code: 'ENDLESS_LOOP' });
    expect(world.log).toEqual(['charged c1', 'refunded c1', 'charged c2', 'refunded c2']);
  });

  it('an undo that never comes to rest fails, and the run has its own error', async () => {
    const spinning = workflow('spinning', function* () {
      const undo = function* (): Coroutine<void> {
        for (;;) yield* sleep(0);
      };
      yield* step('a', { undo }, () => 1);
      throw new Error('no');
    });
    const engine = newEngine([spinning]);
    const error = await engine.run(spinning, undefined).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ message: 'no', undoErrors: [{ code: 'ENDLESS_LOOP' }] });
  });

  it('waits for code that can follow where a run is blocked', async () => {
    const cloud = new SmallCloud([waiting]);
    world = new World();
    const run = await cloud.client.start(waiting, undefined, { id: 'w' });
    await cloud.worker().turn('w');
    await run.terminate('back', { undo: true });
    const other = workflow('waiting', function* () {
      yield* sleep('1h');
    });
    expect(await cloud.worker({ workflows: [other] }).turn('w')).toMatchObject({ kind: 'blocked' });
    expect(world.log).toEqual(['charged c1', 'booked b1']);
    cloud.pass(600_000);
    await cloud.worker().turn('w');
    cloud.pass(3_600_000);
    expect(await cloud.worker().turn('w')).toEqual({ kind: 'ended', status: 'terminated' });
    expect(world.log.slice(2)).toEqual(['unbooked b1', 'refunded c1']);
  });

  it.each<[string, () => unknown, string]>([
    ['a value', () => step('a', { undo: 'refund' as never }, () => 1), 'the undo of step "a" is "refund"'],
    ['defaults', () => workflow('w', { steps: { undo: () => undefined } as never }, failing), 'have an undo'],
  ])('is refused as %s', async (_what, call, message) => {
    const careless = workflow('careless', function* () {
      yield* sleep(1);
      expect(call).toThrow(message);
      return 'refused';
    });
    expect(await newEngine([careless]).run(careless, undefined)).toBe('refused');
  });

  it.each<[string, (engine: TestEngine) => Promise<void>]>([
    [
      'fails',
      async (engine) => {
        const run = await engine.start(failing, undefined, { id: 'f' });
        await run.result().catch(() => undefined);
      },
    ],
    [
      'is terminated with undo',
      async (engine) => {
        const run = await engine.start(waiting, undefined, { id: 'w' });
        await engine.settle();
        await run.terminate('no', { undo: true });
        await run.result().catch(() => undefined);
      },
    ],
  ])('comes to the same whichever worker dies where, in a run that %s', async (_how, scenario) => {
    await crashEverywhere({
      workflows: [failing, waiting],
      scenario: async (engine) => {
        world = new World();
        await scenario(engine);
        const undone = world.log.filter((line) => UNDONE.includes(line));
        expect(undone).toEqual(UNDONE.filter((line) => undone.includes(line)));
        expect(undone.at(-1)).toBe('refunded c1');
      },
    });
  });

  it('goes on in runs that are rebuilt at every await', async () => {
    world = new World();
    const engine = createTestEngine({ workflows: [failing], rebuildAtEveryAwait: true });
    await expect(engine.run(failing, undefined)).rejects.toThrow('no paper');
    expect(world.log).toEqual(ALL);
  });
});
