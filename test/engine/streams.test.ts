/** Streams: what workflows and steps write, in order, once, in as few writes as that takes. */
import { describe, expect, it } from 'vitest';
import { gather, query, race, signal, sleep, step, stepContext, stream, transaction, update, workflow } from 'lull';
import { createTestEngine, MemoryStore, type TestEngine } from 'lull/testing';
import { readStream as read } from './read-stream.ts';
import { aroundStore } from '../../lib/testing/around-store.ts';
import type { JournalRecord } from '../../lib/journal/record.ts';

const tokens = stream<string>('tokens');
const numbers = stream<number>('numbers');

/** An engine, and the entries of each record that was written with values for streams. */
function counting(
  workflows: readonly unknown[],
  settings = {},
): { engine: TestEngine; writes: string[][]; all: string[] } {
  const writes: string[][] = [];
  const all: string[] = [];
  const store = aroundStore(new MemoryStore(), async ({ operation, args }, go) => {
    if (operation === 'putRecord') {
      const [, record, , values = []] = args as [string, JournalRecord, number, { values: unknown[] }[]?];
      all.push(record.entries.map(({ kind }) => kind).join(' '));
      if (values.length > 0) writes.push(record.entries.map(({ kind }) => kind));
    }
    return go();
  });
  return { engine: createTestEngine({ workflows: workflows as never, store, settings }), writes, all };
}

describe('what a workflow writes', () => {
  it('is there in order, with its places from 1, also after the end and from any place on', async () => {
    const flow = workflow('flow', function* () {
      yield* numbers.write(10);
      yield* sleep('1 day');
      yield* numbers.write(20);
      yield* numbers.write(30);
    });
    const engine = createTestEngine({ workflows: [flow] });
    const run = await engine.start(flow);
    expect(await read(run, numbers)).toEqual([10]);
    await run.result();
    expect(await read(run, numbers)).toEqual([10, 20, 30]);
    expect(await read(run, numbers, { from: 3 })).toEqual([30]);
    expect(await read(run, numbers, { from: 4 })).toEqual([]);
    expect(await read(run, stream<number>('other'))).toEqual([]);
    expect(engine.now().toISOString()).toBe('2030-01-02T00:00:00.000Z');
  });

  it('keeps the types that values of a run keep, and is a copy of what was given', async () => {
    const given = { when: new Date(7), list: new Set([1n]) };
    const values = stream<typeof given>('values');
    const flow = workflow('flow', function* () {
      const mine = { when: new Date(7), list: new Set([1n]) };
      yield* values.write(mine);
      mine.list.clear();
      yield* sleep('1 day');
    });
    const engine = createTestEngine({ workflows: [flow] });
    const run = await engine.start(flow);
    await run.result();
    expect(await read(run, values)).toEqual([given]);
  });

  it('goes into the record of what led to it: a thousand values in a row are one write, and one entry for each 64 KB', async () => {
    const flow = workflow('flow', function* () {
      yield* step('first', () => 1);
      for (let index = 1; index <= 1_000; index += 1) yield* numbers.write(index);
      yield* step('last', () => 2);
    });
    const { engine, writes } = counting([flow]);
    const run = await engine.start(flow);
    await run.result();
    expect(writes).toEqual([['step-completed', 'write', 'step']]);
    expect(await read(run, numbers)).toHaveLength(1_000);
  });

  it('is written by tasks, handlers of updates and undos too, in the order in which their code ran', async () => {
    const note = update<string, void>('note');
    const flow = workflow('flow', function* () {
      note.handle({
        *run(text) {
          yield* tokens.write(text);
        },
      });
      yield* gather([tokens.write('a'), tokens.write('b')]);
      yield* step('charge', { undo: () => undefined }, () => tokens.name);
      yield* sleep('1 day');
      throw new Error('no');
    });
    const engine = createTestEngine({ workflows: [flow] });
    const run = await engine.start(flow);
    await run.update(note, 'c');
    await expect(run.result()).rejects.toThrow('no');
    expect(await read(run, tokens)).toEqual(['a', 'b', 'c']);
  });

  it('cannot be forgotten, asked for by a query, or written outside of a run', async () => {
    const peek = query<number>('peek');
    const flow = workflow('flow', function* () {
      peek.handle(() => {
        tokens.write('x');
        return 1;
      });
      yield* sleep('1 day');
      tokens.write('forgotten');
    });
    const engine = createTestEngine({ workflows: [flow] });
    const run = await engine.start(flow);
    await expect(run.query(peek)).rejects.toMatchObject({ code: 'READ_ONLY' });
    await expect(run.result()).rejects.toMatchObject({ cause: { code: 'NEVER_AWAITED' } });
    expect(() => tokens.write('x')).toThrow(expect.objectContaining({ code: 'NOT_IN_A_RUN' }));
    expect(await read(run, tokens)).toEqual([]);
  });

  it('that the journal does not have blocks a run, as another command does', async () => {
    const version = (write: boolean) =>
      workflow('flow', function* () {
        yield* step('a', () => 1);
        if (write) yield* tokens.write('new');
        yield* sleep('1 day');
      });
    const engine = createTestEngine({ workflows: [version(false)] });
    const run = await engine.start(version(false));
    await engine.deploy([version(true)]);
    await expect(run.result()).rejects.toThrow(
      'The journal says: #2 sleep "sleep". The code asks for a value for stream "tokens"',
    );
  });

  it('may be another value when the code has changed: the stream has what was written', async () => {
    const version = (text: string) =>
      workflow('flow', function* () {
        yield* tokens.write(text);
        yield* sleep('1 day');
      });
    const engine = createTestEngine({ workflows: [version('old')] });
    const run = await engine.start(version('old'));
    await engine.deploy([version('new')]);
    await run.result();
    expect(await read(run, tokens)).toEqual(['old']);
  });
});

