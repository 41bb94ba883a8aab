/** Suspicion: what a gateway hands on, and the web's Request refuses, is an exception of the handler and no answer. */
import { expect, test } from 'vitest';
import { workflow } from '../../lib/api/workflow.ts';
import { toRequest } from '../../lib/aws/http-event.ts';
import { createApiHandler } from '../../functions/create-api-handler.ts';
import { createWorld } from '../client/client-world.ts';
import { context, httpEvent } from '../lambda/sample-events.ts';

const greet = workflow('greet', function* () {});
const environment = { LULL_TABLE_NAME: 'runs', LULL_QUEUE_URL: 'https://sqs.example/wakes' };

test('a header that is no Latin-1 text has the bytes that were sent, so that it means the same each time', () => {
  const of = (key: string): string | null =>
    toRequest(httpEvent({ path: '/', headers: { 'idempotency-key': key } })).headers.get('idempotency-key');
  expect(of('日本')).toBe(Buffer.from('日本').toString('latin1'));
  expect(of('Zoë')).toBe(Buffer.from('Zoë').toString('latin1'));
  expect(of('日本')).not.toBe(of('本日'));
});

test.each([
  ['a header of another language', { path: '/workflows', headers: { 'x-odd': '日本' } }, 200],
  ['a header of two lines', { path: '/workflows', headers: { 'x-odd': 'a\r\nb: c' } }, 200],
  ['a header whose name is none', { path: '/workflows', headers: { 'a b': 'c', ü: 'd' } }, 200],
  ['a method that a Request does not take', { path: '/workflows', method: 'TRACE' }, 405],
  ['a method that is none', { path: '/workflows', method: 'a b' }, 405],
  ['a GET in small letters with a body', { path: '/workflows', method: 'get', body: '1' }, 200],
  ['a path without a slash', { path: ':1' }, 404],
])('%s is answered', async (_, event, status) => {
  const { store, wakes, clock, log } = createWorld();
  const handler = createApiHandler([greet], { store, wakes, clock, log, environment });
  expect((await handler(httpEvent(event), context())).statusCode).toBe(status);
});

const halfACharacter = '"\ud800"';
const noUtf8 = Buffer.from('"\xff"', 'latin1').toString('base64');

test.each<[string, { body: unknown; isBase64Encoded?: boolean }, string]>([
  ['an object', { body: { a: 1 } }, 'the event has an object in its place'],
  ['a number', { body: 5 }, 'the event has 5 in its place'],
  ['half a character', { body: halfACharacter }, 'half a character'],
  ['no base64', { body: '"a"', isBase64Encoded: true }, 'no base64'],
  ['base64 that is cut', { body: 'IkFkY', isBase64Encoded: true }, 'no base64'],
  ['bytes that are no UTF-8', { body: noUtf8, isBase64Encoded: true }, 'its bytes are no UTF-8'],
])('a body that is %s is answered 400', async (_, given, detail) => {
  const { store, wakes, clock, log } = createWorld();
  const handler = createApiHandler([greet], { store, wakes, clock, log, environment });
  const answers = ['/workflows/greet/runs', '/runs/g1/signals/a', '/runs/g1/cancel', '/runs/g1/terminate'].map((path) =>
    handler({ ...httpEvent({ method: 'POST', path }), ...given }, context()),
  );
  for (const answer of await Promise.all(answers)) {
    expect(answer.statusCode).toBe(400);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    const problem = JSON.parse(answer.body) as { code: string; detail: string };
    expect(problem.code).toBe('INVALID_JSON');
    expect(problem.detail).toContain(detail);
  }
});

test('a body of null is no body, as one that is not there', async () => {
  const { store, wakes, clock, log } = createWorld();
  const handler = createApiHandler([greet], { store, wakes, clock, log, environment });
  const event = { ...httpEvent({ method: 'POST', path: '/workflows/greet/runs' }), body: null };
  expect((await handler(event, context())).statusCode).toBe(202);
});
