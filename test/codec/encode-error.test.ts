import http from 'node:http';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode } from '../../lib/codec/decode.ts';
import { encodedBytes } from '../../lib/codec/encode.ts';
import { encodeError, MAX_ERROR_BYTES } from '../../lib/codec/encode-error.ts';
import { registerClass } from '../../lib/core/class-registry.ts';
import { CancelledError, NonRetryableError } from '../../lib/core/errors.ts';
import { parsed, stored } from './round-trip.ts';

const where = 'the failure of step "charge"';

interface Failure extends Error {
  [key: string]: unknown;
}

/** What is recorded of a failure, and what comes back. */
function record(thrown: unknown): { back: Failure; omitted: string[] } {
  const encoded = encodeError(thrown, where);
  expect(encodedBytes(encoded)).toBeLessThanOrEqual(MAX_ERROR_BYTES);
  const text = JSON.stringify(encoded);
  const back = decode(parsed(text)) as Failure;
  expect(back).toBeInstanceOf(Error);
  expect(JSON.stringify(encodeError(back, where)) === text, 'it is recorded as the same bytes again').toBe(true);
  const node = parsed(text) as unknown as { v?: { omitted?: string[] }; omitted?: string[] };
  const omitted = (node.v ?? node).omitted ?? [];
  return { back, omitted };
}

describe('a failure that can be stored', () => {
  it('is recorded as it is', () => {
    const error = Object.assign(new NonRetryableError('no', { cause: new TypeError('x') }), { at: new Date(0) });
    const { back, omitted } = record(error);
    expect(back).toBeInstanceOf(NonRetryableError);
    expect(back.cause).toBeInstanceOf(TypeError);
    expect(back['at']).toEqual(new Date(0));
    expect(omitted).toEqual([]);
    expect(JSON.stringify(encodeError(error, where))).toBe(stored(error));
  });

  it('is wrapped if it is no Error', () => {
    const { back } = record('boom');
    expect(back.message).toBe('"boom" was thrown, which is no Error');
    expect(back.cause).toBe('boom');
    expect(record(undefined).back.message).toContain('undefined was thrown');
  });
});

describe('of a failure that holds what cannot be stored', () => {
  it('the rest is recorded, and what was left out is listed', () => {
    const error = Object.assign(new Error('boom'), { code: 'E1', retry: () => 1, key: Symbol('s'), n: 1 });
    const { back, omitted } = record(error);
    expect([back['code'], back['n'], back.message]).toEqual(['E1', 1, 'boom']);
    expect(Object.keys(back)).toEqual(['code', 'n']);
    expect(omitted).toEqual(['$.retry', '$.key']);
  });

  it('only the nearest property of an object is left out', () => {
    const response = { status: 502, data: { reason: 'down' }, request: { socket: () => 1, path: '/' } };
    const error = Object.assign(new Error('boom'), { response, list: [{ ok: 1, no: () => 1 }, 2], bad: [1, () => 1] });
    const { back, omitted } = record(error);
    expect(back['response']).toEqual({ status: 502, data: { reason: 'down' }, request: { path: '/' } });
    expect(back['list']).toEqual([{ ok: 1 }, 2]);
    expect(omitted).toEqual(['$.response.request.socket', '$.list[0].no', '$.bad[1]']);
  });

  it('an HTTP client error keeps its status and loses its sockets', async () => {
    const server = http.createServer((_request, response) => response.writeHead(503).end('down'));
    await new Promise<void>((resolve) => server.listen(0, resolve));
    const { port } = server.address() as { port: number };
    const request = http.get({ port });
    const response = await new Promise<http.IncomingMessage>((resolve) => request.once('response', resolve));
    const error = Object.assign(new Error('Request failed with status code 503'), {
      name: 'AxiosError',
      // Not all of `http`: what it exports differs from Node to Node, and the list of what was left out has an end.
      config: { url: '/', transformRequest: [() => 1], headers: new Headers(), adapter: { get: http.get } },
      request,
      response: { status: 503, statusText: response.statusMessage, headers: response.headers, data: 'down', request },
    });
    error.cause = error;
    const { back, omitted } = record(error);
    response.resume();
    server.close();
    expect(back.name).toBe('AxiosError');
    expect(back['response']).toMatchObject({ status: 503, statusText: 'Service Unavailable', data: 'down' });
    expect(back['config']).toMatchObject({ url: '/' });
    expect(back.cause).toBe(back);
    expect(omitted).toEqual(expect.arrayContaining(['$.request', '$.response.request', '$.config.headers']));
  });

  it('circles stay, and nothing refers to what was left out', () => {
    const common = { name: 'common' };
    const error = Object.assign(new Error('boom'), {
      first: [common, () => 1],
      second: { common },
      third: { common, self: undefined as Error | undefined },
    });
    error.third.self = error;
    const { back, omitted } = record(error);
    expect(Object.keys(back)).toEqual(['second', 'third']);
    const { second, third } = back as unknown as typeof error;
    expect(second.common).toBe(third.common);
    expect(third.self).toBe(back);
    expect(omitted).toEqual(['$.first[1]']);
  });

  it('the cause keeps its message when what hangs on it cannot be stored', () => {
    const cause = Object.assign(new RangeError('deep'), { socket: new WeakMap() });
    const { back, omitted } = record(new Error('boom', { cause: new AggregateError([cause], 'many') }));
    const inner = (back.cause as AggregateError).errors[0] as Error;
    expect([inner.constructor, inner.message]).toEqual([RangeError, 'deep']);
    expect(omitted).toEqual(['$.cause.errors[0].socket']);
  });

  it('what was thrown and is no Error is left out if it cannot be stored', () => {
    const { back, omitted } = record(() => 1);
    expect(back.message).toContain('a function was thrown');
    expect(omitted).toEqual(['$.cause']);
  });

  it('the list of what was left out is bounded', () => {
    const functions = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`f${index}`, () => index]));
    const { omitted } = record(Object.assign(new Error('boom'), functions));
    expect(omitted).toHaveLength(21);
    expect(omitted.at(-1)).toBe('and 480 more');
  });

  it('an error that is its own class and cannot give its data is recorded as a plain one', () => {
    class Stubborn extends Error {}
    const toData = () => {
      throw new Error('no data');
    };
    registerClass(Stubborn, { name: 'test.Stubborn', toData, fromData: () => new Stubborn() });
    const { back } = record(new Stubborn('boom'));
    expect([back.name, back.message]).toEqual(['Stubborn', 'boom']);
  });
});

