import { describe, expect, it } from 'vitest';
import { type Coroutine, gather, NondeterminismError, registerClass, signal, sleep, step, workflow } from 'lull';
import { createTestEngine, MemoryStore, type TestEngine } from 'lull/testing';
import type { OpenRunDescription, Run } from 'lull/client';
import { silent } from '../testing/silent.ts';

type Body = () => Coroutine<unknown>;

const note = signal<number>('note');

const versionOf = (body: Body) => workflow('order', body);

const original: Body = function* () {
  const reserved = yield* step('reserve', () => 'reserved');
  const charged = yield* step('charge', () => 'charged');
  yield* sleep('1 day');
  const noted = yield* note.receive();
  yield* step('ship', () => 'shipped');
  return [reserved, charged, noted];
};

/** A run of the original that sleeps, and then other code. */
async function deployed(body: Body): Promise<{ engine: TestEngine; run: Run<unknown>; store: MemoryStore }> {
  const store = new MemoryStore();
  const first = versionOf(original);
  const engine = createTestEngine({ workflows: [first], store, log: silent });
  const run = await engine.start(first);
  await engine.settle();
  await engine.deploy([versionOf(body)]);
  return { engine, run, store };
}

describe('I8: code that cannot follow its journal holds the run, with both sides shown', () => {
  const changes: Record<string, { body: Body; journal: string; code: string }> = {
    'two steps are swapped': {
      *body() {
        yield* step('charge', () => 1);
        yield* step('reserve', () => 1);
        yield* sleep('1 day');
      },
      journal: '#1 step "reserve"',
      code: 'asks for #1 step "charge"',
    },
    'a step is renamed': {
      *body() {
        yield* step('reserve', () => 1);
        yield* step('pay', () => 1);
        yield* sleep('1 day');
      },
      journal: '#2 step "charge"',
      code: 'asks for #2 step "pay"',
    },
    'a step is removed': {
      *body() {
        yield* step('charge', () => 1);
        yield* sleep('1 day');
      },
      journal: '#1 step "reserve"',
      code: 'asks for #1 step "charge"',
    },
    'the last step before the sleep is removed': {
      *body() {
        yield* step('reserve', () => 1);
        yield* sleep('1 day');
      },
      journal: '#2 step "charge"',
      code: 'asks for #2 sleep "sleep"',
    },
    'a step is added before recorded ones': {
      *body() {
        yield* step('check', () => 1);
        yield* original();
      },
      journal: '#1 step "reserve"',
      code: 'asks for #1 step "check"',
    },
    'a step is added beside a recorded one': {
      *body() {
        yield* gather([step('reserve', () => 1), step('audit', () => 1)]);
        yield* step('charge', () => 1);
        yield* sleep('1 day');
      },
      journal: 'step-completed of #1',
      code: 'asks for #2 step "audit"',
    },
    'it returns early, past what is recorded': {
      *body() {
        yield* step('reserve', () => 1);
        return 'early';
      },
      journal: '#2 step "charge"',
      code: 'has ended by then',
    },
    'it returns at once': {
      *body() {
        return 'at once';
      },
      journal: '#1 step "reserve"',
      code: 'has ended by then',
    },
    'it throws early': {
      *body() {
        yield* step('reserve', () => 1);
        throw new Error('changed my mind');
      },
      journal: '#2 step "charge"',
      code: 'has ended by then',
    },
    'a step became a timer': {
      *body() {
        yield* step('reserve', () => 1);
        yield* sleep('1h');
        yield* sleep('1 day');
      },
      journal: '#2 step "charge"',
      code: 'asks for #2 sleep "sleep"',
    },
    'a timer became a step of the same name': {
      *body() {
        yield* step('reserve', () => 1);
        yield* step('charge', () => 1);
        yield* step('sleep', () => 1);
      },
      journal: '#3 sleep "sleep"',
      code: 'asks for #3 step "sleep"',
    },
    'a timer became a signal': {
      *body() {
        yield* step('reserve', () => 1);
        yield* step('charge', () => 1);
        yield* note.receive();
      },
      journal: '#3 sleep "sleep"',
      code: 'asks for #3 receive "note"',
    },
    'it waits for nothing where it waited for a step': {
      *body() {
        yield* step('reserve', () => 1);
        yield* sleep(0);
        yield new Promise(() => {}) as never;
      },
      journal: '#2 step "charge"',
      code: 'has ended by then',
    },
  };

  it.each(Object.entries(changes))('when %s', async (_what, { body, journal, code }) => {
    const { engine, run, store } = await deployed(body);
    const before = await store.loadRecords(run.id, 0);
    const bodies = engine.calls('reserve').length + engine.calls('charge').length;

    const error = await run.result().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(NondeterminismError);
    expect((error as Error).message).toContain(`The journal says: ${journal}.`);
    expect((error as Error).message).toContain(`The code ${code}`);

    const described = await run.describe();
    expect(described.status).toBe('blocked');
    const { blocked } = described as OpenRunDescription;
    expect(blocked?.reason).toContain(`The journal says: ${journal}.`);
    expect(blocked).toMatchObject({ code: 'NONDETERMINISM', recorded: journal, version: 'unversioned+1' });
    expect(blocked?.requested).toContain(code);
    expect(await store.loadRecords(run.id, 0)).toEqual(before);
    expect(engine.calls('reserve').length + engine.calls('charge').length).toBe(bodies);
  });

  it('when no workflow of that name is there any more', async () => {
    const store = new MemoryStore();
    const first = versionOf(original);
    const engine = createTestEngine({ workflows: [first], store, log: silent });
    const run = await engine.start(first);
    await engine.settle();
    await engine.deploy([workflow('bill', original)]);
    await expect(run.result()).rejects.toThrow('there is no workflow "order"');
    await engine.deploy([first]);
    await run.signal(note, 1);
    expect(await run.result()).toEqual(['reserved', 'charged', 1]);
  });

  it('when what is recorded cannot be decoded: of a class that the new version does not register', async () => {
    class Money {
      readonly cents: bigint;
      constructor(cents: bigint) {
        this.cents = cents;
      }
    }
    let isRefused = false;
    registerClass(Money, {
      name: 'i8.Money',
      toData: (money) => money.cents,
      fromData: (cents) => {
        if (isRefused) throw new RangeError('no such money');
        return new Money(cents);
      },
    });
    const priced = workflow('priced', function* () {
      const price = yield* step('price', () => new Money(5n));
      yield* sleep('1 day');
      return price.cents;
    });
    const engine = createTestEngine({ workflows: [priced], log: silent });
    const run = await engine.start(priced);
    await engine.settle();
    await engine.crash();
    isRefused = true;
    await expect(run.result()).rejects.toThrow('no such money');
    expect((await run.describe()).status).toBe('blocked');
    isRefused = false;
    await engine.deploy([priced]);
    expect(await run.result()).toBe(5n);
  });
});

