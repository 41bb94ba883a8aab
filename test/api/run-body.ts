/** Runs a coroutine as the body of a run, in memory. */
import { expect } from 'vitest';
import { sleep } from '../../lib/api/sleep.ts';
import type { Awaitable, Coroutine } from '../../lib/core/awaitable.ts';
import { InconclusiveError } from '../inconclusive.ts';
import { drive, type DriveOptions, type Driven } from '../scheduler/drive.ts';

/**
 * Runs the body straight through, and once more rebuilt from the journal before each event: both give the same. Gives
 * its result, or throws what it threw. What changes is to be made inside the body.
 */
export function runBody<T>(body: () => Coroutine<T>, options: DriveOptions = {}): T {
  const straight = settle<T>(drive(body, { ...options, mode: 'straight' }));
  const rebuilt = settle<T>(drive(body, { ...options, mode: 'rebuilt' }));
  expect(rebuilt).toEqual(straight);
  if (straight.kind === 'threw') throw straight.error;
  return straight.value;
}

type Settled<T> = { readonly kind: 'gave'; readonly value: T } | { readonly kind: 'threw'; readonly error: unknown };

function settle<T>({ outcome }: Driven): Settled<T> {
  if (outcome.kind === 'going-on') throw new InconclusiveError('the run waits for something that never comes');
  if (outcome.kind === 'completed') return { kind: 'gave', value: outcome.value as T };
  if (outcome.kind === 'continued') throw new InconclusiveError('the run continues as new');
  return { kind: 'threw', error: outcome.error };
}

/** Lets all other ready tasks go first, so many times. */
export function* pause(times = 1): Coroutine<void> {
  for (let time = 0; time < times; time += 1) yield* sleep(0);
}

/** The error that awaiting gives; fails if there is none. */
export function* caught(awaitable: Awaitable<unknown>): Coroutine<unknown> {
  try {
    yield* awaitable;
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
