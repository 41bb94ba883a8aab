/** `GET` and `POST /runs/{id}/queries/{name}`. */
import { query, sleep, workflow } from 'lull';
import { createTestEngine } from 'lull/testing';
import { describe, expect, it } from 'vitest';
import { createApi } from '../../lib/http/api.ts';
import { KeptLog } from '../client/client-world.ts';
import { ask, problemOf, type Answered } from './api-world.ts';

const view = query<unknown, { deep?: boolean } | undefined>('view');
const inParts = query<string>('orders/open ☕');
const broken = query<unknown>('broken');
const odd = query<unknown>('odd');

const shop = workflow('shop', function* () {
  view.handle((args) => ({ at: new Date(0), deep: args?.deep ?? false, none: undefined }));
  inParts.handle(() => 'three');
  broken.handle(() => {
    throw Object.assign(new RangeError('out of range'), { code: 'E_RANGE' });
  });
  odd.handle(() => sleep('1s'));
  yield* sleep('1 day');
});

async function open(): Promise<{
  get: (path: string) => Promise<Answered>;
  post: (path: string, body?: string) => Promise<Answered>;
  log: KeptLog;
  end: () => Promise<unknown>;
}> {
  const engine = createTestEngine({ workflows: [shop] });
  const run = await engine.start(shop, undefined, { id: 'r1' });
  await engine.settle();
  await engine.start(shop, undefined, { id: 'later', delay: '1 day' });
  const log = new KeptLog();
  const api = createApi({ client: engine.client, workflows: ['shop'], log });
  return {
    get: (path) => ask(api, path),
    post: (path, body) => ask(api, path, { method: 'POST', ...(body === undefined ? {} : { body }) }),
    log,
    end: () => run.result(),
  };
}

describe('a query over HTTP', () => {
  it('is answered with the value alone, as plain JSON', async () => {
    const { get, post, end } = await open();
    const shown = { at: '1970-01-01T00:00:00.000Z', deep: false };
    expect(await get('/runs/r1/queries/view')).toMatchObject({ status: 200, body: shown });
    expect(await post('/runs/r1/queries/view')).toMatchObject({ status: 200, body: shown });
    const deep = await post('/runs/r1/queries/view', '{"deep":true}');
    expect(deep).toMatchObject({ status: 200, body: { ...shown, deep: true } });
    await end();
    expect(await get('/runs/r1/queries/view')).toMatchObject({ status: 200, body: shown });
  });

  it('has a name with slashes and any letters', async () => {
    const { get } = await open();
    expect((await get('/runs/r1/queries/orders/open%20%E2%98%95')).body).toBe('three');
    expect((await get('/runs/r1/queries/orders%2Fopen%20%E2%98%95')).body).toBe('three');
  });

  it('whose handler throws is a 422 with what it threw', async () => {
    const { get, log } = await open();
    const answer = await get('/runs/r1/queries/broken');
    expect(problemOf(answer)).toMatchObject({ status: 422, code: 'QUERY_FAILED' });
    expect(answer.body).toMatchObject({ cause: { name: 'RangeError', message: 'out of range', code: 'E_RANGE' } });
    expect(problemOf(await get('/runs/r1/queries/odd')).detail).toContain('it may only read');
    expect(log.lines).toEqual([]);
  });

  it('that goes to nothing is a 404, and to a run that has not begun a 409', async () => {
    const { get, post } = await open();
    expect(problemOf(await get('/runs/r1/queries/viewe'))).toMatchObject({
      status: 404,
      code: 'UNKNOWN_QUERY',
      detail: expect.stringContaining('did you mean "view"?') as string,
    });
    expect(problemOf(await get('/runs/none/queries/view'))).toMatchObject({ status: 404, code: 'RUN_NOT_FOUND' });
    expect(problemOf(await get('/runs/later/queries/view'))).toMatchObject({ status: 409, code: 'RUN_NOT_BEGUN' });
    expect(problemOf(await post('/runs/r1/queries/view', '{'))).toMatchObject({ status: 400, code: 'INVALID_JSON' });
    expect(problemOf(await get('/runs/r1/queries/view?deep=true'))).toMatchObject({ status: 400 });
    const { status, headers } = await ask(
      createApi({ client: createTestEngine({ workflows: [shop] }).client, workflows: [], log: new KeptLog() }),
      '/runs/r1/queries/view',
      { method: 'DELETE' },
    );
    expect([status, headers.get('allow')]).toEqual([405, 'GET, POST']);
  });
});