describe('I8: a run that is blocked', () => {
  const wrong: Body = function* () {
    yield* step('pay', () => 1);
  };

  it('goes on with the next version that can follow', async () => {
    const { engine, run } = await deployed(wrong);
    await engine.advance('2 days');
    expect((await run.describe()).status).toBe('blocked');
    await engine.deploy([versionOf(original)]);
    await run.signal(note, 5);
    expect(await run.result()).toEqual(['reserved', 'charged', 5]);
    expect(await run.describe()).not.toHaveProperty('blocked');
  });

  it('is looked at again soon at first, and at least every ten minutes for ever', async () => {
    const { engine, run } = await deployed(wrong);
    await engine.advance('1 day');
    await engine.advance('1m');
    expect((await run.describe()).status).toBe('blocked');
    const heldAtMs = engine.now().getTime();
    await engine.advance('3 days');
    await engine.deploy([versionOf(original)]);
    await engine.advance('10m 30s');
    expect((await run.describe()).status).toBe('suspended');
    const { blocked } = (await run.describe()) as { blocked?: unknown };
    expect(blocked).toBeUndefined();
    expect(engine.now().getTime()).toBeGreaterThan(heldAtMs);
  });

  it('tells since when it is blocked, however often it was looked at', async () => {
    const { engine, run } = await deployed(wrong);
    await engine.advance('1 day');
    await engine.settle();
    const first = await run.describe();
    await engine.advance('5h');
    const later = await run.describe();
    expect('blocked' in first && first.blocked?.since).toEqual(new Date('2030-01-02T00:00:00Z'));
    expect('blocked' in later && later.blocked?.since).toEqual(new Date('2030-01-02T00:00:00Z'));
  });

  it('takes messages, which arrive in order when it goes on', async () => {
    const collecting: Body = function* () {
      yield* sleep('1 day');
      return [yield* note.receive(), yield* note.receive(), yield* note.receive()];
    };
    const first = versionOf(collecting);
    const engine = createTestEngine({ workflows: [first], log: silent });
    const run = await engine.start(first);
    await engine.settle();
    await run.signal(note, 1);
    await engine.deploy([versionOf(wrong)]);
    await engine.advance('2 days');
    await run.signal(note, 2);
    await engine.advance('2 days');
    await run.signal(note, 3);
    await engine.settle();
    expect((await run.describe()).status).toBe('blocked');
    await engine.deploy([first]);
    expect(await run.result()).toEqual([1, 2, 3]);
  });

  it('can be terminated', async () => {
    const { engine, run } = await deployed(wrong);
    await engine.advance('1 day');
    await run.terminate('give it up');
    await engine.settle();
    expect(await run.describe()).toMatchObject({ status: 'terminated', reason: 'give it up' });
  });

  it('can be terminated behind other messages, which stand in the journal', async () => {
    const { engine, run } = await deployed(wrong);
    await engine.advance('1 day');
    await run.signal(note, 1);
    await run.cancel('please');
    await run.terminate('give it up');
    await engine.settle();
    expect((await run.describe()).status).toBe('terminated');
    const kinds = (await engine.history(run)).map(({ kind }) => kind).slice(-4);
    expect(kinds).toEqual(['signal-received', 'cancel-requested', 'terminate-requested', 'terminated']);
  });

  it('is cancelled when it goes on, not before', async () => {
    const { engine, run } = await deployed(wrong);
    await engine.advance('1 day');
    await run.cancel('no need');
    await engine.advance('1h');
    expect((await run.describe()).status).toBe('blocked');
    await engine.deploy([versionOf(original)]);
    await expect(run.result()).rejects.toThrow('no need');
  });
});

describe('I8: code that can follow is not blocked', () => {
  it('when it changes only what comes after the journal', async () => {
    const { engine, run } = await deployed(function* () {
      const reserved = yield* step('reserve', () => 'other');
      const charged = yield* step('charge', () => 'other');
      yield* sleep('1 day');
      return [reserved, charged, yield* step('new', () => 'new')];
    });
    expect(await run.result()).toEqual(['reserved', 'charged', 'new']);
    expect(engine.now()).toEqual(new Date('2030-01-02T00:00:00Z'));
  });

  it('when a timer of the same name is given another duration: what was promised is kept', async () => {
    const { engine, run } = await deployed(function* () {
      yield* step('reserve', () => 1);
      yield* step('charge', () => 1);
      yield* sleep('9 days');
    });
    await run.result();
    expect(engine.now()).toEqual(new Date('2030-01-02T00:00:00Z'));
  });
});
