/** A failed run that is tried again: what comes again, and what is forgotten. */
import { describe, expect, test } from 'vitest';
import {
  callback,
  isCancelled,
  patched,
  query,
  signal,
  sleep,
  step,
  timeout,
  update,
  workflow,
} from '../../lib/index.ts';
import { createTestEngine } from '../../lib/testing/create-test-engine.ts';
import { failed, historyOf } from './failed-runs.ts';

describe('messages', () => {
  const note = signal<string>('note');

  test('that came when the run was failing come again, in their order', async () => {
    let isMended = false;
    const noted = workflow('noted', function* () {
      const first = yield* note.receive();
      yield* step('file', { retry: false }, () => {
        if (!isMended) throw new Error('no');
      });
      return [first, yield* note.receive(), yield* note.receive(), yield* note.receive()];
    });
    const engine = createTestEngine({ workflows: [noted] });
    const run = await engine.start(noted);
    await run.signal(note, 'a');
    await run.signal(note, 'b');
    await run.signal(note, 'c');
    await failed(run);
    isMended = true;
    await run.retry();
    await run.signal(note, 'd');
    expect(await run.result()).toEqual(['a', 'b', 'c', 'd']);
  });

  test('a signal that was received by what does not stand any more comes again', async () => {
    let isMended = false;
    const eager = workflow('eager', function* () {
      try {
        yield* step('work', { retry: false }, () => {
          if (!isMended) throw new Error('no');
        });
      } catch (error) {
        yield* note.receive();
        throw error;
      }
      return yield* note.receive();
    });
    const engine = createTestEngine({ workflows: [eager] });
    const run = await engine.start(eager);
    await engine.settle();
    await run.signal(note, 'a');
    await failed(run);
    isMended = true;
    await run.retry();
    expect(await run.result()).toBe('a');
  });

  test('an answer to a callback that came too late for the failed try is there for the next', async () => {
    let token = '';
    let isMended = false;
    const asking = workflow('asking', function* () {
      const approved = callback<string>('approval');
      yield* step('ask', () => {
        token = 'sent';
      });
      token = (approved as unknown as { token: string }).token;
      yield* step('work', { retry: false }, () => {
        if (!isMended) throw new Error('no');
      });
      return yield* approved;
    });
    const engine = createTestEngine({ workflows: [asking] });
    const run = await engine.start(asking);
    await failed(run);
    isMended = true;
    await run.retry();
    await engine.settle();
    await engine.client.completeCallback(token, 'yes');
    expect(await run.result()).toBe('yes');
  });

  test('an update whose handler is not there yet waits for it again, also on another worker', async () => {
    const add = update<number, number>('add');
    let isMended = false;
    const adding = workflow('adding', function* () {
      let sum = 0;
      yield* step('work', { retry: false }, () => {
        if (!isMended) throw new Error('no');
      });
      yield* sleep('1 hour');
      add.handle({
        *run(n) {
          sum += n;
          return sum;
        },
      });
      yield* sleep('1 hour');
      return sum;
    });
    const engine = createTestEngine({ workflows: [adding] });
    const run = await engine.start(adding);
    const answer = run.update(add, 5).catch((error: unknown) => error);
    await failed(run);
    expect(await answer).toMatchObject({ code: 'RUN_ENDED' });
    isMended = true;
    await run.retry();
    await engine.settle();
    await engine.crash();
    expect(await run.result()).toBe(5);
  });

  test('a request to cancel that came when the run was failing does not cancel it later', async () => {
    let isMended = false;
    const stubborn = workflow('stubborn', function* () {
      try {
        yield* step('work', { retry: false }, () => {
          if (!isMended) throw new Error('no');
        });
      } catch (error) {
        try {
          yield* note.receive();
        } catch (cancelled) {
          if (!isCancelled(cancelled)) throw cancelled;
        }
        throw error;
      }
      yield* sleep('1 day');
      return 'done';
    });
    const engine = createTestEngine({ workflows: [stubborn] });
    const run = await engine.start(stubborn);
    await engine.settle();
    await run.cancel();
    await failed(run);
    isMended = true;
    await run.retry();
    expect(await run.result()).toBe('done');
  });
});

test('a query is answered by what stands', async () => {
  const progress = query<string[]>('progress');
  let isMended = false;
  const asked = workflow('asked', function* () {
    const done: string[] = [];
    progress.handle(() => done);
    done.push(yield* step('one', () => 'one'));
    try {
      yield* step('two', { retry: false }, () => {
        if (!isMended) throw new Error('no');
      });
    } catch (error) {
      done.push('failed');
      throw error;
    }
    yield* sleep('1 day');
    done.push('two');
    return done;
  });
  const engine = createTestEngine({ workflows: [asked] });
  const run = await engine.start(asked);
  await failed(run);
  expect(await run.query(progress)).toEqual(['one', 'failed']);
  isMended = true;
  await run.retry();
  await engine.settle();
  expect(await run.query(progress)).toEqual(['one']);
  expect(await run.result()).toEqual(['one', 'two']);
});

test('timers that were running go on, and a patch that does not stand is taken anew', async () => {
  let isMended = false;
  const timed = workflow('timed', function* () {
    const inTime = yield* timeout('2 hours', function* () {
      yield* sleep('1 hour');
      try {
        yield* step('work', { retry: false }, () => {
          if (!isMended) throw new Error('no');
        });
      } catch (error) {
        patched('told');
        throw error;
      }
      return patched('told');
    });
    return inTime;
  });
  const engine = createTestEngine({ workflows: [timed] });
  const run = await engine.start(timed);
  await failed(run);
  isMended = true;
  await run.retry();
  expect(await run.result()).toBe(true);
});
test('two retries at once are one', async () => {
  let calls = 0;
  const once = workflow('once', function* () {
    return yield* step('work', { retry: false }, () => {
      calls += 1;
      if (calls === 1) throw new Error('no');
      return calls;
    });
  });
  const engine = createTestEngine({ workflows: [once] });
  const run = await engine.start(once);
  await failed(run);
  const outcomes = await Promise.allSettled([run.retry(), run.retry(), run.retry()]);
  expect(outcomes.some(({ status }) => status === 'fulfilled')).toBe(true);
  expect(await run.result()).toBe(2);
  const kinds = (await historyOf(run)).map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === 'retried')).toHaveLength(1);
});
