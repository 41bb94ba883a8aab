/** What CPython does with each scenario, and how a run of ours is held against it. */
import { expect } from 'vitest';
import type { Outcome } from '../../lib/scheduler/live-run.ts';
import { type Row, show } from './trace.ts';
import traces from './traces.json' with { type: 'json' };

interface Expected {
  readonly trace: readonly Row[];
  readonly returns?: unknown;
  readonly raises?: { readonly error: string };
}

export const expected = traces as unknown as Readonly<Record<string, Expected>>;

/** Where asyncio itself raises one of Python's own errors, ours has another class of the same meaning. */
const RAISED_BY_ASYNCIO = ['ValueError', 'RuntimeError'];

/** Row by row, time and order included. */
export function expectTrace(name: string, { rows, outcome }: { rows: readonly Row[]; outcome: Outcome }): void {
  const { trace, returns, raises } = expected[name] as Expected;
  expect(rows).toEqual(trace);
  if (raises === undefined) {
    expect(outcome.kind === 'completed' ? { returns: show(outcome.value) } : outcome).toEqual({ returns });
  } else if (RAISED_BY_ASYNCIO.includes(raises.error)) {
    expect(outcome.kind).toBe('failed');
  } else {
    expect(outcome.kind === 'failed' ? show(outcome.error) : outcome).toEqual(raises);
  }
}
