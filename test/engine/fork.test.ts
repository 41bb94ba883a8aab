/** A fork: what it takes over, what it does itself, what is refused. */
import { describe, expect, test } from 'vitest';
import {
  callback,
  child,
  gather,
  type Coroutine,
  defineStep,
  random,
  runInfo,
  setAttributes,
  setStatus,
  signal,
  sleep,
  startChild,
  step,
  stepContext,
  uuid,
  workflow,
} from '../../lib/index.ts';
import { createTestEngine } from '../../lib/testing/create-test-engine.ts';
import { historyOf } from './failed-runs.ts';
import { SmallCloud } from './small-cloud.ts';

const ten = workflow('ten', function* (by: number) {
  const got: number[] = [];
  for (let n = 1; n <= 10; n += 1) got.push(yield* step(`step ${n}`, () => n * by));
  return got;
});

test('with another input, does only what comes from the step on', async () => {
  const engine = createTestEngine({ workflows: [ten] });
  const run = await engine.start(ten, 1);
  await run.result();
  const fork = await run.fork({ before: 'step 8#8', input: 100 });
  expect(fork.id).not.toBe(run.id);
  expect(await fork.result()).toEqual([1, 2, 3, 4, 5, 6, 7, 800, 900, 1000]);
  expect((await fork.describe()).input).toBe(100);
  expect(engine.calls('step 7')).toHaveLength(1);
  expect(engine.calls('step 8')).toHaveLength(2);
  expect(await run.result()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  const [forked] = (await historyOf(fork)).filter(({ kind }) => kind === 'forked');
  expect(forked).toMatchObject({ runId: run.id, name: 'step 8#8' });
});

test('has the input of the run where none is given, also a large one, and undefined where that is given', async () => {
  const large = workflow('large', function* (text: string | undefined) {
    yield* step('look', () => 1);
    return text?.length;
  });
  const engine = createTestEngine({ workflows: [large] });
  const run = await engine.start(large, 'x'.repeat(5_000));
  await run.result();
  expect(await (await run.fork({ before: 'look#1' })).result()).toBe(5_000);
  expect(await (await run.fork({ before: 'look#1', input: undefined })).result()).toBe(undefined);
});

test('step ids are those of the history and of the step context', async () => {
  const ids: string[] = [];
  const named = workflow('named', function* () {
    yield* step('one', () => ids.push(stepContext().stepId));
    yield* sleep('1s');
    yield* step('two', () => ids.push(stepContext().stepId));
  });
  const engine = createTestEngine({ workflows: [named] });
  const run = await engine.start(named);
  await run.result();
  const shown = (await historyOf(run)).flatMap(({ kind, stepId }) => (kind === 'step' ? [stepId] : []));
  expect(shown).toEqual(ids);
  await (await run.fork({ before: ids[1] as string })).result();
  expect(ids).toEqual(['one#1', 'two#3', 'two#3']);
});

test.each(['open', 'blocked', 'failed', 'a fork'])('a run that is %s can be forked', async (how) => {
  const steps = workflow('steps', function* (): Coroutine<string> {
    yield* step('one', () => 1);
    yield* step('two', () => 2);
    yield* sleep('1 day');
    if (how === 'failed') throw new Error('no');
    return 'done';
  });
  const other = workflow('steps', function* (): Coroutine<string> {
    yield* step('one', () => 1);
    return yield* step('zwei', () => 'zwei');
  });
  const engine = createTestEngine({ workflows: [steps] });
  let run = await engine.start(steps);
  await engine.settle();
  if (how === 'failed') await run.result().catch(() => undefined);
  if (how === 'a fork') run = await run.fork({ before: 'two#2' });
  await engine.settle();
  await engine.deploy([other]);
  if (how === 'blocked') await engine.advance('2 days');
  if (how === 'blocked') expect((await run.describe()).status).toBe('blocked');
  const fork = await run.fork({ before: 'two#2' });
  expect(await fork.result()).toBe('zwei');
  expect(engine.calls('one')).toHaveLength(1);
});

test('has secrets of its own for what it does itself, and those of the run for what it took over', async () => {
  const keys: string[] = [];
  const drawing = workflow('drawing', function* () {
    const before = [random(), uuid()];
    yield* step('one', () => keys.push(stepContext().idempotencyKey));
    const at = uuid();
    yield* step('two', () => keys.push(stepContext().idempotencyKey));
    return { before, at, after: [random(), uuid()] };
  });
  const engine = createTestEngine({ workflows: [drawing] });
  const run = await engine.start(drawing);
  const original = await run.result();
  const fork = await run.fork({ before: 'two#2' });
  const forked = await fork.result();
  expect(forked.before).toEqual(original.before);
  expect(forked.at).toBe(original.at); // it was drawn before the step
  expect(forked.after[0]).not.toBe(original.after[0]);
  expect(forked.after[1]).not.toBe(original.after[1]);
  const again = await (await fork.fork({ before: 'two#2' })).result();
  expect(again.before).toEqual(original.before);
  expect(again.after[1]).not.toBe(forked.after[1]);
  expect(new Set(keys).size).toBe(4);
});

test('takes over the results of steps that were running beside it', async () => {
  const wide = workflow('wide', function* () {
    return yield* gather([
      step('slow', async () => {
        await new Promise((resolve) => setImmediate(resolve));
        return 'slow';
      }),
      (function* () {
        yield* step('quick 1', () => 1);
        return yield* step('quick 2', () => 2);
      })(),
    ]);
  });
  const engine = createTestEngine({ workflows: [wide] });
  const run = await engine.start(wide);
  await run.result();
  const fork = await run.fork({ before: 'quick 2#3' });
  expect(await fork.result()).toEqual(['slow', 2]);
  expect(engine.calls('slow')).toHaveLength(1);
  expect(engine.calls('quick 2')).toHaveLength(2);
});

test('has the signals up to the step, and not those that came later', async () => {
  const note = signal<string>('note');
  const noted = workflow('noted', function* () {
    const first = yield* note.receive();
    yield* step('file', () => first);
    return [first, yield* note.receive()];
  });
  const engine = createTestEngine({ workflows: [noted] });
  const run = await engine.start(noted);
  await run.signal(note, 'a');
  await engine.settle();
  await run.signal(note, 'b');
  expect(await run.result()).toEqual(['a', 'b']);
  const fork = await run.fork({ before: 'file#2' });
  await engine.settle();
  await fork.signal(note, 'c');
  expect(await fork.result()).toEqual(['a', 'c']);
});

test('does not undo, and does not stop, what the other run did', async () => {
  const undone: string[] = [];
  const inner = workflow('inner', function* () {
    yield* sleep('1 day');
    return 'inner';
  });
  const booking = workflow('booking', function* (fails: boolean) {
    yield* step('book', { undo: () => undone.push(`book of ${runInfo().id}`) as never }, () => 1);
    const started = yield* startChild(inner, undefined, { id: 'the-child' });
    yield* step('pay', { undo: () => void undone.push('pay') }, () => 2);
    if (fails) throw new Error('no');
    return yield* started;
  });
  const engine = createTestEngine({ workflows: [inner, booking] });
  const run = await engine.start(booking, false);
  await engine.settle();
  const fork = await run.fork({ before: 'pay#3', input: true });
  await fork.result().catch(() => undefined);
  await engine.settle();
  expect(undone).toEqual(['pay']);
  expect(await run.result()).toBe('inner');
});

test('learns of the end of a child that the other run has started', async () => {
  const inner = workflow('inner', function* () {
    yield* sleep('1 day');
    return 'inner';
  });
  const outer = workflow('outer', function* () {
    const started = yield* startChild(inner);
    yield* step('work', () => 1);
    return yield* started;
  });
  const engine = createTestEngine({ workflows: [inner, outer] });
  const run = await engine.start(outer);
  await engine.settle();
  const early = await run.fork({ before: 'work#2' });
  expect(await early.result()).toBe('inner');
  expect(await run.result()).toBe('inner');
  const late = await run.fork({ before: 'work#2' });
  expect(await late.result()).toBe('inner');
  expect(await (await run.fork({ before: 'inner#1' })).result()).toBe('inner'); // a child of its own
});

test('with an input for which the code asks for something else, is blocked', async () => {
  const named = defineStep('greet', (name: string) => `hello ${name}`);
  const greeting = workflow('greeting', function* (name: string) {
    yield* named(name);
    yield* step('end', () => 1);
  });
  const engine = createTestEngine({ workflows: [greeting] });
  const run = await engine.start(greeting, 'Ada');
  await run.result();
  const fork = await run.fork({ before: 'end#2', input: 'Grace' });
  await engine.settle();
  expect(await fork.describe()).toMatchObject({
    status: 'blocked',
    blocked: { reason: expect.stringContaining('other arguments') as string },
  });
});

test('shows what its code sets, and has its timeout from its own start', async () => {
  const shown = workflow('shown', { timeout: '1 hour' }, function* () {
    setStatus('half');
    setAttributes({ phase: 1 });
    yield* step('one', () => 1);
    yield* sleep('50 minutes');
    yield* step('two', () => 2);
    yield* sleep('50 minutes');
  });
  const engine = createTestEngine({ workflows: [shown] });
  const run = await engine.start(shown);
  await run.result().catch(() => undefined);
  const fork = await run.fork({ before: 'two#3' });
  await fork.result();
  expect(await fork.describe()).toMatchObject({ status: 'completed', customStatus: 'half', attributes: { phase: 1 } });
});

test('a fork that failed is tried again from the step that failed', async () => {
  let isMended = false;
  const steps = workflow('steps', function* () {
    yield* step('one', () => 1);
    yield* step('two', () => 2);
    return yield* step('three', { retry: false }, () => {
      if (!isMended) throw new Error('no');
      return 3;
    });
  });
  const engine = createTestEngine({ workflows: [steps] });
  const run = await engine.start(steps);
  await run.result().catch(() => undefined);
  const fork = await run.fork({ before: 'two#2' });
  await fork.result().catch(() => undefined);
  isMended = true;
  await fork.retry();
  expect(await fork.result()).toBe(3);
  expect(['one', 'two', 'three'].map((name) => engine.calls(name).length)).toEqual([1, 2, 3]);
});

test('of a run that was tried again takes over what stands', async () => {
  let isMended = false;
  const steps = workflow('steps', function* () {
    yield* step('one', { retry: false }, () => {
      if (!isMended) throw new Error('no');
      return 1;
    });
    return yield* step('two', () => 2);
  });
  const engine = createTestEngine({ workflows: [steps] });
  const run = await engine.start(steps);
  await run.result().catch(() => undefined);
  isMended = true;
  await run.retry();
  await run.result();
  expect(await (await run.fork({ before: 'two#2' })).result()).toBe(2);
  expect(engine.calls('one')).toHaveLength(2);
});

test('a callback of before the step that is open is refused; its answer is taken over', async () => {
  let token = '';
  const asking = workflow('asking', function* () {
    const approval = callback<string>('approval');
    token = approval.token;
    yield* step('ask', () => 1);
    const answer = yield* approval;
    return yield* step('end', () => answer);
  });
  const engine = createTestEngine({ workflows: [asking] });
  const run = await engine.start(asking);
  await engine.settle();
  await expect(run.fork({ before: 'ask#2' })).rejects.toThrow(/callback "approval".*"approval#1"/);
  await engine.client.completeCallback(token, 'yes');
  await run.result();
  expect(await (await run.fork({ before: 'ask#2' })).result()).toBe('yes');
  const own = await run.fork({ before: 'approval#1' });
  await engine.settle();
  await engine.client.completeCallback(token, 'no');
  expect(await own.result()).toBe('no');
});

describe('refused', () => {
  test('is a step that is not there: near ones are listed', async () => {
    const engine = createTestEngine({ workflows: [ten] });
    const run = await engine.start(ten, 1);
    await run.result();
    await expect(run.fork({ before: 'step 8' })).rejects.toMatchObject({
      code: 'FORK_REFUSED',
      message: expect.stringContaining('"step 8#8"') as string,
    });
    await expect(run.fork({ before: 'stp 3#3' })).rejects.toThrow(/"step 3#3"/);
    await expect(run.fork({ before: 'nothing' })).rejects.toThrow(/The last ones: "step 6#6"/);
    await expect(run.fork({ before: 3 } as never)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(run.fork({ before: 'step 8#8', imput: 1 } as never)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });

  test('is a run that is not there, that has not begun, or whose id is taken', async () => {
    const engine = createTestEngine({ workflows: [ten] });
    await expect(engine.client.run('nobody').fork({ before: 'step 8#8' })).rejects.toMatchObject({
      code: 'RUN_NOT_FOUND',
    });
    const late = await engine.start(ten, 1, { delay: '1 day' });
    await expect(late.fork({ before: 'step 8#8' })).rejects.toThrow(/has not begun/);
    const run = await engine.start(ten, 1);
    await run.result();
    await expect(run.fork({ before: 'step 8#8', id: run.id })).rejects.toMatchObject({ code: 'RUN_ID_TAKEN' });
    const fork = await run.fork({ before: 'step 8#8', id: 'f1' });
    expect((await run.fork({ before: 'step 8#8', id: 'f1' })).id).toBe(fork.id); // the same request
    await expect(run.fork({ before: 'step 9#9', id: 'f1' })).rejects.toMatchObject({ code: 'RUN_ID_TAKEN' });
  });

  test('is an id whose run was deleted a moment ago', async () => {
    const engine = createTestEngine({ workflows: [ten] });
    const run = await engine.start(ten, 1);
    const gone = await engine.start(ten, 1, { id: 'gone' });
    await Promise.all([run.result(), gone.result()]);
    await gone.delete();
    await expect(run.fork({ before: 'step 8#8', id: 'gone' })).rejects.toMatchObject({
      code: 'RUN_ID_TAKEN',
      message: expect.stringContaining('the id is free again from') as string,
    });
    await engine.advance('16 minutes');
    const fork = await run.fork({ before: 'step 8#8', id: 'gone', input: 2 });
    expect(await fork.result()).toEqual([1, 2, 3, 4, 5, 6, 7, 16, 18, 20]);
  });
});

test('child runs of what it took over are the other run’s, and later ones its own', async () => {
  const inner = workflow('inner', function* () {
    return runInfo().id;
  });
  const outer = workflow('outer', function* () {
    const first = yield* child(inner);
    yield* step('between', () => 1);
    return [first, yield* child(inner)];
  });
  const engine = createTestEngine({ workflows: [inner, outer] });
  const run = await engine.start(outer);
  const [first, second] = (await run.result()) as [string, string];
  const forked = await (await run.fork({ before: 'between#2' })).result();
  expect(forked[0]).toBe(first);
  expect(forked[1]).not.toBe(second);
});

test('the first turn of a fork reads the journal of the other run once', async () => {
  const cloud = new SmallCloud([ten]);
  const run = await cloud.client.start(ten, 1, { id: 'forked' });
  await cloud.worker().turn('forked');
  const fork = await run.fork({ before: 'step 8#8', input: 100 });
  let reads = 0;
  const worker = cloud.worker({
    around: ({ operation, runId }, go) => {
      if (operation === 'loadRecords' && runId === 'forked') reads += 1;
      return go();
    },
  });
  await worker.turn(fork.id);
  expect(await fork.result()).toEqual([1, 2, 3, 4, 5, 6, 7, 800, 900, 1000]);
  expect(reads).toBe(1);
});
