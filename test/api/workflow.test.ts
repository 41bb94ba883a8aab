import { type Coroutine, createTask, now, sleep, step, timeout, TimeoutError, workflow } from 'lull';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { definitionOf, isWorkflow } from '../../lib/core/workflow.ts';
import { drive, START_MS } from '../scheduler/drive.ts';
import { caught, runBody } from './run-body.ts';

const greet = workflow('greet', function* (name: string) {
  yield* sleep('1s');
  return `Hello, ${name}`;
});

describe('a workflow', () => {
  it('called inside a run is its coroutine, which does nothing until it is awaited', () => {
    const result = runBody(function* () {
      const greeting = greet('Ada');
      const before = now().getTime() - START_MS;
      const text = yield* greeting;
      const aside = yield* createTask(greet('Bob'));
      return [before, text, aside, yield* timeout('5s', greet('Eve'))];
    });
    expect(result).toEqual([0, 'Hello, Ada', 'Hello, Bob', 'Hello, Eve']);
  });

  it('has its name, and is known as one', () => {
    expect(greet.name).toBe('greet');
    expect(isWorkflow(greet)).toBe(true);
    expect([() => 1, {}, undefined, function* () {}].map(isWorkflow)).toEqual([false, false, false, false]);
  });

  it('has a definition for the engine', () => {
    const input = z.object({ cents: z.number() });
    const steps = { timeout: '10s' };
    const full = workflow('full', { input, timeout: '1h', retention: '30 days', steps }, function* ({ cents }) {
      yield* sleep(0);
      return cents;
    });
    expect(definitionOf(full)).toMatchObject({
      name: 'full',
      inputSchema: input,
      timeoutMs: 3_600_000,
      retentionMs: 30 * 86_400_000,
      stepDefaults: steps,
    });
    expect(definitionOf(greet)).toMatchObject({
      timeoutMs: undefined,
      retentionMs: undefined,
      stepDefaults: undefined,
    });
  });

  it('is kept for 15 minutes at least, and refuses less', () => {
    const body = function* () {
      yield* sleep(0);
    };
    expect(() => workflow('short', { retention: '14m' }, body)).toThrow(
      'the retention of workflow "short" is "14m": give 15 minutes or more, or leave it out to keep runs forever',
    );
    expect(definitionOf(workflow('short', { retention: '15m' }, body))?.retentionMs).toBe(900_000);
  });

  it('in a journal of before fails with a TimeoutError when its timer is due', () => {
    const slow = workflow('slow', { timeout: '1h' }, function* (days: number) {
      yield* sleep({ days });
      return days;
    });
    const { outcome, endedAtMs } = drive(() => definitionOf(slow).startWithTimer(3));
    expect(outcome).toMatchObject({ kind: 'failed', error: expect.any(TimeoutError) as unknown });
    expect(endedAtMs - START_MS).toBe(3_600_000);
    // Awaited inline it is a part of the run that awaits it.
    expect(runBody(() => slow(3))).toBe(3);
  });

  it('awaited twice returns nothing new, and a second task of it is an error', () => {
    const error = runBody(function* () {
      const coroutine = greet('Ada');
      yield* createTask(coroutine);
      try {
        createTask(coroutine);
      } catch (error) {
        return error;
      }
      return undefined;
    });
    expect(error).toMatchObject({ code: 'ALREADY_AWAITED', message: expect.stringContaining('generator') as string });
  });

  it('whose body is a plain function that returns a coroutine is fine; one that returns something else is an error', () => {
    const fine = workflow('fine', (name: string) => greet(name));
    expect(runBody(() => definitionOf(fine).start('Ada') as Coroutine<string>)).toBe('Hello, Ada');
    const plain = workflow('plain', ((name: string) => `Hello, ${name}`) as never);
    const { outcome } = drive(() => definitionOf(plain).start('Ada'));
    expect(outcome).toMatchObject({
      kind: 'failed',
      error: { code: 'NOT_AWAITABLE', message: expect.stringContaining('workflow "plain"') as string },
    });
    expect(runBody(() => caught(workflow<void, void>('x', (() => 1) as never)()))).toMatchObject({
      code: 'NOT_AWAITABLE',
    });
  });

  it.each([
    ['an empty name', () => workflow('', greet), /the name of a workflow is ""/],
    ['a name with blanks', () => workflow('check out', greet), /letters, digits/],
    ['a name with a slash', () => workflow('a/b', greet), /letters, digits/],
    ['a name that begins with a dot', () => workflow('.hidden', greet), /beginning with/],
    ['a name that is too long', () => workflow('x'.repeat(129), greet), /128/],
    ['no body', () => workflow('a', undefined as never), /body of workflow "a" is undefined/],
    [
      'an async function',
      () => workflow('a', (async () => Promise.resolve()) as never),
      /an async function.*function\*/,
    ],
    ['an async generator', () => workflow('a', async function* () {} as never), /an async function/],
    ['options that are none', () => workflow('a', 'x' as never, greet), /options of workflow "a"/],
    ['an option that there is not', () => workflow('a', { timout: 1 } as never, greet), /no option "timout"/],
    ['a timeout that is not understood', () => workflow('a', { timeout: 'x' }, greet), /timeout of workflow "a"/],
    [
      'step defaults that make no sense',
      () => workflow('a', { steps: { timeout: 0 } }, greet),
      /steps of workflow "a"/,
    ],
    ['a schema that is none', () => workflow('a', { input: {} as never }, greet), /Standard Schema/],
  ])('refuses %s where it is defined', (_, define, message) => {
    expect(define).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }) as Error);
    expect(define).toThrow(message);
  });
});

it('the steps of a workflow that is awaited inline are steps of the run that awaits it', () => {
  const inner = workflow('inner', { steps: { timeout: '1s' } }, function* () {
    return yield* step('inner step', () => 1);
  });
  const { journal } = drive(function* () {
    yield* step('outer step', () => 1);
    yield* inner();
  });
  expect(journal.filter(({ kind }) => kind === 'step')).toMatchObject([{ name: 'outer step' }, { name: 'inner step' }]);
});
