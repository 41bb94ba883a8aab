import { describe, expect, it } from 'vitest';
import { toHttpResult, toRequest } from '../../lib/aws/http-event.ts';
import { httpEvent } from '../lambda/sample-events.ts';

describe('toRequest', () => {
  it('keeps method, path, query, headers and body', async () => {
    const request = toRequest(
      httpEvent({
        method: 'POST',
        path: '/workflows/greet/runs',
        query: 'wait=10s&id=a%2Fb',
        headers: { 'idempotency-key': 'k1', 'content-type': 'application/json' },
        body: '{"name":"Zoë"}',
      }),
    );
    expect(request.method).toBe('POST');
    expect(request.url).toBe('https://lull/workflows/greet/runs?wait=10s&id=a%2Fb');
    expect(request.headers.get('idempotency-key')).toBe('k1');
    expect(await request.json()).toEqual({ name: 'Zoë' });
  });

  it('decodes a body that comes in base64', async () => {
    const body = Buffer.from('{"name":"Zoë"}').toString('base64');
    const request = toRequest(httpEvent({ method: 'POST', path: '/', body, isBase64Encoded: true }));
    expect(await request.text()).toBe('{"name":"Zoë"}');
  });

  it("takes the gateway's request id unless the caller has one", () => {
    const id = (headers: Record<string, string>): string | null =>
      toRequest(httpEvent({ path: '/', headers })).headers.get('x-request-id');
    expect(id({})).toBe('JKJaXmPLvHcESHA=');
    expect(id({ 'x-request-id': 'mine' })).toBe('mine');
  });

  it.each([
    ['decoded', '/runs/r1/signals/größe: 50 %? #1', '/runs/r1/signals/gr%C3%B6%C3%9Fe:%2050%20%25%3F%20%231'],
    ['encoded, as of a function URL', '/runs/r1/signals/a%20b%2Fc', '/runs/r1/signals/a%20b%2Fc'],
    ['of half a character', '/runs/\ud800', '/runs/%EF%BF%BD'],
  ])('encodes a path that comes %s', (_, path, expected) => {
    expect(toRequest(httpEvent({ path })).url).toBe(`https://lull${expected}`);
  });

  it.each([
    ['prod', '/prod/runs/r1', '/runs/r1'],
    ['prod', '/runs/r1', '/runs/r1'],
    ['$default', '/prod/runs/r1', '/prod/runs/r1'],
  ])('leaves out the name of stage %s in %s', (stage, path, expected) => {
    expect(new URL(toRequest(httpEvent({ stage, path })).url).pathname).toBe(expected);
  });

  it('has no body for a GET, whatever the event says', async () => {
    expect(await toRequest(httpEvent({ path: '/runs', body: 'x' })).text()).toBe('');
  });
});

describe('toHttpResult', () => {
  it('keeps status, headers and body', async () => {
    const response = new Response('{"a":"ö"}', { status: 202, headers: { Location: '/runs/r1' } });
    expect(await toHttpResult(response)).toEqual({
      statusCode: 202,
      headers: { 'content-type': 'text/plain;charset=UTF-8', location: '/runs/r1' },
      body: '{"a":"ö"}',
      isBase64Encoded: false,
    });
  });
});
