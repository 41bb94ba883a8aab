/** `POST /runs/{id}/updates/{name}`, and with a start. */
import { signal, sleep, update, workflow } from 'lull';
import { createTestEngine } from 'lull/testing';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createApi } from '../../lib/http/api.ts';
import { KeptLog } from '../client/client-world.ts';
import { ask, problemOf, type Answered } from './api-world.ts';

const add = update<{ n: number }, { sum: number; at: Date }>('add', {
  schema: z.object({ n: z.number() }),
});
const odd = update<void, string>('odd/name ☕');
const slow = update<void, string>('slow');
const close = signal<void>('close');

const counter = workflow('counter', function* (from: number | undefined) {
  let sum = from ?? 0;
  add.handle({
    validate: ({ n }) => {
      if (n < 0) throw Object.assign(new RangeError('only up'), { code: 'E_UP' });
    },
    *run({ n }) {
      yield* sleep(0);
      if (n === 13) throw new TypeError('bad luck');
      return { sum: (sum += n), at: new Date(0) };
    },
  });
  odd.handle({
    *run() {
      yield* sleep(0);
      return 'yes';
    },
  });
  slow.handle({
    *run() {
      yield* sleep('1h');
      return 'at last';
    },
  });
  yield* close.receive();
});

type Post = (path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answered>;

async function open(): Promise<{ post: Post; end: () => Promise<unknown>; log: KeptLog; get: Post }> {
  const engine = createTestEngine({ workflows: { counter, add } });
  const run = await engine.start(counter, 0, { id: 'r1' });
  const log = new KeptLog();
  const api = createApi({ client: engine.client, workflows: ['counter'], log });
  const post: Post = (path, body, headers = {}) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return ask(api, path, { method: 'POST', headers, ...(body === undefined ? {} : { body: text }) });
  };
  const end = async (): Promise<unknown> => {
    await run.signal(close);
    return run.result();
  };
  return { post, end, log, get: (path) => ask(api, path) };
}

describe('an update over HTTP', () => {
  it('is answered with the value alone, as plain JSON', async () => {
    const { post } = await open();
    const answer = await post('/runs/r1/updates/add', { n: 2 });
    expect([answer.status, answer.body]).toEqual([200, { sum: 2, at: '1970-01-01T00:00:00.000Z' }]);
    expect((await post('/runs/r1/updates/odd/name%20%E2%98%95')).body).toBe('yes');
    expect((await post('/runs/r1/updates/odd%2Fname%20%E2%98%95')).body).toBe('yes');
  });

  it('gives the same answer for the same key, also when the run has ended', async () => {
    const { post, end } = await open();
    const key = { 'idempotency-key': 'k' };
    expect((await post('/runs/r1/updates/add', { n: 2 }, key)).body).toMatchObject({ sum: 2 });
    expect((await post('/runs/r1/updates/add', { n: 2 }, key)).body).toMatchObject({ sum: 2 });
    const other = await post('/runs/r1/updates/add', { n: 3 }, key);
    expect(problemOf(other)).toMatchObject({ status: 422, code: 'IDEMPOTENCY_KEY_REUSED' });
    await end();
    expect((await post('/runs/r1/updates/add', { n: 2 }, key)).body).toMatchObject({ sum: 2 });
    const late = await post('/runs/r1/updates/add', { n: 2 });
    expect(problemOf(late)).toMatchObject({ status: 409, code: 'RUN_ENDED' });
  });

  it('that takes longer than a request is a 202 with the key by which to ask again', async () => {
    const { post } = await open();
    const first = await post('/runs/r1/updates/slow?wait=1s');
    expect([first.status, first.body]).toEqual([202, { id: 'r1', idempotencyKey: expect.any(String) as string }]);
    const { idempotencyKey } = first.body as { idempotencyKey: string };
    let last = first;
    for (let tries = 0; last.status === 202 && tries < 200; tries += 1) {
      last = await post('/runs/r1/updates/slow', undefined, { 'idempotency-key': idempotencyKey });
    }
    expect([last.status, last.body]).toEqual([200, 'at last']);
  });

  it('that is refused is a 422 with the reason, and so is one that fails', async () => {
    const { post, log } = await open();
    const refused = await post('/runs/r1/updates/add', { n: -1 });
    expect(problemOf(refused)).toMatchObject({ status: 422, code: 'UPDATE_REFUSED' });
    expect(refused.body).toMatchObject({ cause: { name: 'RangeError', message: 'only up', code: 'E_UP' } });
    const failed = await post('/runs/r1/updates/add', { n: 13 });
    expect(problemOf(failed)).toMatchObject({ status: 422, code: 'UPDATE_FAILED' });
    expect(failed.body).toMatchObject({ cause: { name: 'TypeError', message: 'bad luck' } });
    expect(log.lines).toEqual([]);
  });

  it.each<[string, unknown, number, string]>([
    ['/runs/none/updates/add', { n: 1 }, 404, 'RUN_NOT_FOUND'],
    ['/runs/r1/updates/add', { n: '1' }, 422, 'INVALID_INPUT'],
    ['/runs/r1/updates/add', '{', 400, 'INVALID_JSON'],
    ['/runs/r1/updates/add?wait=soon', { n: 1 }, 400, 'INVALID_ARGUMENT'],
    ['/runs/r!/updates/add', { n: 1 }, 400, 'INVALID_ARGUMENT'],
    ['/workflows/counter/runs/new/updates/add', { input: 1, args: { n: '1' } }, 422, 'INVALID_INPUT'],
    ['/workflows/counter/runs/new/updates/add', { payload: 1 }, 400, 'INVALID_ARGUMENT'],
    ['/workflows/cuonter/runs/new/updates/add', {}, 404, 'UNKNOWN_WORKFLOW'],
  ])('refuses %s with %j', async (path, body, status, code) => {
    const { post, get } = await open();
    expect(problemOf(await post(path, body))).toMatchObject({ status, code });
    expect((await get('/runs/new')).status).toBe(404);
  });
});

describe('an update with start', () => {
  it('starts the run once and is answered', async () => {
    const { post } = await open();
    const path = '/workflows/counter/runs/r2/updates/add';
    expect((await post(path, { input: 10, args: { n: 1 } })).body).toMatchObject({ sum: 11 });
    expect((await post(path, { input: 10, args: { n: 1 } })).body).toMatchObject({ sum: 12 });
    expect(problemOf(await post(`${path}?onConflict=fail`, { input: 10, args: { n: 1 } }))).toMatchObject({
      status: 409,
      code: 'RUN_ID_TAKEN',
    });
  });

  it('that is refused still has its run started', async () => {
    const { post, get } = await open();
    const answer = await post('/workflows/counter/runs/r3/updates/add', { args: { n: -1 } });
    expect(problemOf(answer)).toMatchObject({ status: 422, code: 'UPDATE_REFUSED' });
    expect((await get('/runs/r3')).status).toBe(200);
  });
});
