import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import type { LogLevel } from '../../lib/core/logger.ts';
import { createFunctionLogger } from '../../lib/lambda/function-logger.ts';
import { keysOf, withScope } from '../../lib/lambda/scope.ts';

type Line = Record<string, unknown>;

function keptLog(level: LogLevel = 'info') {
  const lines: string[] = [];
  const log = createFunctionLogger({ level, service: 'Shop/Workflows', write: (line) => lines.push(line) });
  return { log, lines, read: () => lines.map((line) => JSON.parse(line) as Line) };
}

function logOne(...values: unknown[]): Line {
  const { log, lines, read } = keptLog();
  log.info(...values);
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toContain('\n');
  const [{ timestamp, ...line } = {}] = read();
  expect(new Date(timestamp as string).toISOString()).toBe(timestamp);
  return line;
}

const HEAD = { level: 'INFO', service: 'Shop/Workflows' };

describe('a line of the log', () => {
  it('has the texts as its message and the fields of objects as its own', () => {
    expect(logOne('swept', 3, { woken: 1 }, { runId: 'r1' })).toEqual({
      ...HEAD,
      message: 'swept 3',
      woken: 1,
      runId: 'r1',
    });
  });

  it.each([
    ['as it is', (error: Error) => [error]],
    ['in a field', (error: Error) => [{ error }]],
    ['of another realm', (error: Error) => [foreign(error)]],
  ])('shows an error with code, stack and cause: %s', (_how, given) => {
    const cause = new TypeError('why');
    const error = Object.assign(new Error('boom', { cause }), { code: 'BOOM' });
    expect(logOne('failed', ...given(error))).toEqual({
      ...HEAD,
      message: 'failed',
      error: {
        name: 'Error',
        message: 'boom',
        code: 'BOOM',
        stack: expect.any(String) as string,
        cause: { name: 'TypeError', message: 'why', stack: cause.stack },
      },
    });
  });

  it('shows of an error nothing else that is on it', () => {
    const error = Object.assign(new Error('refused', { cause: { secret: 'sesame' } }), { Item: { secret: 'sesame' } });
    expect(JSON.stringify(logOne('failed', error))).not.toContain('sesame');
  });

  it('shows the errors of a group, and a circle of causes not for ever', () => {
    const group = new AggregateError([new Error('one'), new Error('two'), 'no error'], 'both');
    expect(logOne(group)['error']).toMatchObject({ errors: [{ message: 'one' }, { message: 'two' }] });
    const circle = new Error('round');
    circle.cause = circle;
    expect(JSON.stringify(logOne(circle)).split('"round"').length - 1).toBe(8);
  });

  it('keeps its own time and level whatever it is given, and says nothing of it', () => {
    expect(logOne({ level: 'none', timestamp: 0, service: 'x', message: 'kept' })).toEqual({
      ...HEAD,
      message: 'kept',
    });
  });

  it('shows what JSON lacks as text', () => {
    expect(logOne(undefined, null, 1n, Symbol('s'), [1])['message']).toBe('undefined null 1n Symbol(s) [ 1 ]');
    expect(logOne({ amount: 12n })).toMatchObject({ amount: '12' });
  });

  it('keeps both of two errors, with message, stack and causes', () => {
    const late = new Error('late', { cause: new TypeError('why') });
    expect(logOne('both failed', new RangeError('early'), late)).toEqual({
      ...HEAD,
      message: 'both failed',
      error: { name: 'RangeError', message: 'early', stack: expect.any(String) as string },
      moreErrors: [
        {
          name: 'Error',
          message: 'late',
          stack: late.stack,
          cause: { name: 'TypeError', message: 'why', stack: expect.any(String) as string },
        },
      ],
    });
    expect(logOne(new Error('one'), { error: new Error('two') })).toMatchObject({
      error: { message: 'two' },
      moreErrors: [{ message: 'one' }],
    });
  });

  it('shows maps, sets, expressions and numbers that JSON lacks', () => {
    const stock = new Map<string, unknown>([
      ['apples', 3],
      ['left', new Set([1n, 'two'])],
    ]);
    expect(logOne('look', { stock, prices: new Map([[1, NaN]]), match: /a+/, weak: new WeakMap() })).toEqual({
      ...HEAD,
      message: 'look',
      stock: { apples: 3, left: ['1', 'two'] },
      prices: [[1, 'NaN']],
      match: '/a+/',
      weak: 'a WeakMap',
    });
    expect(logOne('stock:', new Map([['a', 1]]))['message']).toBe("stock: Map(1) { 'a' => 1 }");
  });

  it('marks a circle, and keeps what stands beside it', () => {
    const self: Record<string, unknown> = { kept: 1 };
    self['self'] = self;
    expect(logOne('look', { self, map: new Map([['self', self]]) })).toMatchObject({
      message: 'look',
      self: { kept: 1, self: '[Circular]' },
      map: { self: { kept: 1, self: '[Circular]' } },
    });
    const deep = Array.from({ length: 10_000 }).reduce<object>((inner) => ({ inner }), {});
    expect(JSON.stringify(logOne({ deep }))).toContain('an object');
  });

  const fail = (): never => {
    throw new Error('no');
  };
  const odd = (properties: PropertyDescriptorMap): Error => Object.defineProperties(new Error('odd'), properties);

  it.each<[string, unknown, Record<string, unknown>]>([
    ['a toJSON that throws', { broken: { toJSON: fail } }, { broken: '(cannot be written as JSON)' }],
    [
      'a getter that throws',
      {
        a: {
          get broken() {
            return fail();
          },
        },
      },
      { a: { broken: '(cannot be written as JSON)' } },
    ],
    [
      'a getter of its own that throws',
      {
        get broken() {
          return fail();
        },
      },
      { broken: '(cannot be written as JSON)' },
    ],
    ['a Proxy that throws', { proxy: new Proxy({}, { ownKeys: fail, getPrototypeOf: fail, has: fail }) }, {}],
    ['a revoked Proxy', { proxy: revoked() }, {}],
    [
      'an inspection that throws',
      Object.assign(new URL('http://x'), { [Symbol.for('nodejs.util.inspect.custom')]: fail }),
      {},
    ],
    [
      'an error whose message throws',
      odd({ message: { get: fail } }),
      { error: { message: '(its message cannot be read)' } },
    ],
    [
      'an error whose name throws',
      odd({ name: { get: fail } }),
      { error: { message: 'odd', name: '(its name cannot be read)' } },
    ],
    ['an error whose stack throws', odd({ stack: { get: fail } }), { error: { message: 'odd' } }],
    [
      'an error whose cause and errors throw',
      odd({ cause: { get: fail }, errors: { get: fail } }),
      { error: { message: 'odd' } },
    ],
    [
      'an error whose toString and toJSON throw',
      odd({ toString: { value: fail }, toJSON: { value: fail } }),
      { error: { message: 'odd' } },
    ],
    [
      'an error whose message is an object',
      odd({ message: { value: { toString: fail } } }),
      { error: { message: 'an object' } },
    ],
  ])('is not lost for %s', (_what, value, shown) => {
    expect(logOne('look', value, { runId: 'r1' })).toMatchObject({ runId: 'r1', ...shown });
    expect(logOne('look', { value })['message']).toBe('look');
  });

  it('ends nothing when it cannot be written', () => {
    const log = createFunctionLogger({ level: 'info', service: 's', write: fail });
    expect(() => log.info('x')).not.toThrow();
  });
});

