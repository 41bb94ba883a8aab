/**
 * What a scenario logs, in the form of traces.json, for whatever drives it.
 *
 * A body that is run again, because its run is rebuilt from the journal, logs its first rows again. They are not
 * counted twice: they have to be the same.
 */
import { isDeepStrictEqual } from 'node:util';
import { type Coroutine, ExceptionGroup, now, runInfo, TimeoutError } from 'lull';

/** Seconds since the start, and what was logged. */
export type Row = readonly [seconds: number, ...shown: unknown[]];

export type Log = (...values: unknown[]) => void;

export type Scenario = (log: Log) => Coroutine<unknown>;

export interface Trace {
  readonly rows: readonly Row[];
  /** The scenario as the body of a workflow. */
  readonly body: () => Coroutine<unknown>;
}

export function createTrace(scenario: Scenario): Trace {
  const rows: Row[] = [];
  const body = (): Coroutine<unknown> => {
    let count = 0;
    const startedAtMs = runInfo().startedAt.getTime();
    return scenario((...values) => {
      const row: Row = [(now().getTime() - startedAtMs) / 1000, ...values.map(show)];
      const before = rows[count];
      count += 1;
      if (before === undefined) rows.push(row);
      else if (!isDeepStrictEqual(before, row)) {
        throw new Error(`logged first ${JSON.stringify(before)}, and on replay ${JSON.stringify(row)}`);
      }
    });
  };
  return { rows, body };
}

/** A value as a trace prints it. */
export function show(value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (value instanceof ExceptionGroup) {
    return { error: value.name, message: value.message, errors: value.errors.map(show) };
  }
  // asyncio's TimeoutError says nothing; ours says which limit was up.
  if (value instanceof TimeoutError) return { error: value.name, message: '' };
  if (value instanceof Error) return { error: value.name, message: value.message };
  if (Array.isArray(value)) return value.map(show);
  return value;
}
