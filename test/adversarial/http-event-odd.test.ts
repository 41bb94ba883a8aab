/** Suspicion: what a gateway hands on, and the web's Request refuses, is an exception of the handler and no answer. */
import { expect, test } from 'vitest';
import { workflow } from '../../lib/api/workflow.ts';
import { toRequest } from '../../lib/lambda/http-event.ts';
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
