import { describe, expect, it } from 'vitest';
import type { LogLevel } from '../../lib/core/logger.ts';
import { createJsonLogger } from '../../lib/lambda/json-logger.ts';

function logOne(...values: unknown[]): Record<string, unknown> {
  const lines: string[] = [];
  createJsonLogger({ level: 'info', nowMs: () => 0, write: (line) => lines.push(line) }).info(...values);
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toContain('\n');
  return JSON.parse(lines[0]!) as Record<string, unknown>;
}

const HEAD = { timestamp: '1970-01-01T00:00:00.000Z', level: 'INFO' };

describe('a line of the log', () => {
  it('has the texts as its message and the fields of objects as its own', () => {
    expect(logOne('swept', 3, { woken: 1 }, { runId: 'r1' })).toEqual({
      ...HEAD,
      message: 'swept 3',
      woken: 1,
      runId: 'r1',
    });
  });

  it('shows an error with code, stack and cause, given as it is or in a field', () => {
    const cause = new TypeError('why');
    const error = Object.assign(new Error('boom', { cause }), { code: 'BOOM' });
    const shown = {
      name: 'Error',
      message: 'boom',
      code: 'BOOM',
      stack: error.stack,
      cause: { name: 'TypeError', message: 'why', stack: cause.stack },
    };
    expect(logOne('failed', error)).toEqual({ ...HEAD, message: 'failed', error: shown });
    expect(logOne('failed', { runId: 'r1', error })).toEqual({ ...HEAD, message: 'failed', runId: 'r1', error: shown });
  });

  it('keeps its own time and level whatever it is given', () => {
    expect(logOne({ level: 'none', timestamp: 0, message: 'kept' })).toEqual({ ...HEAD, message: 'kept' });
  });

  it('shows what JSON lacks as text', () => {
    expect(logOne(undefined, null, 1n, Symbol('s'), [1])).toEqual({
      ...HEAD,
      message: 'undefined null 1n Symbol(s) [ 1 ]',
    });
    expect(logOne({ amount: 12n })).toMatchObject({ amount: '12n' });
  });

  it('never throws', () => {
    const self: Record<string, unknown> = {};
    self['self'] = self;
    const broken = {
      toJSON: () => {
        throw new Error('no');
      },
    };
    expect(logOne('look', { self })).toMatchObject({ message: 'look', self: expect.any(String) as string });
    expect(logOne('look', { broken })).toMatchObject({ message: 'look', broken: expect.any(String) as string });
  });
});

describe('the level', () => {
  it.each<[LogLevel, LogLevel[]]>([
    ['debug', ['debug', 'info', 'warn', 'error']],
    ['info', ['info', 'warn', 'error']],
    ['warn', ['warn', 'error']],
    ['error', ['error']],
  ])('%s lets %j through', (level, shown) => {
    const lines: string[] = [];
    const log = createJsonLogger({ level, nowMs: () => 0, write: (line) => lines.push(line) });
    for (const each of ['debug', 'info', 'warn', 'error'] as const) log[each]('x');
    expect(lines.map((line) => (JSON.parse(line) as { level: string }).level.toLowerCase())).toEqual(shown);
  });
});
