/** `/schedules`. */
import { runInfo, sleep, workflow } from 'lull';
import { createTestEngine, type TestEngine } from 'lull/testing';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createApi } from '../../lib/http/api.ts';
import { KeptLog } from '../client/client-world.ts';
import { ask, type Answered, problemOf } from './api-world.ts';

const report = workflow('report', { input: z.object({ team: z.string() }) }, function* ({ team }) {
  yield* sleep('1s');
  return `${team} ${runInfo().scheduledAt?.toISOString()}`;
});

type Send = (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answered>;

function open(): { send: Send; engine: TestEngine } {
  const engine = createTestEngine({ workflows: [report], now: new Date('2026-11-30T00:30:00Z') });
  const api = createApi({ client: engine.client, workflows: ['report'], log: new KeptLog() });
  const send: Send = (method, path, body, headers = {}) =>
    ask(api, path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  return { engine, send };
}

const hourly = { name: 'hourly', workflow: 'report', input: { team: 'sales' }, schedule: 'cron(0 * * * ? *)' };

describe('a schedule over HTTP', () => {
  it('is created, found, listed, paused, resumed, triggered, filled in and deleted', async () => {
    const { engine, send } = open();
    const created = await send('POST', '/schedules', hourly);
    expect([created.status, created.headers.get('location')]).toEqual([201, '/schedules/hourly']);
    expect(created.body).toEqual({
      ...{ ...hourly, timezone: 'UTC', paused: false, overlap: 'skip', catchUpMs: 60_000 },
      ...{ nextAt: '2026-11-30T01:00:00.000Z', createdAt: '2026-11-30T00:30:00.000Z' },
    });
    await engine.advance('1 hour');
    expect(await send('GET', '/runs/hourly-2026-11-30T01:00:00Z')).toMatchObject({
      body: { scheduledAt: '2026-11-30T01:00:00.000Z', result: 'sales 2026-11-30T01:00:00.000Z' },
    });
    const there = { status: 200, body: { paused: false, lastRunId: 'hourly-2026-11-30T01:00:00Z' } };
    expect(await send('GET', '/schedules/hourly')).toMatchObject(there);
    expect(await send('POST', '/schedules/hourly/pause')).toMatchObject({ status: 200, body: { paused: true } });
    expect(await send('POST', '/schedules/hourly/resume')).toMatchObject(there);
    const listed = await send('GET', '/schedules?limit=10');
    expect(listed).toMatchObject({ status: 200, body: { schedules: [{ name: 'hourly', workflow: 'report' }] } });

    const triggered = await send('POST', '/schedules/hourly/trigger', undefined, { 'idempotency-key': 'k' });
    expect(triggered.status).toBe(202);
    const { id } = triggered.body as { id: string };
    expect(triggered.headers.get('location')).toBe(`/runs/${id}`);
    expect(await send('POST', '/schedules/hourly/trigger', undefined, { 'idempotency-key': 'k' })).toMatchObject({
      body: { id },
    });
    const span = { since: '2026-11-29T00:00:00Z', until: '2026-11-29T02:00:00Z' };
    expect(await send('POST', '/schedules/hourly/backfill', span)).toMatchObject({
      status: 202,
      body: { ids: ['hourly-2026-11-29T00:00:00Z', 'hourly-2026-11-29T01:00:00Z'] },
    });
    expect(await send('DELETE', '/schedules/hourly')).toMatchObject({ status: 200, body: { name: 'hourly' } });
    expect(problemOf(await send('GET', '/schedules/hourly'))).toMatchObject({
      status: 404,
      code: 'SCHEDULE_NOT_FOUND',
    });
    expect((await send('GET', '/schedules')).body).toEqual({ schedules: [] });
  });

  it('with other values is a 409, with the same ones the one that is there', async () => {
    const { send } = open();
    await send('POST', '/schedules', hourly);
    expect((await send('POST', '/schedules', hourly)).status).toBe(201);
    const other = await send('POST', '/schedules', { ...hourly, overlap: 'allow' });
    expect(problemOf(other)).toMatchObject({ status: 409, code: 'SCHEDULE_EXISTS' });
  });

  it('is listed page by page', async () => {
    const { send } = open();
    for (const name of ['a', 'b', 'c']) await send('POST', '/schedules', { ...hourly, name });
    const first = (await send('GET', '/schedules?limit=2')).body as { schedules: { name: string }[]; cursor: string };
    const rest = (await send('GET', `/schedules?limit=2&cursor=${encodeURIComponent(first.cursor)}`))
      .body as typeof first;
    expect([...first.schedules, ...rest.schedules].map(({ name }) => name).sort()).toEqual(['a', 'b', 'c']);
    expect(rest.cursor).toBeUndefined();
  });

  it.each<[string, string, unknown, number, string]>([
    ['POST', '/schedules', { ...hourly, schedule: 'daily' }, 400, 'INVALID_ARGUMENT'],
    ['POST', '/schedules', { ...hourly, name: '../x' }, 400, 'INVALID_ARGUMENT'],
    ['POST', '/schedules', { ...hourly, name: undefined }, 400, 'INVALID_ARGUMENT'],
    ['POST', '/schedules', { ...hourly, every: '1h' }, 400, 'INVALID_ARGUMENT'],
    ['POST', '/schedules', ['x'], 400, 'INVALID_ARGUMENT'],
    ['POST', '/schedules', { ...hourly, workflow: 'none' }, 404, 'UNKNOWN_WORKFLOW'],
    ['POST', '/schedules', { ...hourly, input: { team: 1 } }, 422, 'INVALID_INPUT'],
    ['POST', '/schedules/none/pause', undefined, 404, 'SCHEDULE_NOT_FOUND'],
    ['POST', '/schedules/none/trigger', undefined, 404, 'SCHEDULE_NOT_FOUND'],
    ['POST', '/schedules/none/backfill', { since: '2026-01-01' }, 400, 'INVALID_ARGUMENT'],
    ['POST', '/schedules/none/backfill', { since: '2026-01-01', until: 'x' }, 400, 'INVALID_ARGUMENT'],
    ['POST', '/schedules/none/backfill', { since: '2026-01-01', until: '2026-01-02', by: 1 }, 400, 'INVALID_ARGUMENT'],
    ['DELETE', '/schedules/none', undefined, 404, 'SCHEDULE_NOT_FOUND'],
    ['PUT', '/schedules/none', undefined, 405, 'METHOD_NOT_ALLOWED'],
  ])('%s %s with %j is a %i', async (method, path, body, status, code) => {
    const { send } = open();
    expect(problemOf(await send(method, path, body))).toMatchObject({ status, code });
  });
});
