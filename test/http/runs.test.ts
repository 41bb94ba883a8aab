import { describe, expect, it } from 'vitest';
import { readHistoryDocument } from '../../lib/client/history-document.ts';
import { encode } from '../../lib/codec/encode.ts';
import type { JournalEntry } from '../../lib/journal/event.ts';
import { deliverMail, endRun, NOON_MS, writeRecord } from '../client/client-world.ts';
import { createApiWorld, problemOf, type ApiWorld } from './api-world.ts';

async function worldWithRun(): Promise<ApiWorld> {
  const world = createApiWorld();
  await world.client.start('greet', 'Ada', { id: 'g1' });
  return world;
}

describe('GET /runs/{id}', () => {
  it('shows the run', async () => {
    const world = await worldWithRun();
    const { status, body } = await world.get('/runs/g1');
    expect(status).toBe(200);
    expect(body).toEqual({
      id: 'g1',
      workflow: 'greet',
      status: 'pending',
      createdAt: '2026-11-22T12:00:00.000Z',
      dueAt: '2026-11-22T12:00:00.000Z',
      input: 'Ada',
    });
  });

  it('can wait for the end', async () => {
    const world = await worldWithRun();
    world.clock.callAt(NOON_MS + 200, () => void endRun(world.store, 'g1', { status: 'completed', value: 1 }));
    expect((await world.get('/runs/g1?wait=10s')).body).toMatchObject({ status: 'completed', result: 1 });
  });

  it('says what it waits for, where that is asked for', async () => {
    const world = await worldWithRun();
    await writeRecord(world.store, 'g1', [
      { kind: 'started', atMs: NOON_MS, version: '1' },
      { kind: 'receive', id: 1, name: 'approved' },
    ]);
    const { body } = await world.get('/runs/g1?tasks=true');
    expect(body).toMatchObject({ waitsFor: { from: 'code' } });
    expect((await world.get('/runs/g1?tasks=false')).body).not.toHaveProperty('waitsFor');
    expect(problemOf(await world.get('/runs/g1?tasks=yes'))).toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('shows the reason of a cancelled run', async () => {
    const world = await worldWithRun();
    await endRun(world.store, 'g1', { status: 'cancelled', value: new Error('out of stock') });
    expect((await world.get('/runs/g1')).body).toMatchObject({ status: 'cancelled', reason: 'out of stock' });
  });

  it('says of an answer that Lambda would not give where the value can be read', async () => {
    const world = await worldWithRun();
    await endRun(world.store, 'g1', { status: 'completed', value: '"'.repeat(1_600_000) });
    expect(problemOf(await world.get('/runs/g1'))).toEqual({
      status: 500,
      code: 'VALUE_TOO_LARGE',
      detail: expect.stringMatching(
        /^the answer has 64\d{5} bytes, and can have 6200000: read it with the client$/,
      ) as string,
    });
    expect(await world.client.run('g1').result()).toHaveLength(1_600_000);
  });

  it('shows a result of 5 MB', async () => {
    const world = await worldWithRun();
    await endRun(world.store, 'g1', { status: 'completed', value: 'x'.repeat(4_999_998) });
    const { status, body } = await world.get('/runs/g1');
    expect(status).toBe(200);
    expect((body as { result: string }).result).toHaveLength(4_999_998);
  });

  it('answers 404 for a run that is not there', async () => {
    expect(problemOf(await createApiWorld().get('/runs/g1'))).toEqual({
      status: 404,
      code: 'RUN_NOT_FOUND',
      detail: 'there is no run "g1": check the id; a run that ended long ago is purged',
    });
  });
});

describe('GET /runs/{id}/export', () => {
  it('gives a document that can be read, without the secrets of the run', async () => {
    const world = await worldWithRun();
    await writeRecord(world.store, 'g1', [
      { kind: 'started', atMs: NOON_MS, version: '1', seed: 'secret' },
      { kind: 'step', id: 1, name: 'charge', draws: 2 },
      { kind: 'step-completed', id: 1, atMs: NOON_MS + 5, value: encode(new Set([1]), 'a value') },
    ]);
    const { status, body } = await world.get('/runs/g1/export');
    expect(status).toBe(200);
    expect(readHistoryDocument(JSON.stringify(body))).toEqual(
      JSON.parse(JSON.stringify(await world.client.run('g1').exportHistory())),
    );
    expect(JSON.stringify(body)).not.toContain('"secret"');
    expect(problemOf(await world.get('/runs/g1/export?secrets=true'))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(problemOf(await world.get('/runs/g2/export'))).toMatchObject({ code: 'RUN_NOT_FOUND' });
  });
});

describe('GET /runs/{id}/history', () => {
  const value = encode('x'.repeat(300_000), 'a value');
  const events = (count: number): JournalEntry[] =>
    Array.from({ length: count }, (_, index) => ({
      kind: 'step-completed',
      id: index + 1,
      atMs: NOON_MS,
      value: encode(index, 'a value'),
    }));

  it('shows events in order', async () => {
    const world = await worldWithRun();
    await writeRecord(world.store, 'g1', [
      { kind: 'started', atMs: NOON_MS, version: '1' },
      { kind: 'step', id: 1, name: 'charge' },
      { kind: 'step-completed', id: 1, atMs: NOON_MS + 5, value: encode(new Set([1]), 'a value') },
    ]);
    const { status, body } = await world.get('/runs/g1/history');
    expect(status).toBe(200);
    expect(body).toEqual({
      events: [
        { kind: 'started', at: '2026-11-22T12:00:00.000Z', version: '1', turn: 1 },
        { kind: 'step', at: '2026-11-22T12:00:00.000Z', id: 1, stepId: 'charge#1', name: 'charge', turn: 1 },
        {
          ...{ kind: 'step-completed', at: '2026-11-22T12:00:00.005Z', id: 1, stepId: 'charge#1', name: 'charge' },
          ...{ value: [1], bytes: 19, attempt: 1, durationMs: 5, turn: 1 },
        },
      ],
    });
  });

  it('shows an error with its stack and its causes', async () => {
    const world = await worldWithRun();
    const error = new Error('charge failed', { cause: new TypeError('no card') });
    await writeRecord(world.store, 'g1', [
      { kind: 'step-failed', id: 1, atMs: NOON_MS, error: encode(error, 'an error') },
    ]);
    const { body } = await world.get('/runs/g1/history');
    const stackHere = expect.stringMatching(/at .*runs\.test\.ts/) as string;
    expect((body as { events: unknown[] }).events[0]).toMatchObject({
      error: {
        name: 'Error',
        message: 'charge failed',
        stack: stackHere,
        cause: { name: 'TypeError', stack: stackHere },
      },
    });
  });

  it('comes in pages, which show each event once', async () => {
    const world = await worldWithRun();
    await writeRecord(world.store, 'g1', events(3));
    await writeRecord(world.store, 'g1', events(4));
    const seen: unknown[] = [];
    let cursor: string | undefined = '0';
    let pages = 0;
    while (cursor !== undefined) {
      const { body } = await world.get(`/runs/g1/history?limit=3&cursor=${cursor}`);
      const page = body as { events: { value: unknown }[]; cursor?: string };
      seen.push(...page.events.map((event) => event.value));
      cursor = page.cursor;
      pages += 1;
    }
    expect(seen).toEqual([0, 1, 2, 0, 1, 2, 3]);
    expect(pages).toBe(3);
  });

  it('has smaller pages when values are large: Lambda answers with 6 MB at most', async () => {
    const world = await worldWithRun();
    for (let number = 0; number < 20; number += 1) {
      await writeRecord(world.store, 'g1', [{ kind: 'step-completed', id: 1, atMs: NOON_MS, value }]);
    }
    const { body } = await world.get('/runs/g1/history');
    expect(JSON.stringify(body).length).toBeLessThan(4_100_000);
    expect(body).toMatchObject({ cursor: '13.1' });
  });

  it('answers 404 for a run that is not there', async () => {
    expect(problemOf(await createApiWorld().get('/runs/g1/history'))).toMatchObject({ code: 'RUN_NOT_FOUND' });
  });
});

describe('GET /runs', () => {
  async function worldWithRuns(): Promise<ApiWorld> {
    const world = createApiWorld();
    for (let number = 0; number < 3; number += 1) {
      await world.client.start('greet', number, { id: `g${number}` });
      world.clock.pass(60_000);
    }
    await world.client.start('rating', undefined, { id: 'r0' });
    await endRun(world.store, 'g0', { status: 'completed', value: 1 });
    return world;
  }

  async function idsOf(world: ApiWorld, query: string): Promise<string[]> {
    const { body } = await world.get(`/runs${query}`);
    return (body as { runs: { id: string }[] }).runs.map(({ id }) => id);
  }

  it.each([
    ['', ['r0', 'g2', 'g1', 'g0']],
    ['?workflow=greet', ['g2', 'g1', 'g0']],
    ['?status=completed', ['g0']],
    ['?status=pending,completed&workflow=greet', ['g2', 'g1', 'g0']],
    ['?status=pending&status=completed&workflow=greet', ['g2', 'g1', 'g0']],
    ['?since=2026-11-22T12:02:00Z', ['r0', 'g2']],
    ['?since=2026-11-22T12:02Z', ['r0', 'g2']],
    ['?since=2026-11-22T14:02:00%2B02:00', ['r0', 'g2']],
    ['?since=2026-11-22', ['r0', 'g2', 'g1', 'g0']],
    ['?until=2026-11-22T12:01:00.000Z', ['g0']],
    ['?limit=2', ['r0', 'g2']],
    ['?workflow=no-more', []],
  ])('%s', async (query, ids) => {
    expect(await idsOf(await worldWithRuns(), query)).toEqual(ids);
  });

  it('comes in pages', async () => {
    const world = await worldWithRuns();
    const { body } = await world.get('/runs?limit=3');
    const { cursor } = body as { cursor: string };
    expect(await idsOf(world, `?limit=3&cursor=${encodeURIComponent(cursor)}`)).toEqual(['g0']);
  });

  it('finds runs by attributes', async () => {
    const world = await worldWithRuns();
    await world.client.start('greet', 'x', { id: 'of-c1', attributes: { customer: 'c1', vip: true } });
    const ask = (attributes: string): string => `?attributes=${encodeURIComponent(attributes)}`;
    expect(await idsOf(world, ask('{"customer":"c1"}'))).toEqual(['of-c1']);
    expect(await idsOf(world, ask('{"customer":"c1","vip":"true"}'))).toEqual([]);
    expect(problemOf(await world.get(`/runs${ask('customer=c1')}`)).detail).toBe(
      'the parameter "attributes" cannot be "customer=c1": give a JSON object such as {"customer":"c1"}',
    );
    expect(problemOf(await world.get(`/runs${ask('{"customer":{}}')}`)).detail).toContain('attributes have an object');
  });

  it.each([
    ['?limit=0', 'the parameter "limit" cannot be "0": give a whole number from 1 to 1000'],
    ['?limit=ten', 'the parameter "limit" cannot be "ten": give a whole number from 1 to 1000'],
    ['?limit=1e3', 'the parameter "limit" cannot be "1e3"'],
    [
      '?status=done',
      'the parameter "status" cannot be "done": give one of pending, running, suspended, paused, blocked, completed, failed, cancelled, terminated, or several with commas between them',
    ],
    [
      '?since=yesterday',
      'the parameter "since" cannot be "yesterday": it is no date in ISO 8601. Give a date as in 2026-11-22, or a date and time with its zone as in 2026-11-22T14:00:00Z',
    ],
    ['?since=2026-11-22T14:00', 'it names no zone'],
    ['?since=2026-02-30', 'month 2 of 2026 has the days 1 to 28'],
    ['?since=2026-11-22T14:00:00+02:00', 'Write a plus sign in a URL as %2B'],
    ['?until=1795348800000', 'it is no date in ISO 8601'],
    ['?until=2026-13-01', 'the parameter "until" cannot be "2026-13-01"'],
    [
      '?statsu=failed',
      'there is no parameter "statsu" here: there are workflow, status, since, until, attributes, limit, cursor',
    ],
    ['?workflow=a%2Fb', 'the name of a workflow is "a/b"'],
  ])('refuses %s', async (query, detail) => {
    const problem = problemOf(await createApiWorld().get(`/runs${query}`));
    expect(problem).toMatchObject({ status: 400, code: 'INVALID_ARGUMENT' });
    expect(problem.detail).toContain(detail);
  });
});

describe('GET /workflows', () => {
  it('names what can be started', async () => {
    expect((await createApiWorld().get('/workflows')).body).toEqual({ workflows: ['greet', 'order', 'rating'] });
  });
});

describe('POST /runs/{id}/signals/{name}', () => {
  it('accepts a signal, which the run gets', async () => {
    const world = await worldWithRun();
    const { status, body } = await world.post('/runs/g1/signals/approved', { by: 'Ada' });
    expect(status).toBe(202);
    expect(body).toEqual({ id: 'g1' });
    await deliverMail(world.store, 'g1');
    expect((await world.get('/runs/g1/history')).body).toMatchObject({
      events: [{ kind: 'signal-received', name: 'approved', value: { by: 'Ada' } }],
    });
  });

  it('takes any name of a signal', async () => {
    const world = await worldWithRun();
    await world.post(`/runs/g1/signals/${encodeURIComponent('größe: 50 %? ja/nein')}`);
    await deliverMail(world.store, 'g1');
    expect((await world.get('/runs/g1/history')).body).toMatchObject({ events: [{ name: 'größe: 50 %? ja/nein' }] });
  });

  it('gives the run one signal for an idempotency key', async () => {
    const world = await worldWithRun();
    const headers = { 'Idempotency-Key': 'k1' };
    await world.post('/runs/g1/signals/approved', { by: 'Ada' }, headers);
    await deliverMail(world.store, 'g1');
    expect((await world.post('/runs/g1/signals/approved', { by: 'Ada' }, headers)).status).toBe(202);
    await deliverMail(world.store, 'g1');
    expect((await world.get('/runs/g1/history')).body).toMatchObject({ events: { length: 1 } });
  });

  it('asks the schema of a signal that the workflows export', async () => {
    const world = await worldWithRun();
    const answer = await world.post('/runs/g1/signals/rated', { stars: 9 });
    expect(problemOf(answer)).toMatchObject({ status: 422, code: 'INVALID_INPUT' });
    expect(answer.body).toMatchObject({ errors: [{ path: '$.stars' }] });
  });

  it('answers 409 when the run has ended', async () => {
    const world = await worldWithRun();
    await endRun(world.store, 'g1', { status: 'completed', value: 1 });
    expect(problemOf(await world.post('/runs/g1/signals/approved'))).toEqual({
      status: 409,
      code: 'RUN_ENDED',
      detail: 'run "g1" has ended (completed): it cannot take signal "approved" any more',
    });
  });

  it('answers 422 for an idempotency key that came with another payload', async () => {
    const world = await worldWithRun();
    const headers = { 'Idempotency-Key': 'k1' };
    expect((await world.post('/runs/g1/signals/pay', { euros: 10 }, headers)).status).toBe(202);
    expect(problemOf(await world.post('/runs/g1/signals/pay', { euros: 9_999 }, headers))).toMatchObject({
      status: 422,
      code: 'IDEMPOTENCY_KEY_REUSED',
    });
  });

  it('answers 429 with Retry-After when the inbox is full', async () => {
    const world = await worldWithRun();
    for (let sent = 0; sent < 100; sent += 1) await world.client.run('g1').signal('tick');
    const answer = await world.post('/runs/g1/signals/tick');
    expect(problemOf(answer)).toMatchObject({ status: 429, code: 'INBOX_FULL' });
    expect(answer.headers.get('retry-after')).toBe('1');
  });

  it('answers 404 for a run that is not there', async () => {
    expect(problemOf(await createApiWorld().post('/runs/g1/signals/a'))).toMatchObject({ code: 'RUN_NOT_FOUND' });
  });
});

describe('POST /runs/{id}/terminate with undo', () => {
  it('asks for the undos, and refuses what is no flag', async () => {
    const world = createApiWorld();
    await world.client.start('greet', 'Ada', { id: 'g1' });
    expect((await world.post('/runs/g1/terminate', '{"reason":"no","undo":true}')).status).toBe(202);
    const { inboxIds } = (await world.store.readRun('g1'))!;
    expect(await world.store.loadMessages('g1', inboxIds)).toMatchObject([{ kind: 'terminate', undo: true }]);
    for (const [path, body] of [
      ['terminate', '{"undo":"yes"}'],
      ['terminate', '{"redo":true}'],
      ['cancel', '{"undo":true}'],
    ]) {
      expect(problemOf(await world.post(`/runs/g1/${path}`, body))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    }
  });
});

describe.each(['cancel', 'terminate'])('POST /runs/{id}/%s', (kind) => {
  it.each([
    [undefined, ''],
    [{}, ''],
    [{ reason: 'out of stock' }, 'out of stock'],
  ])('accepts %j', async (body, reason) => {
    const world = await worldWithRun();
    const answer = await world.post(`/runs/g1/${kind}`, body);
    expect(answer.status).toBe(202);
    await deliverMail(world.store, 'g1');
    expect((await world.get('/runs/g1/history')).body).toMatchObject({
      events: [{ kind: `${kind}-requested`, reason }],
    });
  });

  it.each(['"why"', '{"reason":7}', '{"cause":"x"}', '[]', 'null'])('refuses %s', async (body) => {
    const world = await worldWithRun();
    const problem = problemOf(await world.post(`/runs/g1/${kind}`, body));
    expect(problem).toMatchObject({ status: 400, code: 'INVALID_ARGUMENT' });
    expect(problem.detail).toMatch(
      /^the body cannot be .+: send nothing, or an object with a reason, such as \{"reason":"out of stock"\}$/,
    );
    expect((await world.store.readRun('g1'))!.inboxIds).toEqual([]);
  });

  it('is one request for an idempotency key', async () => {
    const world = await worldWithRun();
    const headers = { 'Idempotency-Key': 'k1' };
    const ask = (reason: string) => world.post(`/runs/g1/${kind}`, { reason }, headers);
    for (let times = 0; times < 2; times += 1) expect((await ask('no budget')).status).toBe(202);
    expect(problemOf(await ask('no time'))).toMatchObject({ status: 422, code: 'IDEMPOTENCY_KEY_REUSED' });
    await deliverMail(world.store, 'g1');
    expect((await ask('no budget')).status).toBe(202);
    const { body } = await world.get('/runs/g1/history');
    expect((body as { events: unknown[] }).events).toMatchObject([{ kind: `${kind}-requested`, reason: 'no budget' }]);
  });

  it('answers 409 when the run has ended', async () => {
    const world = await worldWithRun();
    await endRun(world.store, 'g1', { status: 'completed', value: 1 });
    expect(problemOf(await world.post(`/runs/g1/${kind}`))).toMatchObject({ status: 409, code: 'RUN_ENDED' });
  });
});
