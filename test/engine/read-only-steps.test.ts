// I3 and its one exception: steps that are readOnly, which change nothing outside, are recorded together.
import { describe, expect, it } from 'vitest';
import {
  type Coroutine,
  createTask,
  defineStep,
  gather,
  setStatus,
  signal,
  sleep,
  step,
  transaction,
  update,
  workflow,
} from 'lull';
import { NotedCloud, play, reads, recordsOf, settle } from './noted-cloud.ts';

describe('readOnly steps in a row', () => {
  it('begin one after the other before anything is written, and go into one record', async () => {
    const { cloud, runId, result } = await play(function* (cloud) {
      for (let index = 0; index < 5; index += 1) yield* step('look', reads, cloud.body(index));
    });
    expect(result).toBe('completed');
    expect(cloud.notes).toEqual(['putRecord', 'look#1', 'look#2', 'look#3', 'look#4', 'look#5', 'putRecord', 'finish']);
    const [second] = await recordsOf(cloud, runId);
    expect(second).toHaveLength(9);
  });

  it('of defineStep, and of a workflow whose steps are, too', async () => {
    const look = defineStep('look', reads, (index: number) => {
      cloud.notes.push(`look ${index}`);
    });
    const flow = workflow('flow', { steps: reads }, function* () {
      yield* look(1);
      yield* step('look', cloud.body(2));
      yield* step('change', { readOnly: false }, cloud.body(3));
    });
    const cloud: NotedCloud = new NotedCloud([flow]);
    const run = await cloud.client.start(flow);
    await cloud.noted().turn(run.id);
    expect(cloud.notes).toEqual(['putRecord', 'look 1', 'look#2', 'putRecord', 'change#3', 'finish']);
  });

  it('at once, in branches of a gather, share one record', async () => {
    const { cloud } = await play(function* (cloud) {
      const branch = function* (name: string) {
        yield* step(`${name} 1`, reads, cloud.body(1));
        yield* step(`${name} 2`, reads, cloud.body(2));
      };
      yield* gather([branch('a'), branch('b')]);
    });
    expect(cloud.notes).toEqual(['putRecord', 'a 1#1', 'b 1#2', 'a 2#3', 'b 2#4', 'putRecord', 'finish']);
  });

  it('after which another step comes are written before its body begins', async () => {
    const { cloud, runId } = await play(function* (cloud) {
      const price = yield* step('price', reads, cloud.body(7));
      const stock = yield* step('stock', reads, cloud.body(3));
      yield* step(`buy for ${price * stock}`, cloud.body(0));
    });
    expect(cloud.notes).toEqual(['putRecord', 'price#1', 'stock#2', 'putRecord', 'buy for 21#3', 'finish']);
    expect((await recordsOf(cloud, runId))[0]).toEqual(['step-completed 1', 'step 2', 'step-completed 2', 'step 3']);
  });

  it('after which a transaction comes are written before its body begins', async () => {
    const { cloud } = await play(function* (cloud) {
      const price = yield* step('price', reads, cloud.body(7));
      yield* step('stock', reads, cloud.body(3));
      yield* transaction('buy', (tx) => {
        cloud.notes.push('buy');
        tx.put({ TableName: 'orders', Item: { id: 'o1', price } });
      });
    });
    expect(cloud.notes).toEqual(['putRecord', 'price#1', 'stock#2', 'putRecord', 'buy', 'transact', 'finish']);
  });

  it('beside one that waits for its next attempt: that begins after the record', async () => {
    let tries = 0;
    const { cloud } = await play(
      function* (cloud) {
        const charge = createTask(
          step('charge', { retry: { firstDelay: 1 } }, () => {
            cloud.notes.push(`charge ${(tries += 1)}`);
            if (tries === 1) throw new Error('again');
          }),
        );
        for (let index = 0; index < 4; index += 1) {
          yield* step('look', reads, () => {
            cloud.notes.push('look');
            cloud.clock.moveTo(cloud.clock.nowMs() + 1);
          });
        }
        yield* charge;
      },
      { random: () => 0.5 },
    );
    const second = cloud.notes.indexOf('charge 2');
    expect(cloud.notes.filter((note) => note === 'charge 2')).toHaveLength(1);
    // What was read before it began is in the table.
    expect(cloud.notes.slice(0, second).lastIndexOf('putRecord')).toBeGreaterThan(
      cloud.notes.slice(0, second).lastIndexOf('look'),
    );
  });
});

