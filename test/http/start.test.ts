import { describe, expect, it } from 'vitest';
import { endRun, NOON_MS } from '../client/client-world.ts';
import { createApiWorld, problemOf } from './api-world.ts';

describe('POST /workflows/{name}/runs', () => {
  it('starts a run and tells where it is', async () => {
    const world = createApiWorld();
    const { status, headers, body } = await world.post('/workflows/greet/runs?id=g1', 'Ada');
    expect(status).toBe(400); // Ada is no JSON
    expect(problemOf({ status, headers, body }).code).toBe('INVALID_JSON');

    const started = await world.post('/workflows/greet/runs?id=g1', '"Ada"');
    expect(started.status).toBe(202);
    expect(started.headers.get('location')).toBe('/runs/g1');
    expect(started.headers.get('content-type')).toBe('application/json');
    expect(started.body).toEqual({ id: 'g1' });
    expect(await world.client.run('g1').describe()).toMatchObject({ workflow: 'greet', input: 'Ada' });
  });

  it('makes up an id, and takes an empty body for undefined', async () => {
    const world = createApiWorld();
    const { status, body } = await world.post('/workflows/rating/runs');
    const { id } = body as { id: string };
    expect(status).toBe(202);
    expect(id).toMatch(/^[0-9A-Z]{26}$/);
    expect(await world.client.run(id).describe()).toMatchObject({ input: undefined });
  });

  it('takes a body for JSON whatever its content type says', async () => {
    const world = createApiWorld();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await world.post('/workflows/greet/runs', '"Ada"', headers)).status).toBe(202);
  });

  it('starts one run for an idempotency key, and says so when the input differs', async () => {
    const world = createApiWorld();
    const start = (body: string): ReturnType<typeof world.post> =>
      world.post('/workflows/greet/runs', body, { 'Idempotency-Key': 'k1' });
    const first = await start('"Ada"');
    const again = await start('"Ada"');
    expect(again.body).toEqual(first.body);
    expect(problemOf(await start('"Grace"'))).toMatchObject({ status: 422, code: 'IDEMPOTENCY_KEY_REUSED' });
    expect(await world.client.count()).toBe(1);
  });

  it('answers 200 with the result if the run ends within the wait', async () => {
    const world = createApiWorld();
    const ended = Promise.resolve().then(async () => {
      while ((await world.store.readRun('g1')) === undefined) await new Promise((resolve) => setImmediate(resolve));
      await endRun(world.store, 'g1', { status: 'completed', value: { at: new Date(0), total: 12n } });
    });
    const { status, headers, body } = await world.post('/workflows/greet/runs?id=g1&wait=10s', '"Ada"');
    await ended;
    expect(status).toBe(200);
    expect(headers.get('location')).toBe('/runs/g1');
    expect(body).toEqual({
      id: 'g1',
      workflow: 'greet',
      status: 'completed',
      createdAt: '2026-11-22T12:00:00.000Z',
      endedAt: '2026-11-22T12:01:00.000Z',
      input: 'Ada',
      result: { at: '1970-01-01T00:00:00.000Z', total: '12' },
    });
  });

  it('answers 200 with the error of a run that failed within the wait', async () => {
    const world = createApiWorld();
    await world.client.start('greet', 'Ada', { id: 'g1' });
    await endRun(world.store, 'g1', { status: 'failed', value: new RangeError('too much') });
    const { status, body } = await world.post('/workflows/greet/runs?id=g1&wait=0s', '"Ada"');
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'failed', error: { name: 'RangeError', message: 'too much' } });
    expect(JSON.stringify(body)).not.toContain('stack');
  });

  it.each([
    ['10s', 10_000],
    ['500ms', 500],
    ['1 day', 25_000],
  ])('answers 202 when a wait of %s is over, which is 25 s at most', async (wait, waitedMs) => {
    const world = createApiWorld();
    const { status, body } = await world.post(`/workflows/greet/runs?wait=${wait}`, '"Ada"');
    expect(status).toBe(202);
    expect(body).toMatchObject({ status: 'pending', input: 'Ada' });
    expect(world.clock.nowMs() - NOON_MS).toBe(waitedMs);
  });

  it('waits no longer than the invocation lasts', async () => {
    const world = createApiWorld();
    const request = new Request('https://lull/workflows/greet/runs?wait=10s', { method: 'POST', body: '"Ada"' });
    expect((await world.api.fetch(request, { maxWaitMs: 1_234 })).status).toBe(202);
    expect(world.clock.nowMs() - NOON_MS).toBe(1_234);
  });

  it('gives the run attributes, which it shows', async () => {
    const world = createApiWorld();
    const attributes = { customer: 'c1', items: 3, vip: false };
    const query = `attributes=${encodeURIComponent(JSON.stringify(attributes))}`;
    expect((await world.post(`/workflows/greet/runs?id=g1&${query}`, '"Ada"')).status).toBe(202);
    expect((await world.get('/runs/g1')).body).toMatchObject({ id: 'g1', attributes });
    expect((await world.get('/runs')).body).toMatchObject({ runs: [{ id: 'g1', attributes }] });
    for (const wrong of ['[1]', 'c1', '{"a":null}', '{"a":{}}', `{"a":"${'x'.repeat(1000)}"}`]) {
      const answer = await world.post(`/workflows/greet/runs?attributes=${encodeURIComponent(wrong)}`, '"Ada"');
      expect(problemOf(answer)).toMatchObject({ status: 400, code: 'INVALID_ARGUMENT' });
    }
  });

  it('begins later with a delay', async () => {
    const world = createApiWorld();
    await world.post('/workflows/greet/runs?id=g1&delay=1h', '"Ada"');
    expect((await world.store.readRun('g1'))!.dueAtMs).toBe(NOON_MS + 3_600_000);
  });

  it('lists each thing that is wrong with an input, with its path', async () => {
    const world = createApiWorld();
    const answer = await world.post('/workflows/order/runs', { id: 7, lines: [{ price: 1 }, { price: 'free' }] });
    expect(problemOf(answer)).toMatchObject({ status: 422, code: 'INVALID_INPUT' });
    expect(answer.body).toMatchObject({
      type: 'urn:lull:problem:invalid-input',
      title: 'Input does not fit its schema',
      errors: [
        { path: '$.id', message: expect.any(String) as string },
        { path: '$.lines[1].price', message: expect.any(String) as string },
      ],
    });
    expect(await world.client.count()).toBe(0);
  });

  it.each<[string, string, string | undefined, number, string, string]>([
    [
      'an unknown workflow',
      '/workflows/great/runs',
      '1',
      404,
      'UNKNOWN_WORKFLOW',
      'there is no workflow "great": did you mean "greet"? Known are greet, order, rating',
    ],
    [
      'invalid JSON',
      '/workflows/greet/runs',
      '{"name": "Ada",}',
      400,
      'INVALID_JSON',
      'the body is no JSON: line 1, column 16 (position 15) has "}", expected a property name in double quotes',
    ],
    [
      'a body above its limit',
      '/workflows/greet/runs',
      `"${'x'.repeat(5_250_000)}"`,
      413,
      'PAYLOAD_TOO_LARGE',
      'the body has more than 5250000 bytes, the limit is 5250000: store what is large elsewhere (such as S3) and send a reference to it',
    ],
    [
      'a wait without a unit',
      '/workflows/greet/runs?wait=10',
      '1',
      400,
      'INVALID_ARGUMENT',
      'the parameter "wait" cannot be "10": it needs a unit',
    ],
    ['an empty wait', '/workflows/greet/runs?wait=', '1', 400, 'INVALID_ARGUMENT', 'the parameter "wait" cannot be ""'],
    [
      'a negative delay',
      '/workflows/greet/runs?delay=-1s',
      '1',
      400,
      'INVALID_ARGUMENT',
      'the parameter "delay" cannot be "-1s"',
    ],
    [
      'another onConflict',
      '/workflows/greet/runs?id=a&onConflict=replace',
      '1',
      400,
      'INVALID_ARGUMENT',
      'the parameter "onConflict" cannot be "replace": give one of fail, use-existing',
    ],
    [
      'an id that no run can have',
      '/workflows/greet/runs?id=a%2Fb',
      '1',
      400,
      'INVALID_ARGUMENT',
      'a run id cannot be "a/b"',
    ],
    [
      'a parameter that there is not',
      '/workflows/greet/runs?deadlines=1s',
      '1',
      400,
      'INVALID_ARGUMENT',
      'there is no parameter "deadlines" here: there are id, onConflict, delay, timeout, attributes, wait',
    ],
    [
      'a value nested too deep',
      '/workflows/greet/runs',
      '['.repeat(500) + ']'.repeat(500),
      422,
      'UNSERIALIZABLE_VALUE',
      'the input of workflow "greet"',
    ],
  ])('refuses %s', async (_, path, body, status, code, detail) => {
    const world = createApiWorld();
    const problem = problemOf(await world.post(path, body));
    expect(problem).toMatchObject({ status, code });
    expect(problem.detail).toContain(detail);
    expect(await world.client.count()).toBe(0);
    expect(world.log.lines).toEqual([]);
  });

  it('refuses a body that is declared too large without reading it', async () => {
    const world = createApiWorld();
    const body = new ReadableStream({
      pull: () => {
        throw new Error('read');
      },
    });
    const init: RequestInit = { method: 'POST', body, duplex: 'half', headers: { 'content-length': '6000000' } };
    const response = await world.api.request('/workflows/greet/runs', init);
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({
      detail: expect.stringMatching(/^the body has 6000000 bytes/) as string,
    });
  });

  it('refuses a body that is no UTF-8', async () => {
    const world = createApiWorld();
    const response = await world.api.request('/workflows/greet/runs', {
      method: 'POST',
      body: Uint8Array.of(0x22, 0xff, 0x22),
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      code: 'INVALID_JSON',
      detail: 'the body is no JSON: its bytes are no UTF-8',
    });
  });

  it('answers 409 when the id is taken by another input', async () => {
    const world = createApiWorld();
    await world.post('/workflows/greet/runs?id=g1', '"Ada"');
    expect(problemOf(await world.post('/workflows/greet/runs?id=g1', '"Grace"'))).toMatchObject({
      status: 409,
      code: 'RUN_ID_TAKEN',
      detail: expect.stringContaining('that run of workflow "greet" has another input') as string,
    });
    expect((await world.post('/workflows/greet/runs?id=g1&onConflict=use-existing', '"Grace"')).status).toBe(202);
  });
});
