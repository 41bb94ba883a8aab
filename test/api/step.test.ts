import { defineStep, sleep, step, stepContext, type StepOptions } from 'lull';
import { describe, expect, it } from 'vitest';
import type { StepContext } from '../../lib/core/step.ts';
import { whileProvided } from './while-provided.ts';
import type { PendingStep } from '../../lib/scheduler/live-run.ts';
import { drive, newRun, START_MS } from '../scheduler/drive.ts';
import { caught, runBody } from './run-body.ts';
import { callStepBody } from '../../lib/core/command.ts';

const boom = new Error('boom');

describe('step', () => {
  it('returns what its body returned, and throws what it failed with', () => {
    const result = runBody(function* () {
      const value = yield* step('one', () => 1);
      const error = yield* caught(
        step('bad', () => {
          throw boom;
        }),
      );
      return [value, error];
    });
    expect(result).toEqual([1, boom]);
  });

  it('does nothing before it is awaited', () => {
    const { journal } = drive(
      function* () {
        step('never', () => 1);
        yield* sleep(0);
      },
      { strict: false },
    );
    expect(journal).toHaveLength(1);
  });

  it('passes its options and its body to the engine', () => {
    const options: StepOptions = { timeout: '30s', retry: { maxAttempts: 2 } };
    const run = newRun(function* () {
      yield* step('charge', options, (context) => context.attempt);
    });
    run.deliver({ kind: 'started', atMs: START_MS, version: 'v1' });
    const { command } = run.pending.get(1) as PendingStep;
    expect(command.options).toEqual(options);
    expect(callStepBody(command, { attempt: 3 } as StepContext)).toBe(3);
  });

  it.each([
    ['an empty name', () => step('', () => 1), 'name of a step'],
    ['a name of two lines', () => step('a\nb', () => 1), 'in one line'],
    ['a name that is too long', () => step('x'.repeat(129), () => 1), '128'],
    ['a name that is no text', () => step(7 as never, () => 1), '7'],
    ['no body', () => step('a', undefined as never), 'body of step "a"'],
    ['a promise as its body', () => step('a', Promise.resolve() as never), 'a Promise'],
    ['options that are none', () => step('a', 'fast' as never, () => 1), 'options of step "a"'],
    ['an option that there is not', () => step('a', { retries: 3 } as never, () => 1), 'no option "retries"'],
    ['a retry policy that makes no sense', () => step('a', { retry: { maxAttempts: 0 } }, () => 1), 'maxAttempts'],
    ['a timeout that is not understood', () => step('a', { timeout: 'soon' }, () => 1), 'timeout of step "a"'],
    ['a timeout of zero', () => step('a', { totalTimeout: 0 }, () => 1), 'totalTimeout of step "a" is zero'],
    ['atMostOnce that is no boolean', () => step('a', { atMostOnce: 1 } as never, () => 1), 'atMostOnce'],
  ])('refuses %s', (_, make, message) => {
    const { outcome } = drive(function* () {
      yield* sleep(0);
      make();
    });
    expect(outcome).toMatchObject({
      kind: 'failed',
      error: { code: 'INVALID_ARGUMENT', message: expect.stringContaining(message) as string },
    });
  });

  it('takes names of many kinds: with blanks, colons, umlauts', () => {
    const { journal } = drive(function* () {
      yield* step('Größe: order 7/8', () => 1);
    });
    expect(journal[1]).toMatchObject({ name: 'Größe: order 7/8' });
  });
});

describe('defineStep', () => {
  it('makes a function whose calls are steps, with their arguments at hand', () => {
    const add = defineStep('add', (a: number, b: number) => a + b);
    const run = newRun(function* () {
      return yield* add(2, 3);
    });
    run.deliver({ kind: 'started', atMs: START_MS, version: 'v1' });
    const { command } = run.pending.get(1) as PendingStep;
    expect([command.name, command.args, callStepBody(command, undefined as never)]).toEqual(['add', [2, 3], 5]);
  });

  it('can be made outside of a run, checks its options there, and is called inside only', () => {
    expect(() => defineStep('a', { timeout: 'soon' }, () => 1)).toThrow(/timeout of step "a"/);
    const outside = defineStep('a', { timeout: '1s' }, () => 1);
    expect(() => outside()).toThrow(expect.objectContaining({ code: 'NOT_IN_A_RUN' }) as Error);
  });
});

describe('stepContext', () => {
  it('outside of a step is an error that says where it belongs', () => {
    const error = expect.objectContaining({ code: 'NOT_IN_A_STEP' }) as Error;
    expect(() => stepContext()).toThrow(error);
    const { outcome } = drive(function* () {
      yield* sleep(0);
      stepContext();
    });
    expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'NOT_IN_A_STEP' } });
  });

  it('is what the engine provides', () => {
    const context = { attempt: 4 } as StepContext;
    whileProvided(context, () => {
      expect(stepContext().attempt).toBe(4);
    });
  });
});
