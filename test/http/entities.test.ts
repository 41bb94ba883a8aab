/** `POST /entities/{name}/{key}/{handler}`, and `GET` for reads. */
import { entity, sleep, TimeoutError, workflow } from 'lull';
import { createTestEngine } from 'lull/testing';
import { describe, expect, it } from 'vitest';
import { createApi } from '../../lib/http/api.ts';
import { KeptLog } from '../client/client-world.ts';
import { ask, problemOf, type Answered } from './api-world.ts';

const counter = entity('counter', {
  initial: () => ({ sum: 0, at: new Date(0) }),
  handlers: {
    add(state, ...numbers: number[]) {
      for (const n of numbers) {
        if (n < 0) throw Object.assign(new RangeError('only up'), { code: 'E_UP' });
        state.sum += n;
      }
      return { sum: state.sum, at: state.at };
    },
    list: (_state, list: unknown) => ({ list }),
    late: () => {
      throw new TimeoutError('of my own');
    },
    *slow() {
      yield* sleep('1h');
      return 'at last';
    },
  },
  reads: {
    get: (state) => state.sum,
    plus: (state, n: number) => state.sum + n,
    bad: () => {
      throw new RangeError('no');
    },
  },
});
const other = workflow('other', function* () {
  yield* sleep('1h');
});

type Ask = (path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answered>;

function open(): { post: Ask; get: Ask; log: KeptLog; engine: ReturnType<typeof createTestEngine> } {
  const engine = createTestEngine({ workflows: { counter, other } });
  const log = new KeptLog();
  const api = createApi({ client: engine.client, workflows: ['counter', 'other'], log });
  const post: Ask = (path, body, headers = {}) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return ask(api, path, { method: 'POST', headers, ...(body === undefined ? {} : { body: text }) });
  };
  return { engine, log, post, get: (path) => ask(api, path) };
}

describe('an entity over HTTP', () => {
  it('is called with an array of arguments, or the only one, and read', async () => {
    const { post, get } = open();
    expect((await get('/entities/counter/a/get')).body).toBe(0);
    const first = await post('/entities/counter/a/add', [1, 2]);
    expect([first.status, first.body]).toEqual([200, { sum: 3, at: '1970-01-01T00:00:00.000Z' }]);
    expect((await post('/entities/counter/a/add', 4)).body).toMatchObject({ sum: 7 });
    expect((await post('/entities/counter/a/add')).body).toMatchObject({ sum: 7 });
    expect((await post('/entities/counter/a/list', [[1, 2]])).body).toEqual({ list: [1, 2] });
    const read = await get('/entities/counter/a/get');
    expect([read.status, read.body]).toEqual([200, 7]);
    expect((await post('/entities/counter/a/plus', 1)).body).toBe(8);
    expect((await get('/entities/counter/b%3A1/get')).body).toBe(0);
    expect((await get('/runs/counter:a')).body).toMatchObject({ workflow: 'counter', status: 'suspended' });
  });

  it('carries out a call with a key once', async () => {
    const { post } = open();
    const key = { 'idempotency-key': 'k' };
    expect((await post('/entities/counter/a/add', 1, key)).body).toMatchObject({ sum: 1 });
    expect((await post('/entities/counter/a/add', 1, key)).body).toMatchObject({ sum: 1 });
    const reused = await post('/entities/counter/a/add', 2, key);
    expect(problemOf(reused)).toMatchObject({ status: 422, code: 'IDEMPOTENCY_KEY_REUSED' });
  });

  it('answers 202 as long as there is no answer', async () => {
    const { post, engine } = open();
    const { status, body } = await post('/entities/counter/a/slow?wait=1s');
    expect([status, body]).toEqual([202, { id: 'counter:a', idempotencyKey: expect.any(String) as unknown }]);
    const { idempotencyKey } = body as { idempotencyKey: string };
    await engine.advance('2h');
    const again = await post('/entities/counter/a/slow', undefined, { 'idempotency-key': idempotencyKey });
    expect([again.status, again.body]).toEqual([200, 'at last']);
  });

  it('says what a handler or a read has thrown, as the caller may see it', async () => {
    const { post, get, log } = open();
    const failed = await post('/entities/counter/a/add', -1);
    expect(failed.body).toMatchObject({ status: 422, code: 'UPDATE_FAILED', cause: { message: 'only up' } });
    expect(problemOf(await post('/entities/counter/a/late'))).toMatchObject({ status: 422, code: 'UPDATE_FAILED' });
    expect(problemOf(await get('/entities/counter/a/bad'))).toMatchObject({ status: 422, code: 'QUERY_FAILED' });
    expect(log.lines).toEqual([]);
  });

  it('says what is wrong with an address', async () => {
    const { post, get } = open();
    expect(problemOf(await get('/entities/cuonter/a/get'))).toMatchObject({ status: 404, code: 'UNKNOWN_ENTITY' });
    expect(problemOf(await get('/entities/other/a/get'))).toMatchObject({ status: 404, code: 'UNKNOWN_ENTITY' });
    expect(problemOf(await post('/entities/counter/a/typo'))).toMatchObject({ status: 404, code: 'UNKNOWN_HANDLER' });
    expect(problemOf(await get('/entities/counter/a/typo'))).toMatchObject({ status: 404, code: 'UNKNOWN_HANDLER' });
    expect(problemOf(await get('/entities/counter/a/add'))).toMatchObject({ status: 405, code: 'METHOD_NOT_ALLOWED' });
    expect(problemOf(await get('/entities/counter/k%C3%A4se/get'))).toMatchObject({ status: 400 });
    expect(problemOf(await post('/entities/counter/a%2Fb/add', 1))).toMatchObject({ status: 400 });
    expect(problemOf(await post('/entities/counter/a/add', '{'))).toMatchObject({ status: 400, code: 'INVALID_JSON' });
    const started = await post('/workflows/counter/runs', 1);
    expect(problemOf(started)).toMatchObject({ status: 400, code: 'INVALID_ARGUMENT' });
  });

  it('answers 409 when its run has ended, or the call was cancelled', async () => {
    const { post, get, engine } = open();
    await post('/entities/counter/a/slow?wait=1s', undefined, { 'idempotency-key': 'k' });
    await post('/runs/counter:a/cancel');
    const cancelled = await post('/entities/counter/a/slow', undefined, { 'idempotency-key': 'k' });
    expect(problemOf(cancelled)).toMatchObject({ status: 409, code: 'CALL_CANCELLED' });
    await post('/runs/counter:a/terminate');
    await engine.settle();
    expect(problemOf(await post('/entities/counter/a/add', 1))).toMatchObject({ status: 409, code: 'RUN_ENDED' });
    expect((await get('/entities/counter/a/get')).body).toBe(0);
  });
});
