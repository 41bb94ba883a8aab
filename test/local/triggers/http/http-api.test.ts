import { afterEach, describe, expect, it, vi } from 'vitest';
import type { HttpRequest } from '../../../../lib/local/triggers/http/http-event.ts';
import { createHttpApi } from '../../../../lib/local/triggers/http/http-api.ts';
import type { AccessPorts } from '../../../../lib/local/triggers/http/http-access.ts';
import type { Invocation } from '../../../../lib/local/functions/invocation.ts';
import { CloudError } from '../../../../lib/local/cloud-error.ts';
import type { HttpApiResource, RouteResource } from '../../../../lib/local/resources.ts';
import { ManualClock } from '../../manual-clock.ts';

const API_ARN = 'arn:aws:execute-api:eu-west-1:000000000000:api1';
const CALLER = {
  accessKeyId: 'ASIA1',
  accountId: '000000000000',
  arn: 'arn:aws:sts::000000000000:assumed-role/Caller/session',
  userId: 'AROA1:session',
};

function route(of: Partial<RouteResource> = {}): RouteResource {
  return { routeKey: 'GET /{proxy+}', authorization: { kind: 'iam' }, functionArn: 'arn:function:api', ...of };
}

interface Options {
  readonly api?: Partial<HttpApiResource>;
  readonly access?: Partial<AccessPorts>;
  readonly answer?: Invocation | Promise<Invocation>;
}

function start({ api = {}, access = {}, answer = answered({ statusCode: 200, body: 'hello' }) }: Options = {}) {
  const clock = new ManualClock();
  const events: Record<string, unknown>[] = [];
  const log: { line: string; reason: string | undefined }[] = [];
  const answerTo = createHttpApi({
    accountId: '000000000000',
    api: {
      id: 'Shop/Api',
      apiId: 'api1',
      url: 'http://127.0.0.1:4000',
      arn: API_ARN,
      routes: [route()],
      ...api,
    },
    clock,
    access: {
      identify: async () => ({ kind: 'caller', caller: CALLER }),
      mayInvoke: async () => true,
      invoke: async () => ({ kind: 'throttled' }),
      ...access,
    },
    invoke: async (_route, payload) => {
      events.push(JSON.parse(payload) as Record<string, unknown>);
      return answer;
    },
    onRequest: (line, reason) => log.push({ line, reason }),
  });
  const call = async (target: string, request: Partial<HttpRequest> & { headers?: Record<string, string> } = {}) => {
    const { headers = {}, ...rest } = request;
    const reply = await answerTo({
      method: 'GET',
      target,
      rawHeaders: Object.entries({ host: '127.0.0.1:4000', ...headers }).flat(),
      body: Buffer.alloc(0),
      sourceIp: '127.0.0.1',
      ...rest,
    });
    return { status: reply.statusCode, headers: Object.fromEntries(reply.headers), body: reply.body.toString() };
  };
  return { call, events, log, clock };
}

function answered(value: unknown): Invocation {
  return { kind: 'succeeded', payload: JSON.stringify(value) };
}

const message = (text: string): string => JSON.stringify({ message: text });

afterEach(() => void vi.useRealTimers());