describe('what the body of a step writes', () => {
  const model = (count: number) =>
    workflow('model', function* () {
      return yield* step('model', async (context) => {
        for (let index = 1; index <= count; index += 1) {
          context.write(tokens, `t${index}`);
          if (index % 10 === 0) await Promise.resolve();
        }
        return count;
      });
    });

  it('is in the record of the end of its step: a thousand tokens of a short step are one write', async () => {
    const flow = model(1_000);
    const { engine, writes } = counting([flow]);
    const run = await engine.start(flow);
    expect(await run.result()).toBe(1_000);
    expect(writes).toEqual([['stream-written', 'step-completed']]);
    expect(await read(run, tokens)).toEqual(Array.from({ length: 1_000 }, (_, index) => `t${index + 1}`));
  });

  it('is there half a second after the first of it, while the body goes on', async () => {
    let goOn = (): void => undefined;
    const flow = workflow('flow', function* () {
      yield* step('slow', async (context) => {
        context.write(tokens, 'a');
        context.write(tokens, 'b');
        await new Promise<void>((resolve) => (goOn = resolve));
        context.write(tokens, 'c');
      });
    });
    const { engine, writes } = counting([flow]);
    const run = await engine.start(flow);
    await engine.advance('499ms');
    expect(await read(run, tokens)).toEqual([]);
    await engine.advance('1ms');
    expect(await read(run, tokens)).toEqual(['a', 'b']);
    goOn();
    await run.result();
    expect(await read(run, tokens)).toEqual(['a', 'b', 'c']);
    expect(writes).toEqual([['stream-written'], ['stream-written', 'step-completed']]);
  });

  it('is recorded with whatever else is, in the order in which it happened', async () => {
    const stop = signal('stop');
    let goOn = (): void => undefined;
    const flow = workflow('flow', function* () {
      yield* gather([
        step('slow', async (context) => {
          context.write(tokens, 'from the step');
          await new Promise<void>((resolve) => (goOn = resolve));
        }),
        (function* () {
          yield* stop.receive();
          yield* tokens.write('from the workflow');
        })(),
      ]);
    });
    const { engine } = counting([flow], { streamFlushMs: 60_000, inboxCheckWithinStepMs: 100 });
    const run = await engine.start(flow);
    await engine.settle();
    await run.signal(stop, undefined);
    await engine.advance('5s');
    expect(await read(run, tokens)).toEqual(['from the step', 'from the workflow']);
    goOn();
    await run.result();
  });

  it('can be written by a defineStep, a poll, an undo and beside a transaction', async () => {
    const flow = workflow('flow', function* () {
      yield* step('a', { undo: () => stepContext().write(tokens, 'undone') }, () => {
        stepContext().write(tokens, 'done');
      });
      yield* transaction('none', (tx) => tx.put({ TableName: 't', Item: { id: 'x' } }));
      throw new Error('no');
    });
    const engine = createTestEngine({ workflows: [flow] });
    const run = await engine.start(flow);
    await run.result().catch(() => undefined);
    expect(await read(run, tokens)).toEqual(['done', 'undone']);
  });

  it('stays of an attempt that fails, and the next one writes behind it', async () => {
    const flow = workflow('flow', function* () {
      yield* step('twice', { retry: { maxAttempts: 2, jitter: 0 } }, (context) => {
        context.write(tokens, `attempt ${context.attempt}`);
        if (context.attempt === 1) throw new Error('no');
      });
    });
    const engine = createTestEngine({ workflows: [flow] });
    const run = await engine.start(flow);
    await run.result();
    expect(await read(run, tokens)).toEqual(['attempt 1', 'attempt 2']);
  });

  it('stays of a step that is cancelled, up to the cancel', async () => {
    let late: unknown;
    const flow = workflow('flow', function* () {
      yield* race([
        step('slow', async (context) => {
          context.write(tokens, 'before');
          await new Promise<void>((resolve) => context.signal.addEventListener('abort', () => resolve()));
          try {
            context.write(tokens, 'after');
          } catch (error) {
            late = error;
          }
        }),
        sleep('100ms'),
      ]);
      yield* sleep('1 day');
    });
    const engine = createTestEngine({ workflows: [flow] });
    const run = await engine.start(flow);
    await run.result();
    expect(await read(run, tokens)).toEqual(['before']);
    expect(late).toMatchObject({ code: 'STEP_ENDED' });
  });

  it('is refused of a readOnly step, of what is no stream, and of a value that cannot be stored', async () => {
    const body = (write: (context: ReturnType<typeof stepContext>) => void, options = {}) =>
      workflow('flow', function* () {
        yield* step('body', { retry: false, ...options }, (context) => write(context));
      });
    const errorOf = async (flow: ReturnType<typeof body>): Promise<unknown> => {
      const engine = createTestEngine({ workflows: [flow] });
      const run = await engine.start(flow);
      const error = await run.result().catch((thrown: unknown) => thrown);
      expect(await read(run, tokens)).toEqual([]);
      return (error as { cause: { cause: unknown } }).cause.cause;
    };
    expect(await errorOf(body((context) => context.write(tokens, 'x'), { readOnly: true }))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('step "body" is readOnly and wrote to stream "tokens"') as string,
    });
    expect(await errorOf(body((context) => context.write('tokens' as never, 'x' as never)))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('give what stream() returned') as string,
    });
    expect(await errorOf(body((context) => context.write(stream<unknown>('tokens'), () => 1)))).toMatchObject({
      code: 'UNSERIALIZABLE_VALUE',
      message: expect.stringContaining('a value for stream "tokens"') as string,
    });
  });
});