describe('of a failure that is too large', () => {
  it('the largest properties are left out first', () => {
    const error = Object.assign(new Error('boom'), { data: 'd'.repeat(1e6), code: 'E1', body: 'b'.repeat(60_000) });
    const { back, omitted } = record(error);
    expect(back['code']).toBe('E1');
    expect((back['body'] as string).length).toBe(60_000);
    expect(omitted).toEqual(['$.data']);
  });

  it('a long message is cut, and says how long it was', () => {
    const { back } = record(new Error('m'.repeat(1e6)));
    expect(back.message).toMatch(/^m+\.\.\. \(1000000 characters in all\)$/);
    expect(back.message.length).toBeLessThan(9_000);
  });

  it('a cause keeps its message while its large properties go', () => {
    const cause = Object.assign(new Error('deep'), { $: 1, data: 'd'.repeat(1e6) });
    const { back, omitted } = record(new Error('boom', { cause }));
    expect((back.cause as Error).message).toBe('deep');
    expect(omitted).toEqual(['$.cause.data']);
  });

  it('a chain of causes is cut where it is too deep', () => {
    let error = new Error('bottom');
    for (let depth = 0; depth < 10_000; depth += 1) error = new Error(`level ${depth}`, { cause: error });
    const { back, omitted } = record(error);
    expect((back.cause as Error).message).toBe('level 9998');
    expect(omitted).toHaveLength(1);
  });

  it('hundreds of errors in a group fit', () => {
    const errors = Array.from({ length: 500 }, (_, index) => new Error(`e${index}`));
    expect(record(new AggregateError(errors, 'many')).back.message).toBe('many');
  });

  it('a name of a megabyte does not matter', () => {
    const error = Object.defineProperty(new Error('boom'), 'name', { value: 'n'.repeat(1e6) });
    expect(record(error).back.message).toContain('cannot be stored');
  });
});

describe('recording never fails', () => {
  const trap = () => {
    throw new Error('trap');
  };
  const trapped = (key: string) => Object.defineProperty(new Error('boom'), key, { get: trap, enumerable: true });
  const everything = new Proxy(Object.assign(new Error('boom'), { a: 1 }), {
    get: trap,
    has: trap,
    ownKeys: trap,
    getPrototypeOf: trap,
    getOwnPropertyDescriptor: trap,
  });
  const revoked = Proxy.revocable(new Error('boom'), {});
  revoked.revoke();
  const growing: Error = new Proxy(new Error('boom'), { get: (_, key) => (key === 'cause' ? growing : trap()) });
  const endless = (): object => new Proxy({ a: 1, b: 2, c: 3 }, { get: () => endless() });

  it.each<[string, unknown]>([
    ['a message that throws', trapped('message')],
    ['a name that throws', trapped('name')],
    ['a stack that throws', trapped('stack')],
    ['a cause that throws', trapped('cause')],
    ['a property that throws', trapped('code')],
    ['a Proxy whose every trap throws', everything],
    ['a Proxy that was revoked', revoked.proxy],
    ['a Proxy that throws for most', growing],
    ['an error without a prototype of errors', Object.setPrototypeOf(new Error('boom'), null)],
    ['an error that makes up ever new objects', Object.assign(new Error('boom'), { data: endless() })],
    ['an error whose errors are no list', Object.defineProperty(new Error('boom'), 'errors', { value: () => 1 })],
    ['an error with __proto__ as its own', JSON.parse('{"__proto__":1}')],
    ['a symbol', Symbol('thrown')],
    ['a revoked function', Proxy.revocable(trap, {}).proxy],
    ['a cancellation', new CancelledError()],
  ])('%s', (_name, thrown) => {
    const { back } = record(thrown);
    expect(typeof back.message).toBe('string');
  });

  it('a message that throws leaves the rest', () => {
    const { back, omitted } = record(Object.assign(trapped('message'), { code: 'E1' }));
    expect(back['code']).toBe('E1');
    expect(omitted).toEqual(['$.message']);
  });

  it('whatever is thrown', () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withSparseArray: true,
    });
    const holder = fc.record({ value: anything, kind: fc.constantFrom('thrown', 'cause', 'own', 'errors', 'message') });
    fc.assert(
      fc.property(holder, fc.func(anything), ({ value, kind }, fn) => {
        const poisoned = { value, fn, nested: [value, fn] };
        if (kind === 'thrown') return void record(value);
        if (kind === 'cause') return void record(new Error('boom', { cause: poisoned }));
        if (kind === 'own') return void record(Object.assign(new Error('boom'), poisoned));
        if (kind === 'errors') return void record(new AggregateError([value, fn], 'boom'));
        return void record(Object.assign(new Error('boom'), { message: value }));
      }),
      { numRuns: 300 },
    );
  });
});
