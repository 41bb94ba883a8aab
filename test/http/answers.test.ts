import { describe, expect, it } from 'vitest';
import { StoreUnavailableError } from '../../lib/ports/world-errors.ts';
import { aroundStore } from '../../lib/testing/around-store.ts';
import { ask, createApiWorld, problemOf } from './api-world.ts';

describe('an address that there is not', () => {
  it.each(['/', '/run/g1', '/runs/g1/signals', '/workflow/greet', '/runs/', '/runs/g1/queries'])(
    'answers 404 to %s',
    async (path) => {
      expect(problemOf(await createApiWorld().get(path))).toEqual({
        status: 404,
        code: 'NOT_FOUND',
        detail: `there is nothing at ${path}: GET /openapi.json says what there is`,
      });
    },
  );

  it.each([
    ['PUT', '/runs/g1', 'GET, DELETE'],
    ['POST', '/runs', 'GET'],
    ['GET', '/workflows/greet/runs', 'POST'],
    ['PUT', '/runs/g1/signals/a/b', 'POST'],
    ['PUT', '/runs/g1/queries/a/b', 'GET, POST'],
    ['DELETE', '/runs', 'GET'],
    ['POST', '/openapi.json', 'GET'],
  ])('answers 405 to %s %s and says what it takes', async (method, path, allow) => {
    const answer = await ask(createApiWorld().api, path, { method });
    expect(problemOf(answer)).toEqual({
      status: 405,
      code: 'METHOD_NOT_ALLOWED',
      detail: `${path} does not take ${method}: it takes ${allow}`,
    });
    expect(answer.headers.get('allow')).toBe(allow);
  });
});

describe('a HEAD request', () => {
  it('is answered as a GET without its body', async () => {
    const world = createApiWorld();
    const answer = await ask(world.api, '/workflows', { method: 'HEAD' });
    expect(answer).toMatchObject({ status: 200, body: undefined });
    expect(answer.headers.get('content-type')).toBe('application/json');
  });
});

describe('every answer', () => {
  it('has a request id, the one of the request if it is harmless', async () => {
    const world = createApiWorld();
    const get = (path: string, headers?: Record<string, string>) => world.get(path, headers);
    expect((await get('/workflows', { 'x-request-id': 'req-1' })).headers.get('x-request-id')).toBe('req-1');
    expect((await get('/nowhere', { 'x-request-id': 'req-2' })).headers.get('x-request-id')).toBe('req-2');
    expect((await get('/workflows', { 'x-request-id': 'a "b"' })).headers.get('x-request-id')).toMatch(
      /^[\da-f-]{36}$/,
    );
    expect((await get('/runs/g1')).headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
  });

  it('is not to be kept in a cache', async () => {
    expect((await createApiWorld().get('/workflows')).headers.get('cache-control')).toBe('no-store');
  });
});

describe('an error inside', () => {
  it('answers 500 with nothing of it but the request id, under which the log has it', async () => {
    const world = createApiWorld();
    const store = aroundStore(world.store, () => Promise.reject(new TypeError('secret of arn:aws:dynamodb')));
    const answer = await ask(world.apiWith({ store }), '/runs/g1', { headers: { 'x-request-id': 'req-1' } });
    expect(problemOf(answer)).toEqual({
      status: 500,
      code: 'INTERNAL',
      detail: 'something went wrong inside: the log has it under the request id "req-1"',
    });
    expect(JSON.stringify(answer.body)).not.toContain('secret');
    const [[level, message, fields]] = world.log.lines as [[string, string, { requestId: string; error: Error }]];
    expect([level, message, fields.requestId]).toEqual(['error', 'a request failed', 'req-1']);
    expect(fields.error.message).toBe('secret of arn:aws:dynamodb');
  });

  it('answers 503 with Retry-After when the store does not answer', async () => {
    const world = createApiWorld();
    const store = aroundStore(world.store, ({ operation }) => Promise.reject(new StoreUnavailableError(operation)));
    const answer = await ask(world.apiWith({ store }), '/runs/g1');
    expect(problemOf(answer)).toMatchObject({ status: 503, code: 'STORE_UNAVAILABLE' });
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(world.log.lines).toMatchObject([
      ['warn', 'a request found the store silent', { requestId: expect.any(String) as string }],
    ]);
  });

  it('answers 500 also when what is thrown is no Error', async () => {
    const world = createApiWorld();
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- as an author's code might
    const store = aroundStore(world.store, () => Promise.reject('boom'));
    expect(problemOf(await ask(world.apiWith({ store }), '/runs/g1'))).toMatchObject({ status: 500, code: 'INTERNAL' });
  });
});