describe('a request', () => {
  it('reaches the function in payload format 2.0, with its route and who signed it', async () => {
    const { call, events, clock } = start();
    clock.advance(Date.parse('2026-11-22T12:00:00Z') - clock.nowMs());
    const headers = { cookie: 'a=1; b=2', 'X-Two': 'x' };
    expect(await call('/runs/r%201?wait=2s', { headers })).toMatchObject({ status: 200, body: 'hello' });
    expect(events).toMatchObject([
      {
        version: '2.0',
        routeKey: 'GET /{proxy+}',
        rawPath: '/runs/r 1',
        rawQueryString: 'wait=2s',
        cookies: ['a=1', 'b=2'],
        headers: { 'x-two': 'x' },
        queryStringParameters: { wait: '2s' },
        pathParameters: { proxy: 'runs/r 1' },
        isBase64Encoded: false,
        requestContext: {
          accountId: '000000000000',
          apiId: 'api1',
          domainPrefix: 'api1',
          routeKey: 'GET /{proxy+}',
          stage: '$default',
          time: '22/Nov/2026:12:00:00 +0000',
          timeEpoch: Date.parse('2026-11-22T12:00:00Z'),
          http: { method: 'GET', path: '/runs/r 1' },
          authorizer: { iam: { accessKey: 'ASIA1', userArn: CALLER.arn, callerId: 'AROA1:session' } },
        },
      },
    ]);
  });

  it('is refused as API Gateway refuses it: no route, a path that cannot be read', async () => {
    const { call, events } = start();
    expect(await call('/runs', { method: 'PUT' })).toMatchObject({ status: 404, body: message('Not Found') });
    expect(await call('/%zz')).toMatchObject({ status: 400, body: message('Bad Request') });
    expect(events).toEqual([]);
  });

  it('leaves a line in the access log, in the format of the template', async () => {
    const accessLogFormat =
      '{"path":"$context.path","status":"$context.status","caller":"$context.identity.userArn","x":"$context.x"}';
    const { call, log } = start({ api: { accessLogFormat } });
    await call('/a"b');
    await call('/a', { method: 'PUT' });
    expect(log.map(({ line }) => JSON.parse(line) as unknown)).toEqual([
      { path: '/a"b', status: '200', caller: CALLER.arn, x: '-' },
      { path: '/a', status: '404', caller: '-', x: '-' },
    ]);
    expect(log.map(({ reason }) => reason)).toEqual([undefined, 'no route of the API']);
  });

  it('is one too many, until time passes', async () => {
    const { call, clock } = start({ api: { throttling: { rate: 2, burst: 3 } } });
    const statuses = async (count: number) => {
      const replies = await Promise.all(Array.from({ length: count }, () => call('/runs')));
      return replies.map(({ status }) => status);
    };
    expect(await statuses(4)).toEqual([200, 200, 200, 429]);
    clock.advance(1_000);
    expect(await statuses(3)).toEqual([200, 200, 429]);
  });
});

describe('a function', () => {
  const failed: Invocation = { kind: 'failed', error: 'Unhandled', payload: '{"errorMessage":"secret"}', logTail: '' };

  it.each([
    ['fails', failed, 500, 'Internal Server Error'],
    ['is throttled', { kind: 'throttled' }, 503, 'Service Unavailable'],
    [
      'is not there',
      { kind: 'refused', error: 'ResourceNotFoundException', statusCode: 404, message: 'gone' },
      500,
      'Internal Server Error',
    ],
    [
      'cannot take so much',
      { kind: 'refused', error: 'RequestTooLargeException', statusCode: 413, message: 'too large' },
      413,
      'Request Entity Too Large',
    ],
  ] as [string, Invocation, number, string][])(
    'that %s: the caller learns nothing of why',
    async (_what, answer, status, text) => {
      const { call } = start({ answer });
      expect(await call('/runs')).toMatchObject({ status, body: message(text) });
    },
  );

  it('that takes longer than 30 s is not waited for', async () => {
    vi.useFakeTimers();
    const { call, log } = start({ answer: new Promise(() => undefined) });
    const reply = call('/runs');
    await vi.advanceTimersByTimeAsync(29_999);
    expect(log).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(await reply).toMatchObject({ status: 503, body: message('Service Unavailable') });
  });
});

describe('IAM', () => {
  it('lets nobody in who did not sign, or may not', async () => {
    const unsigned = start({ access: { identify: async () => ({ kind: 'unknown', reason: 'no signature' }) } });
    expect(await unsigned.call('/runs')).toMatchObject({ status: 403, body: message('Forbidden') });
    expect(unsigned.log[0]?.reason).toBe('no signature');
    const stranger = start({ access: { mayInvoke: async () => false } });
    expect(await stranger.call('/runs')).toMatchObject({ status: 403, body: message('Forbidden') });
    expect(stranger.log[0]?.reason).toContain(`${CALLER.arn} may not`);
    expect([...unsigned.events, ...stranger.events]).toEqual([]);
  });

  it('asks for the method and path of the stage', async () => {
    const asked: string[] = [];
    const { call } = start({
      access: { mayInvoke: async (_caller, resourceArn) => asked.push(resourceArn) > 0 },
    });
    await call('/runs/r-1?x=1');
    expect(asked).toEqual([`${API_ARN}/$default/GET/runs/r-1`]);
  });
});

