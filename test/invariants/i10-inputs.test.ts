// I10: what comes from outside has limits at the door.
import { describe, expect, it } from 'vitest';
import { signal, sleep, workflow } from 'lull';
import { Client } from 'lull/client';
import { createTestEngine } from 'lull/testing';
import { messageIdFromKey, RANDOM_IDS } from '../../lib/client/identifiers.ts';
import { startScheduled } from '../../lib/client/start-scheduled.ts';
import { toClientPorts } from '../../lib/client/client-ports.ts';
import { createApi } from '../../lib/http/api.ts';
import { toJson } from '../../lib/http/to-json.ts';
import { MemoryStore } from '../../lib/memory/memory-store.ts';
import { CONTROL_INBOX_LIMIT, INBOX_LIMIT, MESSAGE_ID_LIMIT_BYTES } from '../../lib/ports/limits.ts';
import { findTimesBetween } from '../../lib/schedule/due-times.ts';
import { createApiWorld } from '../http/api-world.ts';
import { SmallCloud } from '../engine/small-cloud.ts';
import { silent } from '../testing/silent.ts';
import { codeOf, limit } from './limit-cases.ts';

const waits = workflow('waits', function* (_input: unknown) {
  yield* sleep('365 days');
});
const other = workflow('other', function* () {});
const BODY_LIMIT_BYTES = 5_250_000;

/** A JSON text of so many bytes. */
const textOf = (bytes: number): string => 'x'.repeat(bytes - 2);

/** White space counts, too. */
async function post(bytes: number): Promise<number> {
  return (await createApiWorld().post('/workflows/greet/runs', '"Ada"'.padEnd(bytes))).status;
}

limit('BODY_LIMIT_BYTES', {
  under: async () => expect(await post(BODY_LIMIT_BYTES - 1)).toBe(202),
  at: async () => expect(await post(BODY_LIMIT_BYTES)).toBe(202),
  over: async () => expect(await post(BODY_LIMIT_BYTES + 1)).toBe(413),
});

/** What becomes of an input and of a payload of so many bytes. */
async function give(bytes: number, payloadBucket: boolean): Promise<string> {
  const store = new MemoryStore({ payloadBucket });
  const engine = createTestEngine({ workflows: [waits], store, log: silent });
  const run = await engine.start(waits, 'small');
  const signalled = await codeOf(() => run.signal('s', textOf(bytes)));
  expect(await codeOf(() => engine.start(waits, textOf(bytes)))).toBe(signalled);
  return signalled;
}

limit('BUCKET_VALUE_LIMIT_BYTES', {
  under: async () => expect(await give(4_999_999, true)).toBe('taken'),
  at: async () => expect(await give(5_000_000, true)).toBe('taken'),
  over: async () => expect(await give(5_000_001, true)).toBe('PAYLOAD_TOO_LARGE'),
});

limit('TABLE_INPUT_LIMIT_BYTES', {
  under: async () => expect(await give(262_143, false)).toBe('taken'),
  at: async () => expect(await give(262_144, false)).toBe('taken'),
  over: async () => expect(await give(262_145, false)).toBe('PAYLOAD_TOO_LARGE'),
});

/** What becomes of the last of so many messages that no worker takes up. */
async function lastOf(signals: number, stops = 0): Promise<string> {
  const cloud = new SmallCloud([waits]);
  const run = await cloud.client.start(waits, 0);
  let last = 'none';
  for (let sent = 0; sent < signals; sent += 1) last = await codeOf(() => run.signal('s', sent));
  for (let sent = 0; sent < stops; sent += 1) last = await codeOf(() => run.cancel('enough'));
  return last;
}

limit('INBOX_LIMIT', {
  under: async () => expect(await lastOf(INBOX_LIMIT - 1)).toBe('taken'),
  at: async () => expect(await lastOf(INBOX_LIMIT)).toBe('taken'),
  over: async () => expect(await lastOf(INBOX_LIMIT + 1)).toBe('INBOX_FULL'),
});

const PLACES = CONTROL_INBOX_LIMIT - INBOX_LIMIT;

limit('CONTROL_INBOX_LIMIT', {
  under: async () => expect(await lastOf(INBOX_LIMIT + 5, PLACES - 1)).toBe('taken'),
  at: async () => expect(await lastOf(INBOX_LIMIT + 5, PLACES)).toBe('taken'),
  over: async () => expect(await lastOf(INBOX_LIMIT + 5, PLACES + 1)).toBe('INBOX_FULL'),
});