describe('the record is written before', () => {
  const held = function* (cloud: NotedCloud): Coroutine<void> {
    yield* step('one', reads, cloud.body(1));
    yield* step('two', reads, cloud.body(2));
  };

  it('the run suspends', async () => {
    const { cloud, result } = await play(function* (cloud) {
      yield* held(cloud);
      yield* sleep('1h');
    });
    expect(result).toBe('suspended');
    expect(cloud.notes).toEqual(['putRecord', 'one#1', 'two#2', 'putRecord', 'release']);
  });

  it('the turn waits for a timer in place', async () => {
    const flow = workflow('flow', function* () {
      yield* held(cloud);
      yield* sleep('500ms');
    });
    const cloud: NotedCloud = new NotedCloud([flow]);
    const run = await cloud.client.start(flow);
    const turn = cloud.noted().turn(run.id);
    await settle();
    expect(cloud.notes).toEqual(['putRecord', 'one#1', 'two#2', 'putRecord']);
    cloud.pass(500);
    await turn;
  });

  it('the run shows a status', async () => {
    const { cloud, runId } = await play(function* (cloud) {
      yield* held(cloud);
      setStatus('looked');
      yield* step('three', reads, cloud.body(3));
      yield* sleep('1h');
    });
    expect(cloud.notes).toEqual(['putRecord', 'one#1', 'two#2', 'putRecord', 'three#3', 'release']);
    expect((await cloud.run(runId)).customStatus).toBe('looked');
  });

  it('what a renewal shows', async () => {
    let letGo = (): void => undefined;
    const flow = workflow('flow', function* () {
      yield* step('one', reads, cloud.body(1));
      setStatus('looked');
      yield* step('two', reads, () => new Promise<void>((resolve) => (letGo = resolve)));
      yield* sleep('1h');
    });
    const cloud: NotedCloud = new NotedCloud([flow]);
    const run = await cloud.client.start(flow);
    const turn = cloud.noted({ maxUnwrittenMs: 900_000 }).turn(run.id);
    await settle();
    expect(cloud.notes).toEqual(['putRecord', 'one#1', 'putRecord']);
    cloud.pass(10_000);
    await settle();
    expect((await cloud.run(run.id)).customStatus).toBe('looked');
    letGo();
    await turn;
  });

  it('the code is given a message', async () => {
    let letGo = (): void => undefined;
    const note = signal<string>('note');
    const flow = workflow('flow', function* () {
      const receiving = createTask(note.receive());
      yield* step('one', reads, cloud.body(1));
      yield* step('two', reads, () => new Promise<void>((resolve) => (letGo = resolve)));
      return yield* receiving;
    });
    const cloud: NotedCloud = new NotedCloud([flow]);
    const run = await cloud.client.start(flow);
    const turn = cloud.noted({ maxUnwrittenMs: 900_000 }).turn(run.id);
    await settle();
    expect(cloud.notes).toEqual(['putRecord', 'one#1']);
    await run.signal(note, 'hello');
    cloud.pass(5_000);
    await settle();
    expect(cloud.notes).toEqual(['putRecord', 'one#1', 'putRecord']);
    expect((await recordsOf(cloud, run.id))[0]).toEqual(['step-completed 1', 'step 3', 'signal-received']);
    letGo();
    await turn;
    expect(await run.result()).toBe('hello');
  });

  it('an update is answered, or refused', async () => {
    let letGo = (): void => undefined;
    const set = update<number, string>('set');
    const flow = workflow('flow', function* () {
      let least = 0;
      set.handle({
        validate: (value) => {
          if (value < least) throw new Error(`at least ${least}`);
        },
        *run(value) {
          return `set to ${value}`;
        },
      });
      least = yield* step('least', reads, cloud.body(10));
      yield* step('two', reads, () => new Promise<void>((resolve) => (letGo = resolve)));
    });
    const cloud: NotedCloud = new NotedCloud([flow]);
    const run = await cloud.client.start(flow);
    const turn = cloud.noted({ maxUnwrittenMs: 900_000 }).turn(run.id);
    await settle();
    const asking = run.update(set, 5).catch((error: unknown) => error);
    await settle();
    cloud.pass(5_000);
    await settle();
    expect(cloud.notes).toEqual(['putRecord', 'least#1', 'putRecord', 'answerUpdate']);
    cloud.pass(5_000);
    await settle();
    expect(await asking).toSatisfy((error: Error) => error.message.includes('at least 10'));
    letGo();
    await turn;
  });

  it('a failed attempt is tried again', async () => {
    const { cloud, runId } = await play(function* (cloud) {
      yield* step('one', reads, cloud.body(1));
      yield* step('two', { readOnly: true, retry: { firstDelay: '1m' } }, ({ attempt }) => {
        cloud.notes.push(`two, attempt ${attempt}`);
        if (attempt === 1) throw new Error('away');
      });
    });
    expect(cloud.notes).toEqual(['putRecord', 'one#1', 'two, attempt 1', 'putRecord', 'release']);
    expect((await recordsOf(cloud, runId))[0]).toEqual(['step-completed 1', 'step 2', 'step-retrying 2']);
  });
});
