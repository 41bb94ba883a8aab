/** What a request can do besides what it asks for: nothing. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { createApiHandler } from '../../functions/create-api-handler.ts';
import { ROUTES } from '../../lib/http/api.ts';
import { toRequest } from '../../lib/aws/http-event.ts';
import { MemoryStore } from '../../lib/memory/memory-store.ts';
import { ask, createApiWorld, problemOf } from '../http/api-world.ts';
import * as rating from '../client/fixtures/rating.ts';

const HEADERS_OF_EVERY_ANSWER = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

describe('every answer', () => {
  const requests: [string, string, string | undefined][] = [
    ...ROUTES.map(({ method, path }): [string, string, string | undefined] => [
      method,
      path.replace('{id}', 'r1').replace('{name}', 'greet'),
      method === 'POST' ? '"x"' : undefined,
    ]),
    ['GET', '/openapi.json', undefined],
    ['GET', '/nothing', undefined],
    ['PUT', '/runs', '{}'],
    ['POST', '/workflows/greet/runs', '{'],
    ['HEAD', '/workflows', undefined],
    ['OPTIONS', '/runs', undefined],
  ];

  it.each(requests)(
    'of %s %s is kept by no cache, taken for nothing but its type, and lets no other page in',
    async (method, path, body) => {
      const { api } = createApiWorld();
      const response = await api.request(path, {
        method,
        headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
        ...(body === undefined ? {} : { body }),
      });
      for (const [name, value] of Object.entries(HEADERS_OF_EVERY_ANSWER))
        expect(response.headers.get(name)).toBe(value);
      expect(response.headers.get('content-type')).toMatch(/^application\/(problem\+)?json/);
      expect([...response.headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
      expect([...response.headers.keys()]).not.toContain('set-cookie');
    },
  );
});

describe('the method', () => {
  it.each(['x-http-method-override', 'x-http-method', 'x-method-override'])(
    'is not overruled by %s',
    async (header) => {
      const world = createApiWorld();
      await world.post('/workflows/greet/runs?id=r1', '"Ada"');
      const answer = await ask(world.api, '/runs/r1/terminate', { headers: { [header]: 'POST' } });
      expect(answer.status).toBe(405);
      expect((await world.post('/runs', undefined, { [header]: 'GET' })).status).toBe(405);
      expect((await world.store.readRun('r1'))?.inboxIds).toEqual([]);
    },
  );

  it('is not overruled by a parameter', async () => {
    expect(problemOf(await createApiWorld().get('/runs/r1?_method=POST')).code).toBe('INVALID_ARGUMENT');
  });
});

describe('the type of a body', () => {
  it.each([
    'application/json',
    'text/html',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    '',
  ])('is JSON, whatever %j says: no other parser reads it', async (type) => {
    const { post } = createApiWorld();
    expect((await post('/workflows/greet/runs', '"Ada"', { 'content-type': type })).status).toBe(202);
    expect(problemOf(await post('/workflows/greet/runs', 'name=Ada', { 'content-type': type })).code).toBe(
      'INVALID_JSON',
    );
  });

  it.each(['gzip', 'br', 'deflate'])('is not unpacked, even if it is said to be %s', async (encoding) => {
    const { post } = createApiWorld();
    expect(problemOf(await post('/workflows/greet/runs', '\u001f\u008b', { 'content-encoding': encoding })).code).toBe(
      'INVALID_JSON',
    );
  });
});

describe('an id in a path', () => {
  it.each([
    'a%2Fb',
    '..%2F..%2Fetc%2Fpasswd',
    '%2e%2e%2fworkflows',
    'a%0d%0aSet-Cookie:%20a=b',
    'a%00b',
    'a%20b',
    '%ff%fe',
    'r%3Fwait=1s',
    'r%23x',
    'a'.repeat(129),
    'schedule%2Fnightly',
    '%7B%22S%22%3A%22x%22%7D',
  ])('cannot be %s', async (id) => {
    const { get, post } = createApiWorld();
    expect(problemOf(await get(`/runs/${id}`)).code).toBe('INVALID_ARGUMENT');
    expect(problemOf(await get(`/runs/${id}/history`)).code).toBe('INVALID_ARGUMENT');
    expect(problemOf(await post(`/runs/${id}/signals/go`, 1)).code).toBe('INVALID_ARGUMENT');
    expect(problemOf(await post(`/runs/${id}/terminate`)).code).toBe('INVALID_ARGUMENT');
    expect(problemOf(await post(`/workflows/greet/runs?id=${id}`, '"x"')).code).toBe('INVALID_ARGUMENT');
  });

  it('never gets into a header of the answer in another form', async () => {
    const { post } = createApiWorld();
    const { headers } = await post('/workflows/greet/runs?id=a.b_c:d-e', '"x"');
    expect(headers.get('location')).toBe('/runs/a.b_c:d-e');
  });

  it('of the kind of the table’s own other keys is none: nobody reads schedules or shards as runs', async () => {
    const world = createApiWorld();
    await world.store.putValue('schedule/nightly', 'last-run', 'r1');
    expect(problemOf(await world.get('/runs/schedule%2Fnightly')).code).toBe('INVALID_ARGUMENT');
  });
});

describe('the id of a request', () => {
  it.each(['a b', 'a\u0001b', 'x'.repeat(129), '<script>', '{"a":1}', 'ä'])(
    'is made anew where the caller gives %j',
    async (id) => {
      const { headers } = await createApiWorld().get('/workflows', { 'x-request-id': encodeURI(id) === id ? id : 'ä' });
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    },
  );

  it('cannot bring a line break along, through the gateway’s own id either', () => {
    const request = toRequest({
      rawPath: '/workflows',
      headers: { 'x-a': 'b\r\nx-evil: 1' },
      requestContext: { http: { method: 'GET' }, requestId: 'r\r\nx-evil: 1' },
    });
    expect(request.headers.get('x-evil')).toBeNull();
  });
});

describe('a cursor', () => {
  it.each(['x', '{"pk":{"S":"r1"}}', '9'.repeat(2_000), '000000000000000', "' OR 1=1", ''])(
    'cannot be %j',
    async (cursor) => {
      const { get } = createApiWorld();
      expect(problemOf(await get(`/runs?cursor=${encodeURIComponent(cursor)}`)).code).toBe('INVALID_ARGUMENT');
    },
  );

  it('leads from page to page', async () => {
    const world = createApiWorld();
    for (const id of ['a', 'b', 'c']) await world.post(`/workflows/greet/runs?id=${id}`, '"x"');
    let cursor: string | undefined;
    const seen: string[] = [];
    do {
      const { body } = await world.get(
        `/runs?limit=1${cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
      );
      const page = body as { runs: { id: string }[]; cursor?: string };
      seen.push(...page.runs.map(({ id }) => id));
      ({ cursor } = page);
    } while (cursor !== undefined);
    expect(seen.sort()).toEqual(['a', 'b', 'c']);
  });
});

describe('nesting', () => {
  it.each([
    ['arrays', '['.repeat(2_600_000) + ']'.repeat(2_600_000)],
    ['objects', '{"a":'.repeat(700_000) + '1' + '}'.repeat(700_000)],
  ])(
    'of %s, as deep as a body has room for, is refused and runs out of no stack',
    { timeout: 120_000 },
    async (_what, body) => {
      const { post } = createApiWorld();
      expect(problemOf(await post('/workflows/greet/runs', body)).code).toBe('UNSERIALIZABLE_VALUE');
      await post('/workflows/greet/runs?id=r1', '"x"');
      expect(problemOf(await post('/runs/r1/signals/go', body)).code).toBe('UNSERIALIZABLE_VALUE');
      expect(problemOf(await post('/runs/r1/cancel', body)).code).toBe('INVALID_ARGUMENT');
    },
  );
});

describe('an error of ours', () => {
  it('is answered with nothing of it: no words, no stack, no path', async () => {
    const world = createApiWorld();
    const broken = new MemoryStore();
    broken.readRun = () => Promise.reject(new Error('the password is sesame, at /var/task/index.js'));
    const response = await world.apiWith({ store: broken }).request('/runs/r1', { headers: { 'x-request-id': 'q1' } });
    expect(response.status).toBe(500);
    const text = await response.text();
    expect(text).not.toMatch(/sesame|\/var|at |Error:/);
    expect(JSON.parse(text)).toEqual({
      type: 'urn:lull:problem:internal',
      title: 'Internal error',
      status: 500,
      detail: 'something went wrong inside: the log has it under the request id "q1"',
      code: 'INTERNAL',
      requestId: 'q1',
    });
  });

  it('whatever is thrown', async () => {
    const world = createApiWorld();
    const odd: unknown[] = [
      'sesame',
      null,
      { sesame: 1 },
      Object.assign(new Error('sesame'), { code: 'INVALID_ARGUMENT' }),
    ];
    for (const thrown of odd) {
      const broken = new MemoryStore();
      vi.spyOn(broken, 'readRun').mockRejectedValue(thrown);
      const response = await world.apiWith({ store: broken }).request('/runs/r1');
      expect(response.status).toBe(500);
      expect(await response.text()).not.toContain('sesame');
    }
  });

  it('in the environment is the log’s, not the caller’s', async () => {
    const handler = createApiHandler(rating, { environment: { LULL_QUEUE_URL: 'https://user:sesame@sqs.example' } });
    const event = { rawPath: '/workflows', requestContext: { http: { method: 'GET' } } };
    await expect(handler(event, { getRemainingTimeInMillis: () => 1_000 })).rejects.toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('sesame') as string }),
    );
  });
});

it('each route of the document is served, and nothing else is', async () => {
  const { body } = await createApiWorld().get('/openapi.json');
  const documented = Object.entries((body as { paths: Record<string, object> }).paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(documented.sort()).toEqual(ROUTES.map(({ method, path }) => `${method} ${path}`).sort());
  const source = readFileSync(join(import.meta.dirname, '../../lib/http/api.ts'), 'utf8');
  // The loop over ROUTES, and the document itself.
  expect(source.match(/\bapi\.(get|post|put|patch|delete|all|on|route|mount|use)\(/g)).toEqual([
    'api.use(',
    'api.on(',
    'api.get(',
  ]);
});