/** A schedule whose times are a text of that length. */
function scheduleAt(length: number): Promise<string> {
  const minutes = `${length % 2 === 0 ? '10' : '5'}${',5'.repeat(Math.floor((length - 17) / 2))}`;
  const schedule = `cron(${minutes} 8 * * ? *)`;
  expect(schedule).toHaveLength(length);
  const { schedules } = createTestEngine({ workflows: [other] });
  return codeOf(() => schedules.create('long', { workflow: other, schedule }));
}

function backfillOf(times: number): Promise<string> {
  const everyMinute = { schedule: 'rate(1 minute)', timezone: 'UTC', createdAtMs: 0 };
  return codeOf(() => Promise.resolve().then(() => findTimesBetween(everyMinute, 60_000, 60_000 * (times + 1))));
}

describe('a run that is flooded with signals', () => {
  const blind = workflow('blind', function* () {
    yield* sleep('365 days');
  });

  it('is terminated all the same, also while its code cannot follow', async () => {
    const cloud = new SmallCloud([blind]);
    const run = await cloud.client.start(blind);
    while ((await codeOf(() => run.signal('s'))) === 'taken');
    const without = cloud.worker({ workflows: [other] });
    expect(await without.turn(run.id)).toMatchObject({ kind: 'blocked' });
    expect(await codeOf(() => run.signal('s'))).toBe('INBOX_FULL');
    await run.terminate('flooded');
    expect(await without.turn(run.id)).toEqual({ kind: 'ended', status: 'terminated' });
    expect((await cloud.entries(run.id)).filter(({ kind }) => kind === 'signal-received').length).toBe(INBOX_LIMIT);
  });
});

/** What becomes of the next signal after so many that the code has not read. */
async function afterUnread(unread: number): Promise<string> {
  const engine = createTestEngine({ workflows: [waits], log: silent, settings: { maxUnreadSignals: 20 } });
  const run = await engine.start(waits, 0);
  for (let sent = 0; sent < unread; sent += 1) await run.signal('s', sent);
  await engine.settle();
  return codeOf(() => run.signal('s', unread));
}

limit('maxUnreadSignals', {
  under: async () => expect(await afterUnread(19)).toBe('taken'),
  at: async () => expect(await afterUnread(20)).toBe('INBOX_FULL'),
  over: async () => expect(await afterUnread(21)).toBe('INBOX_FULL'),
});