describe('a Lambda authorizer', () => {
  function startWith(answer: Invocation, simpleResponses = true) {
    const asked: Record<string, unknown>[] = [];
    const authorization = {
      kind: 'lambda',
      functionArn: 'arn:function:authorizer',
      simpleResponses,
      identitySources: ['$request.header.Authorization'],
    } as const;
    const started = start({
      api: { routes: [route({ authorization })] },
      access: {
        invoke: async (_arn, payload) => {
          asked.push(JSON.parse(payload) as Record<string, unknown>);
          return answer;
        },
      },
    });
    const headers = { authorization: 'Bearer x' };
    return { ...started, asked, ask: () => started.call('/runs', { headers }) };
  }

  it('is asked with the request, and what it says reaches the function', async () => {
    const { ask, asked, events } = startWith(answered({ isAuthorized: true, context: { user: 'u-1' } }));
    expect(await ask()).toMatchObject({ status: 200 });
    expect(asked).toMatchObject([
      { version: '2.0', type: 'REQUEST', routeArn: `${API_ARN}/$default/GET/runs`, identitySource: ['Bearer x'] },
    ]);
    expect(events).toMatchObject([{ requestContext: { authorizer: { lambda: { user: 'u-1' } } } }]);
  });

  it('is not asked about a request that lacks what identifies it', async () => {
    const { call, asked } = startWith(answered({ isAuthorized: true }));
    expect(await call('/runs')).toMatchObject({ status: 401, body: message('Unauthorized') });
    expect(asked).toEqual([]);
  });

  it.each([
    ['refuses', answered({ isAuthorized: false }), true, 403],
    ['fails', { kind: 'throttled' }, true, 500],
    ['says what nobody asked', answered({ allowed: true }), true, 500],
    ['answers with a policy that allows it', policy('Allow', '*'), false, 200],
    ['answers with a policy for another path', policy('Allow', `${API_ARN}/$default/GET/other`), false, 403],
    ['answers with a policy that denies it', policy('Deny', `${API_ARN}/*`), false, 403],
    ['answers simply where a policy is asked for', answered({ isAuthorized: true }), false, 500],
  ] as [string, Invocation, boolean, number][])('that %s', async (_what, answer, isSimple, status) => {
    expect(await startWith(answer, isSimple).ask()).toMatchObject({ status });
  });

  function policy(effect: string, resource: string): Invocation {
    const Statement = [{ Effect: effect, Action: 'execute-api:Invoke', Resource: resource }];
    return answered({ principalId: 'user', policyDocument: { Version: '2012-10-17', Statement } });
  }
});

it('JSON Web Tokens keep the API from starting, and the message says what to do', () => {
  const authorization = { kind: 'jwt', issuer: 'https://login.example.com', audience: ['shop'] } as const;
  expect(() => start({ api: { routes: [route({ authorization })] } })).toThrow(CloudError);
  expect(() => start({ api: { routes: [route({ authorization })] } })).toThrow(
    /login\.example\.com.*another authorizer/,
  );
});

describe('CORS', () => {
  const cors = {
    allowOrigins: ['https://shop.example.com', 'https://*.test'],
    allowMethods: ['GET', 'POST'],
    allowHeaders: ['content-type'],
    exposeHeaders: ['location'],
    allowCredentials: true,
    maxAgeSeconds: 600,
  };
  const preflight = (origin: string) => ({
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'POST' },
  });

  it('answers a preflight itself, and tells a stranger nothing', async () => {
    const { call, events } = start({ api: { cors } });
    expect(await call('/runs', preflight('https://shop.example.com'))).toEqual({
      status: 204,
      body: '',
      headers: {
        'access-control-allow-origin': 'https://shop.example.com',
        'access-control-allow-credentials': 'true',
        'access-control-allow-methods': 'GET,POST',
        'access-control-allow-headers': 'content-type',
        'access-control-max-age': '600',
        vary: 'Origin',
      },
    });
    expect(await call('/runs', preflight('https://evil.example.com'))).toEqual({ status: 204, body: '', headers: {} });
    expect(events).toEqual([]);
  });

  it('replaces what the function says of it', async () => {
    const answer = answered({ statusCode: 200, headers: { 'Access-Control-Allow-Origin': '*' }, body: '' });
    const { call } = start({ api: { cors }, answer });
    const { headers } = await call('/runs', { headers: { origin: 'https://a.test' } });
    expect(headers).toMatchObject({
      'access-control-allow-origin': 'https://a.test',
      'access-control-expose-headers': 'location',
    });
    expect((await call('/runs', { headers: { origin: 'https://a.test.evil' } })).headers).toEqual({
      'content-type': 'text/plain; charset=utf-8',
    });
  });

  it('that the template does not have answers nothing', async () => {
    const { call } = start();
    expect(await call('/runs', preflight('https://shop.example.com'))).toMatchObject({ status: 404 });
  });
});
