// What is lost of readOnly steps that were not recorded, and how much may wait for its record.
import { describe, expect, it } from 'vitest';
import { defineStep, gather, sleep, step, workflow } from 'lull';
import { createWorkerHandler } from '../../functions/create-worker-handler.ts';
import { crashEverywhere, createTestEngine } from 'lull/testing';
import { aroundStore } from '../../lib/testing/around-store.ts';
import { context, sqsEvent } from '../lambda/sample-events.ts';
import { NotedCloud, play, reads, recordsOf, settle, WRITES } from './noted-cloud.ts';

describe('a record does not grow without a limit', () => {
  it('of bytes: what is beyond it is written, and the next ones have a record of their own', async () => {
    const { cloud } = await play(
      function* (cloud) {
        for (let index = 0; index < 5; index += 1) yield* step('look', reads, cloud.body('x'.repeat(600)));
      },
      { maxRecordBytes: 1_000 },
    );
    // Two of them have more than 1,000 bytes, and each has a record of its own then.
    expect(cloud.notes).toEqual([
      ...['putRecord', 'look#1', 'look#2', 'putRecord', 'putRecord'],
      ...['look#3', 'look#4', 'putRecord', 'putRecord', 'look#5', 'finish'],
    ]);
  });

  it('of a run that is paused: it is written when the turn hears of that', async () => {
    const lets: (() => void)[] = [];
    const flow = workflow('flow', function* () {
      for (let index = 0; index < 3; index += 1) {
        yield* step('look', reads, () => {
          cloud.notes.push('look');
          return new Promise<void>((resolve) => lets.push(resolve));
        });
      }
    });
    const cloud: NotedCloud = new NotedCloud([flow]);
    const run = await cloud.client.start(flow);
    const turn = cloud.noted().turn(run.id);
    await settle();
    lets[0]?.();
    await settle();
    expect(cloud.notes).toEqual(['putRecord', 'look', 'look']);
    await run.pause();
    cloud.pass(5_000);
    await settle();
    lets[1]?.();
    await turn;
    expect(cloud.notes).toEqual(['putRecord', 'look', 'look', 'putRecord', 'putRecord', 'release']);
    expect((await recordsOf(cloud, run.id)).flat()).toEqual([
      ...['step-completed 1', 'step 2', 'step-completed 2', 'step 3'],
    ]);
  });
});

describe('after a crash', () => {
  it('what was not written runs again, and a turn that took over begins nothing before its record', async () => {
    let reading = 0;
    const flow = workflow('flow', function* () {
      const price = yield* step('price', reads, () => {
        cloud.notes.push('price');
        return (reading += 1);
      });
      yield* step(`offer at ${price}`, reads, ({ attempt }) => {
        cloud.notes.push(`offer at ${price}, attempt ${attempt}`);
        return reading === 1 ? new Promise(() => undefined) : 'made';
      });
      return price;
    });
    const cloud: NotedCloud = new NotedCloud([flow]);
    const run = await cloud.client.start(flow);
    void cloud.noted().turn(run.id); // it hangs in the second body, and is lost
    await settle();
    expect(cloud.notes).toEqual(['putRecord', 'price', 'offer at 1, attempt 1']);
    cloud.clock.moveTo(cloud.clock.nowMs() + 60_000);
    cloud.notes.length = 0;
    await cloud.noted().turn(run.id);
    expect(cloud.notes).toEqual([
      ...['putRecord', 'putRecord', 'price'], // the fence; that it is about to begin it
      ...['putRecord', 'putRecord', 'putRecord', 'offer at 2, attempt 1'], // its end, what follows, that it begins it
      ...['putRecord', 'finish'],
    ]);
    expect(await run.result()).toBe(2);
  });

  it('a body that ends its worker each time is given up', async () => {
    const flow = workflow('flow', function* () {
      yield* step('one', reads, cloud.body(1));
      yield* step('deadly', reads, () => {
        deaths += 1;
        return new Promise(() => undefined); // as if the process were gone
      });
    });
    let deaths = 0;
    const cloud: NotedCloud = new NotedCloud([flow]);
    const run = await cloud.client.start(flow);
    for (let turns = 0; turns < 20 && (await cloud.run(run.id)).status !== 'failed'; turns += 1) {
      void cloud.noted({ maxInterruptions: 3 }).turn(run.id);
      await settle();
      cloud.clock.moveTo(cloud.clock.nowMs() + 60_000);
    }
    expect((await cloud.run(run.id)).status).toBe('failed');
    expect(deaths).toBe(5); // the one that nobody counts, and 4
  });

  it('at any write or body, a run comes to the same end', async () => {
    const order = workflow('order', function* (customer: string) {
      const address = yield* step('address', reads, () => `the address of ${customer}`);
      const [price, stock] = yield* gather([step('price', reads, () => 7), step('stock', reads, () => 3)]);
      const discount = yield* step('discount', reads, () => 1);
      const receipt = yield* step('charge', () => (price - discount) * stock);
      const rate = yield* step('rate', reads, () => 2);
      yield* sleep('1 day');
      const state = yield* step('state', reads, () => 'sent');
      return [address, receipt, rate, state];
    });
    const { points } = await crashEverywhere({
      workflows: [order],
      scenario: async (engine) => {
        expect(await engine.run(order, 'Ada')).toEqual(['the address of Ada', 18, 2, 'sent']);
      },
    });
    expect(points).toBeGreaterThan(20);
  });
});

