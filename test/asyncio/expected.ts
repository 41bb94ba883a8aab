/** What CPython does with each scenario, and how a run of ours is held against it. */
import { expect } from 'vitest';
import type { Outcome } from '../../lib/scheduler/live-run.ts';
import { type Row, show } from './trace.ts';
import traces from './traces.json' with { type: 'json' };

interface Expected {
  readonly trace: readonly Row[];
  /** The errors that asyncio tells of, since nothing has taken them: in no order. */
  readonly told?: readonly unknown[];
  readonly returns?: unknown;
  readonly raises?: { readonly error: string };
}

/** `python`: the version that was recorded. */
const { python, ...recorded } = traces as unknown as { readonly python: string } & Readonly<Record<string, Expected>>;

export const expected: Readonly<Record<string, Expected>> = recorded;

/** Where asyncio itself raises one of Python's own errors, ours has another class of the same meaning. */
const RAISED_BY_ASYNCIO = ['ValueError', 'RuntimeError'];

/** How a run of ours went. */
export interface Played {
  readonly rows: readonly Row[];
  /** All values of its lines of log. */
  readonly logged: readonly unknown[];
  readonly outcome: Outcome;
}

/** Row by row, time and order included. */
export function expectTrace(name: string, { rows, logged, outcome }: Played): void {
  const { trace, told = [], returns, raises } = expected[name] as Expected;
  expect(rows, `CPython ${python}`).toEqual(trace);
  expect(logged.filter((value) => value instanceof Error).map(show)).toEqual(told);
  if (raises === undefined) {
    expect(outcome.kind === 'completed' ? { returns: show(outcome.value) } : outcome).toEqual({ returns });
  } else if (RAISED_BY_ASYNCIO.includes(raises.error)) {
    expect(outcome.kind).toBe('failed');
  } else {
    expect(outcome.kind === 'failed' ? show(outcome.error) : outcome).toEqual(raises);
  }
}