describe('a run that does not read its signals', () => {
  const some = signal<number>('some');
  const lazy = workflow('lazy', function* () {
    yield* sleep('1 day');
    const read: number[] = [];
    for (let times = 0; times < 5; times += 1) read.push(yield* some.receive());
    yield* sleep('1 day');
    for (let times = 0; times < 6; times += 1) read.push(yield* some.receive());
    return read;
  });

  it('takes them again when it has read some; nothing that was accepted is lost, and nothing else comes (I6)', async () => {
    const engine = createTestEngine({ workflows: [lazy], log: silent, settings: { maxUnreadSignals: 10 } });
    const run = await engine.start(lazy);
    for (let sent = 0; sent < 10; sent += 1) await run.signal(some, sent);
    await engine.settle();
    expect(await run.describe()).toMatchObject({ unreadSignals: 10 });
    await expect(run.signal(some, 666)).rejects.toThrow(
      `the inbox of run "${run.id}" is full: it takes no more signals now, and has 10 that its code has not read. Nothing was accepted`,
    );
    await engine.advance('1 day');
    expect(await run.describe()).not.toHaveProperty('unreadSignals');
    await run.signal(some, 10);
    expect(await run.result()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('can be cancelled', async () => {
    const engine = createTestEngine({ workflows: [lazy], log: silent, settings: { maxUnreadSignals: 1 } });
    const run = await engine.start(lazy);
    await run.signal(some, 1);
    await engine.settle();
    expect(await codeOf(() => run.signal(some, 2))).toBe('INBOX_FULL');
    await run.cancel('enough');
    await expect(run.result()).rejects.toMatchObject({ code: 'RUN_CANCELLED' });
  });

  it('answers a repeated signal as it did the first time', async () => {
    const engine = createTestEngine({ workflows: [lazy], log: silent, settings: { maxUnreadSignals: 1 } });
    const run = await engine.start(lazy);
    await run.signal(some, 1, { idempotencyKey: 'once' });
    await engine.settle();
    expect(await codeOf(() => run.signal(some, 1, { idempotencyKey: 'once' }))).toBe('taken');
    expect(await codeOf(() => run.signal(some, 1, { idempotencyKey: 'twice' }))).toBe('INBOX_FULL');
  });

  it('stays closed for signals while it is blocked', async () => {
    const cloud = new SmallCloud([waits]);
    const run = await cloud.client.start(waits, 0);
    await run.signal('s');
    await cloud.worker({ maxUnreadSignals: 1 }).turn(run.id);
    await run.cancel();
    expect(await cloud.worker({ workflows: [other] }).turn(run.id)).toMatchObject({ kind: 'blocked' });
    expect(await codeOf(() => run.signal('s'))).toBe('INBOX_FULL');
  });
});

async function sendWithId(id: string): Promise<string> {
  const cloud = new SmallCloud([waits]);
  const run = await cloud.client.start(waits, 0);
  const ids = { ...RANDOM_IDS, messageId: () => id };
  return codeOf(() => new Client({ store: cloud.table, wakes: cloud.wakes, ids }).run(run.id).signal('s'));
}

limit('MESSAGE_ID_LIMIT_BYTES', {
  under: async () => {
    expect(await sendWithId('m'.repeat(MESSAGE_ID_LIMIT_BYTES - 1))).toBe('taken');
    for (const id of [RANDOM_IDS.messageId(), messageIdFromKey('r'.repeat(128), 's'.repeat(128), 'k'.repeat(255))]) {
      expect(Buffer.byteLength(id)).toBeLessThan(MESSAGE_ID_LIMIT_BYTES);
    }
  },
  at: async () => expect(await sendWithId('ö'.repeat(MESSAGE_ID_LIMIT_BYTES / 2))).toBe('taken'),
  over: async () => expect(await sendWithId('m'.repeat(MESSAGE_ID_LIMIT_BYTES + 1))).toBe('INVALID_ARGUMENT'),
});

async function startWith(options: { id?: string; idempotencyKey?: string }): Promise<string> {
  return codeOf(() => new SmallCloud([waits]).client.start(waits, 0, options));
}

limit('RUN_ID_LIMIT', {
  under: async () => expect(await startWith({ id: 'r'.repeat(127) })).toBe('taken'),
  at: async () => expect(await startWith({ id: 'r'.repeat(128) })).toBe('taken'),
  over: async () => expect(await startWith({ id: 'r'.repeat(129) })).toBe('INVALID_ARGUMENT'),
});

limit('KEY_LIMIT', {
  under: async () => expect(await startWith({ idempotencyKey: 'k'.repeat(254) })).toBe('taken'),
  at: async () => expect(await startWith({ idempotencyKey: 'k'.repeat(255) })).toBe('taken'),
  over: async () => expect(await startWith({ idempotencyKey: 'k'.repeat(256) })).toBe('INVALID_ARGUMENT'),
});

async function schedule(characters: number): Promise<string> {
  const { table, wakes, clock } = new SmallCloud([waits]);
  const ports = toClientPorts({ workflows: [waits], store: table, wakes, clock, log: silent }, {});
  const request = { scheduledAt: '2030-01-01T00:00:00Z', workflow: 'waits', overlap: 'allow' } as const;
  return codeOf(() => startScheduled(ports, { ...request, schedule: 's'.repeat(characters) }));
}

limit('SCHEDULE_NAME_LIMIT', {
  under: async () => expect(await schedule(63)).toBe('taken'),
  at: async () => expect(await schedule(64)).toBe('taken'),
  over: async () => expect(await schedule(65)).toBe('INVALID_ARGUMENT'),
});

async function stopWith(characters: number): Promise<string> {
  const run = await new SmallCloud([waits]).client.start(waits, 0);
  const cancelled = await codeOf(() => run.cancel('r'.repeat(characters)));
  expect(await codeOf(() => run.terminate('r'.repeat(characters)))).toBe(cancelled);
  return cancelled;
}

limit('SCHEDULE_TEXT_LIMIT', {
  under: async () => expect(await scheduleAt(255)).toBe('taken'),
  at: async () => expect(await scheduleAt(256)).toBe('taken'),
  over: async () => expect(await scheduleAt(257)).toBe('INVALID_ARGUMENT'),
});
limit('BACKFILL_LIMIT', {
  under: async () => expect(await backfillOf(999)).toBe('taken'),
  at: async () => expect(await backfillOf(1_000)).toBe('taken'),
  over: async () => expect(await backfillOf(1_001)).toBe('INVALID_ARGUMENT'),
});
limit('REASON_LIMIT', {
  under: async () => expect(await stopWith(999)).toBe('taken'),
  at: async () => expect(await stopWith(1_000)).toBe('taken'),
  over: async () => expect(await stopWith(1_001)).toBe('INVALID_ARGUMENT'),
});

async function page(limit: number): Promise<string> {
  const { client } = new SmallCloud([waits]);
  const byClient = await codeOf(() => client.listPage({ limit }));
  const { status } = await createApiWorld().get(`/runs?limit=${limit}`);
  expect(status).toBe(byClient === 'taken' ? 200 : 400);
  return byClient;
}

limit('LONGEST_PAGE', {
  under: async () => expect(await page(999)).toBe('taken'),
  at: async () => expect(await page(1_000)).toBe('taken'),
  over: async () => expect(await page(1_001)).toBe('INVALID_ARGUMENT'),
});

/** An API on a client that has a history of these events, and tells how long it is asked to wait. */
function apiOn(events: readonly unknown[], waits: unknown[] = []) {
  const run = {
    async *historyFrom() {
      for (const [index, event] of events.entries()) yield { event, cursor: String(index + 1) };
    },
    describe: async ({ wait }: { wait: unknown }) => {
      waits.push(wait);
      return {};
    },
  };
  return createApi({ client: { run: () => run } as never, workflows: [], log: silent });
}

async function pageOf(sizes: readonly number[], query = ''): Promise<{ events: unknown[]; cursor?: string }> {
  // {"v":"..."} of so many bytes
  const api = apiOn(sizes.map((bytes) => ({ v: 'x'.repeat(bytes - 8) })));
  return (await (await api.request(`/runs/r/history${query}`)).json()) as { events: unknown[]; cursor?: string };
}

limit('HISTORY_PAGE_BYTES', {
  under: async () => expect(await pageOf([2_000_000, 1_999_999])).not.toHaveProperty('cursor'),
  at: async () => expect(await pageOf([2_000_000, 2_000_000])).not.toHaveProperty('cursor'),
  over: async () => expect(await pageOf([2_000_000, 2_000_001])).toMatchObject({ events: { length: 1 }, cursor: '1' }),
});

/** The answer to who describes a run, whose text in JSON has so many bytes. */
async function answer(bytes: number): Promise<{ status: number; code?: string }> {
  const describe = async () => ({ v: 'x'.repeat(bytes - JSON.stringify('{"v":""}').length) });
  const api = createApi({ client: { run: () => ({ describe }) } as never, workflows: [], log: silent });
  const response = await api.request('/runs/r');
  const { code } = (await response.json()) as { code?: string };
  return { status: response.status, ...(code === undefined ? {} : { code }) };
}

limit('ANSWER_LIMIT_BYTES', {
  under: async () => expect(await answer(6_199_999)).toEqual({ status: 200 }),
  at: async () => expect(await answer(6_200_000)).toEqual({ status: 200 }),
  over: async () => expect(await answer(6_200_001)).toEqual({ status: 500, code: 'VALUE_TOO_LARGE' }),
});

async function historyStatus(limit: number): Promise<number> {
  return (await apiOn([]).request(`/runs/r/history?limit=${limit}`)).status;
}

limit('HISTORY_PAGE_EVENTS', {
  under: async () => expect(await historyStatus(999)).toBe(200),
  at: async () => {
    expect(await historyStatus(1_000)).toBe(200);
    expect(await pageOf(Array.from({ length: 1_001 }, () => 10))).toMatchObject({ cursor: '1000' });
  },
  over: async () => expect(await historyStatus(1_001)).toBe(400),
});

/** How long a request is waited for that asks for so long. */
async function waitedMs(askedMs: number): Promise<unknown> {
  const waits: unknown[] = [];
  await apiOn([], waits).request(`/runs/r?wait=${askedMs}ms`);
  return waits[0];
}

limit('LONGEST_WAIT_MS', {
  under: async () => expect(await waitedMs(24_999)).toBe(24_999),
  at: async () => expect(await waitedMs(25_000)).toBe(25_000),
  over: async () => expect(await waitedMs(25_001)).toBe(25_000),
});

/** The parts are the elements, and the array itself. */
const shown = (parts: number) => toJson(Array.from({ length: parts - 1 }, () => 0));

limit('VALUE_LIMIT', {
  under: () => expect(shown(999_999)).toHaveLength(999_998),
  at: () => expect(shown(1_000_000)).toHaveLength(999_999),
  over: () => expect(() => shown(1_000_001)).toThrow(expect.objectContaining({ code: 'VALUE_TOO_LARGE' })),
});