describe('the level', () => {
  it.each<[LogLevel, LogLevel[]]>([
    ['debug', ['debug', 'info', 'warn', 'error']],
    ['info', ['info', 'warn', 'error']],
    ['warn', ['warn', 'error']],
    ['error', ['error']],
  ])('%s lets %j through', (level, shown) => {
    const { log, read } = keptLog(level);
    for (const each of ['debug', 'info', 'warn', 'error'] as const) log[each]('x');
    expect(read().map((line) => String(line['level']).toLowerCase())).toEqual(shown);
  });
});

describe('the keys of a line', () => {
  it('are those of the invocation and the turn that it is written in, at that time', async () => {
    const { log, read } = keptLog();
    await withScope({ function_request_id: 'aws-1' }, async () => {
      const turn = async (runId: string, others: () => Promise<void>): Promise<void> =>
        withScope({ runId }, async () => {
          log.info('before');
          await others();
          log.info('after');
        });
      let goOn = (): void => undefined;
      const other = new Promise<void>((resolve) => (goOn = resolve));
      await Promise.all([turn('r1', () => other), turn('r2', async () => goOn())]);
      log.info('done');
    });
    log.info('outside');
    expect(read().map(({ message, runId, function_request_id }) => [message, runId, function_request_id])).toEqual([
      ['before', 'r1', 'aws-1'],
      ['before', 'r2', 'aws-1'],
      ['after', 'r1', 'aws-1'],
      ['after', 'r2', 'aws-1'],
      ['done', undefined, 'aws-1'],
      ['outside', undefined, undefined],
    ]);
  });

  it('are the function and its request, and whether the process is new, which it is once', () => {
    const context = { getRemainingTimeInMillis: () => 1, awsRequestId: 'aws-1', functionName: 'worker' };
    keysOf(context);
    expect(keysOf(context)).toEqual({ function_name: 'worker', function_request_id: 'aws-1', cold_start: false });
    expect(keysOf(undefined)).toEqual({ cold_start: false });
  });
});

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function foreign({ message, cause }: Error): Error {
  const { runInNewContext } = createRequire(import.meta.url)('node:vm') as typeof import('node:vm');
  const made = runInNewContext('Object.assign(new Error("boom"), { code: "BOOM" })') as Error;
  return Object.assign(made, { message, cause });
}