describe('where it runs', () => {
  it('in the kit the history has all of it, in order', async () => {
    const flow = workflow('flow', function* () {
      const a = yield* step('a', reads, () => 1);
      return a + (yield* step('b', reads, () => 2));
    });
    const engine = createTestEngine({ workflows: [flow] });
    const run = await engine.start(flow);
    expect(await run.result()).toBe(3);
    const completed = (await engine.history(run)).filter(({ kind }) => kind === 'step-completed');
    expect(completed.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it("in the deployed worker's handler", async () => {
    const flow = workflow('flow', function* () {
      for (let index = 0; index < 3; index += 1) yield* step('look', reads, cloud.body(index));
      return 'looked';
    });
    const cloud: NotedCloud = new NotedCloud([flow]);
    const run = await cloud.client.start(flow);
    const handler = createWorkerHandler([flow], {
      store: aroundStore(cloud.table, (call, go) => {
        if (WRITES.has(call.operation)) cloud.notes.push(call.operation);
        return go();
      }),
      wakes: cloud.wakes,
      clock: cloud.clock,
      writeLine: () => undefined,
      environment: { LULL_TABLE_NAME: 'runs', LULL_QUEUE_URL: 'https://sqs.example/wakes' },
    });
    expect(await handler(sqsEvent(JSON.stringify({ runId: run.id })), context())).toEqual({ batchItemFailures: [] });
    expect(cloud.notes).toEqual(['putRecord', 'look#1', 'look#2', 'look#3', 'putRecord', 'finish']);
    expect(await run.result()).toBe('looked');
  });
});

describe('at the door', () => {
  const message = (call: () => unknown): unknown => {
    try {
      call();
    } catch (error) {
      return (error as Error & { code: string }).code + ': ' + (error as Error).message;
    }
    return undefined;
  };

  it('readOnly contradicts atMostOnce and undo, and is true or false', () => {
    expect(message(() => step('a', { readOnly: true, atMostOnce: true }, () => 1))).toMatch(
      /^INVALID_ARGUMENT: step "a" is readOnly and has atMostOnce/,
    );
    expect(message(() => step('a', { readOnly: true, undo: () => undefined }, () => 1))).toMatch(
      /^INVALID_ARGUMENT: step "a" is readOnly and has undo/,
    );
    expect(message(() => defineStep('a', { readOnly: true, atMostOnce: true }, () => 1))).toMatch(/^INVALID_ARGUMENT/);
    expect(message(() => step('a', { readOnly: 1 } as never, () => 1))).toMatch(/the readOnly of step "a" is 1/);
    expect(
      message(() =>
        workflow('w', { steps: { readOnly: true, atMostOnce: true } }, function* () {
          yield* sleep(0);
        }),
      ),
    ).toMatch(/^INVALID_ARGUMENT: the steps of workflow "w" is readOnly|^INVALID_ARGUMENT: the steps of workflow "w"/);
  });

  it('a step that contradicts the steps of its workflow fails where it is awaited, and may say otherwise', async () => {
    const flow = workflow('flow', { steps: reads }, function* () {
      const undone = yield* step('one', { readOnly: false, undo: () => undefined }, () => 1);
      try {
        yield* step('two', { atMostOnce: true }, () => 2);
      } catch (error) {
        return [undone, (error as { code?: string }).code];
      }
      return 'not refused';
    });
    const engine = createTestEngine({ workflows: [flow] });
    expect(await engine.run(flow)).toEqual([1, 'INVALID_ARGUMENT']);
  });
});
