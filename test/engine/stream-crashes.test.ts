/** What is in a stream after workers have died: all that its run's journal says, once, and no less than readers have seen. */
import { describe, expect, it } from 'vitest';
import { continueAsNew, gather, sleep, step, stepContext, stream, workflow } from 'lull';
import { createTestEngine, crashEverywhere, MemoryStore, type TestEngine } from 'lull/testing';
import type { Run } from 'lull/client';
import { aroundStore } from '../../lib/testing/around-store.ts';
import { StoreUnavailableError } from '../../lib/ports/world-errors.ts';
import type { JournalRecord } from '../../lib/journal/record.ts';

const tokens = stream<string>('tokens');

async function read(run: Run<unknown>, name = 'tokens'): Promise<string[]> {
  const values: string[] = [];
  for await (const { seq, value } of run.stream<string>(name)) {
    expect(seq).toBe(values.length + 1);
    values.push(value);
  }
  return values;
}

describe('wherever a worker dies', () => {
  it('what a workflow writes is there once, in its order', async () => {
    const flow = workflow('flow', function* () {
      yield* tokens.write('a');
      const [x] = yield* gather([step('x', () => 1), sleep('1 minute'), tokens.write('b')]);
      yield* tokens.write(`c${x}`);
      yield* tokens.write('d');
      yield* sleep('1 hour');
      yield* tokens.write('e');
    });
    await crashEverywhere({
      workflows: [flow],
      scenario: async (engine: TestEngine) => {
        const run = await engine.start(flow);
        await run.result();
        expect(await read(run)).toEqual(['a', 'b', 'c1', 'd', 'e']);
      },
    });
  });

  it('what a step writes before its end is there when its end is, and what lost attempts wrote is before it', async () => {
    const flow = workflow('flow', function* () {
      yield* step('model', (context) => {
        for (const token of ['once', 'upon', 'a', 'time']) context.write(tokens, token);
      });
      yield* tokens.write('end');
    });
    await crashEverywhere({
      workflows: [flow],
      scenario: async (engine: TestEngine) => {
        const run = await engine.start(flow);
        await run.result();
        const all = await read(run);
        expect(all.slice(-5)).toEqual(['once', 'upon', 'a', 'time', 'end']);
        expect(all).toHaveLength(5); // what was not recorded was not to be seen
      },
    });
  });

  it('links go on with the places of the links before', async () => {
    const flow = workflow('flow', function* (left: number) {
      yield* tokens.write(`link ${left}`);
      yield* step('work', () => stepContext().write(tokens, `work ${left}`));
      if (left > 1) yield* continueAsNew(left - 1);
    });
    await crashEverywhere({
      workflows: [flow],
      scenario: async (engine: TestEngine) => {
        const run = await engine.start(flow, 2);
        await run.result();
        expect(await read(run)).toEqual(['link 2', 'work 2', 'link 1', 'work 1']);
      },
    });
  });

  it('a run that is tried again, and a fork of it, have their own', async () => {
    const flow = workflow('flow', function* () {
      yield* tokens.write('begun');
      yield* step('fails once', { retry: false }, (context) => {
        context.write(tokens, 'tried');
        if (!isUp) throw new Error('down');
      });
      yield* tokens.write('ended');
    });
    let isUp = false;
    await crashEverywhere({
      workflows: [flow],
      scenario: async (engine: TestEngine) => {
        isUp = false;
        const run = await engine.start(flow);
        await run.result().catch(() => undefined);
        isUp = true;
        await run.retry();
        await run.result();
        expect(await read(run)).toEqual(['begun', 'tried', 'tried', 'ended']);
        const fork = await run.fork({ before: 'fails once#1' });
        await fork.result();
        expect(await read(fork)).toEqual(['tried', 'ended']);
      },
    });
  });

  it('a reader that follows, and comes again, has all of it once', async () => {
    const flow = workflow('flow', function* () {
      for (const text of ['a', 'b', 'c']) {
        yield* tokens.write(text);
        yield* sleep('10s');
      }
    });
    await crashEverywhere({
      workflows: [flow],
      scenario: async (engine: TestEngine) => {
        const run = await engine.start(flow);
        const values: string[] = [];
        while (values.length < 3) {
          for await (const { seq, value } of run.stream(tokens, { from: values.length + 1, follow: true })) {
            expect(seq).toBe(values.length + 1);
            values.push(value);
            break; // as one that was killed after each
          }
        }
        expect(values).toEqual(['a', 'b', 'c']);
        await run.result();
      },
    });
  });
});

describe('a write of a worker that was lost', () => {
  it('comes late, and changes nothing in the stream', async () => {
    const flow = workflow('flow', function* () {
      yield* step('model', async (context) => {
        context.write(tokens, `attempt ${context.attempt}`);
        await new Promise<void>((resolve) => resumes.push(resolve));
        context.write(tokens, `attempt ${context.attempt} goes on`);
      });
      yield* tokens.write('end');
    });
    const resumes: (() => void)[] = [];
    const late: (() => Promise<unknown>)[] = [];
    const store = aroundStore(new MemoryStore(), async ({ operation, args }, run) => {
      const [, record, , values = []] = args as [string, JournalRecord, number, unknown[]?];
      if (operation !== 'putRecord' || values.length === 0 || record.epoch > 1) return run();
      late.push(run);
      throw new StoreUnavailableError('putRecord'); // there is no answer
    });
    const engine = createTestEngine({ workflows: [flow], store });
    const run = await engine.start(flow);
    await engine.advance('5 minutes');
    expect(late).toHaveLength(1);
    expect(await read(run)).toEqual(['attempt 2']);
    for (const put of late) await put(); // the network carries it out now
    for (const resume of resumes) resume();
    await run.result();
    expect(await read(run)).toEqual(['attempt 2', 'attempt 2 goes on', 'end']);
  });
});
