import { describe, expect, it } from 'vitest';
import {
  MalformedPathError,
  toHttpEvent,
  toHttpReply,
  type HttpRequest,
} from '../../../../lib/local/triggers/http/http-event.ts';

const event = (request: Partial<HttpRequest>) =>
  toHttpEvent(
    { method: 'GET', target: '/', rawHeaders: [], body: Buffer.alloc(0), sourceIp: '127.0.0.1', ...request },
    'request-1',
    0,
  );

describe('a request as an event of payload format 2.0', () => {
  it('has the path decoded and the query as it was sent', () => {
    expect(event({ target: '/runs/a%20b%2Fc?since=2026-01-01T00%3A00%3A00Z' })).toMatchObject({
      version: '2.0',
      rawPath: '/runs/a b/c',
      rawQueryString: 'since=2026-01-01T00%3A00%3A00Z',
      queryStringParameters: { since: '2026-01-01T00:00:00Z' },
      requestContext: { http: { method: 'GET', path: '/runs/a b/c' }, requestId: 'request-1' },
    });
  });

  it('has no query parameters, cookies and body where there are none', () => {
    const { queryStringParameters, cookies, body, isBase64Encoded, rawQueryString } = event({});
    expect([queryStringParameters, cookies, body, isBase64Encoded, rawQueryString]).toEqual([
      undefined,
      undefined,
      undefined,
      false,
      '',
    ]);
  });

  it('joins what comes several times with commas', () => {
    const { headers, queryStringParameters } = event({
      target: '/?status=a&status=b',
      rawHeaders: ['X-Tag', 'one', 'x-tag', 'two'],
    });
    expect(headers).toEqual({ 'x-tag': 'one,two' });
    expect(queryStringParameters).toEqual({ status: 'a,b' });
  });

  it('keeps cookies apart from the headers', () => {
    const { headers, cookies } = event({ rawHeaders: ['Cookie', 'a=1; b=2', 'Host', 'localhost:4000'] });
    expect(cookies).toEqual(['a=1', 'b=2']);
    expect(headers).toEqual({ host: 'localhost:4000' });
  });

  it('keeps names that an object has by itself as plain data', () => {
    const { headers } = event({ rawHeaders: ['__proto__', 'x', 'constructor', 'y'] });
    expect(Object.entries(headers)).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ]);
  });

  it.each(['application/json', 'application/json; charset=utf-8', 'text/csv', 'application/xml'])(
    'gives a body of %s as text',
    (type) => {
      const { body, isBase64Encoded } = event({ rawHeaders: ['Content-Type', type], body: Buffer.from('{"ä":1}') });
      expect([body, isBase64Encoded]).toEqual(['{"ä":1}', false]);
    },
  );

  it.each(['application/octet-stream', 'application/x-www-form-urlencoded', ''])(
    'gives a body of "%s" in base64',
    (type) => {
      const body = Buffer.from([0, 255, 128]);
      const rawHeaders = type === '' ? [] : ['Content-Type', type];
      expect(event({ rawHeaders, body })).toMatchObject({ body: 'AP+A', isBase64Encoded: true });
    },
  );

  it('gives compressed JSON in base64, unharmed', () => {
    const rawHeaders = ['Content-Type', 'application/json', 'Content-Encoding', 'gzip'];
    expect(event({ rawHeaders, body: Buffer.from([31, 139]) })).toMatchObject({ body: 'H4s=', isBase64Encoded: true });
  });

  it('refuses a path that is not percent-encoded as it should be', () => {
    expect(() => event({ target: '/runs/%zz' })).toThrow(MalformedPathError);
  });
});

describe('the reply to a result', () => {
  const reply = (result: unknown) => {
    const { statusCode, headers, body } = toHttpReply(result);
    return { statusCode, headers: headers.map(([name, value]) => `${name}: ${value}`), body: body.toString() };
  };

  it('has its status, headers and body', () => {
    expect(
      reply({ statusCode: 202, headers: { Location: '/runs/1', 'content-type': 'application/json' }, body: '{}' }),
    ).toEqual({
      statusCode: 202,
      headers: ['location: /runs/1', 'content-type: application/json'],
      body: '{}',
    });
  });

  it('sets each cookie in a header of its own', () => {
    expect(reply({ statusCode: 204, cookies: ['a=1', 'b=2; HttpOnly'] }).headers).toEqual([
      'content-type: text/plain; charset=utf-8',
      'set-cookie: a=1',
      'set-cookie: b=2; HttpOnly',
    ]);
  });

  it('decodes base64', () => {
    expect(toHttpReply({ statusCode: 200, body: 'AP+A', isBase64Encoded: true }).body).toEqual(
      Buffer.from([0, 255, 128]),
    );
  });

  it.each([
    ['hello', 'hello'],
    [{ ok: true }, '{"ok":true}'],
    [null, 'null'],
    [undefined, 'null'],
  ])('is a 200 with the result %j itself where no status code is set', (result, body) => {
    expect(reply(result)).toEqual({ statusCode: 200, headers: ['content-type: application/json'], body });
  });

  it.each([{ statusCode: 99 }, { statusCode: '200' }, { statusCode: 200, body: { no: 'text' } }])(
    'is a 500 that says what is wrong with %j',
    (result) => {
      expect(reply(result)).toMatchObject({
        statusCode: 500,
        body: expect.stringMatching(/statusCode is|body is/) as string,
      });
    },
  );
});
