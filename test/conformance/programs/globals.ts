/** Programs that use what JavaScript and Node have: dates, chance, texts, and libraries built on them. */
import assert from 'node:assert';
import { createHash } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { posix } from 'node:path';
import { format, inspect } from 'node:util';
import { gather, now, random, runInfo, sleep, sleepUntil, step, uuid, workflow } from 'lull';
import { Cron } from 'croner';
import { monotonicFactory, ulid } from 'ulid';
import * as z from 'zod';
import type { Program } from '../program.ts';

const DAY_MS = 86_400_000;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const Order = z.object({
  id: z.string().min(1),
  lines: z.array(z.object({ sku: z.string(), quantity: z.coerce.number().int().positive() })),
  placedAt: z.coerce.date().default(() => new Date()),
  note: z.string().trim().optional(),
});

export const globalsPrograms: readonly Program[] = [
  {
    workflow: workflow('dates', function* () {
      const before = new Date();
      const isNow = before.getTime() === now().getTime() && Date.now() === before.getTime();
      yield* sleep('2s');
      const after = new Date();
      return {
        isNow,
        hasPassed: after.getTime() - before.getTime() >= 2_000,
        isDate: after instanceof Date,
        copy: new Date(after).getTime() === after.getTime(),
        parsed: Date.parse('2030-02-03T04:05:06Z'),
        utc: Date.UTC(2030, 1, 3),
        text: new Date('2030-02-03T04:05:06Z').toISOString(),
        word: typeof Date(),
        formatted: new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC' }).format(new Date(0)),
        local: new Date(0).toLocaleDateString('en-GB', { timeZone: 'UTC' }),
        startedBefore: runInfo().startedAt.getTime() <= before.getTime(),
      };
    }),
    ends: {
      status: 'completed',
      result: {
        isNow: true,
        hasPassed: true,
        isDate: true,
        copy: true,
        parsed: Date.UTC(2030, 1, 3, 4, 5, 6),
        utc: Date.UTC(2030, 1, 3),
        text: '2030-02-03T04:05:06.000Z',
        word: 'string',
        formatted: '01/01/1970',
        local: '01/01/1970',
        startedBefore: true,
      },
    },
  },
  {
    workflow: workflow('dice-are-the-same-on-replay', function* () {
      const draw = () => [Math.random(), random(), crypto.randomUUID(), uuid()] as const;
      const first = draw();
      const kept = yield* step('keep', () => first);
      yield* sleep('2s');
      const second = draw();
      return {
        isKept: JSON.stringify(kept) === JSON.stringify(first),
        areNew: first.every((value, index) => value !== second[index]),
        inRange: [first[0], first[1], second[0], second[1]].every((value) => value >= 0 && value < 1),
        uuid: first[2],
        ownUuid: first[3],
      };
    }),
    ends: {
      status: 'completed',
      result: { isKept: true, areNew: true, inRange: true, uuid: UUID, ownUuid: UUID },
    },
  },
  {
    workflow: workflow('random-bytes', function* () {
      const bytes = crypto.getRandomValues(new Uint8Array(32));
      const kept = yield* step('keep', () => [...bytes]);
      yield* sleep('2s');
      return { length: bytes.length, isKept: kept.every((byte, index) => byte === bytes[index]) };
    }),
    ends: { status: 'completed', result: { length: 32, isKept: true } },
  },
  {
    workflow: workflow('performance-now', function* () {
      const before = performance.now();
      yield* sleep('2s');
      return performance.now() - before >= 2_000;
    }),
    ends: { status: 'completed', result: true },
  },
  {
    workflow: workflow('zod-in-workflow-code', function* () {
      const order = Order.parse({ id: 'o-1', lines: [{ sku: 'a', quantity: '2' }], note: ' hi ' });
      const refused = Order.safeParse({ id: '', lines: [{ sku: 1, quantity: -1 }] });
      const kept = yield* step('keep', () => order);
      yield* sleep('2s');
      return {
        note: kept.note,
        quantity: kept.lines[0]?.quantity,
        sameDate: kept.placedAt.getTime() === order.placedAt.getTime(),
        issues: refused.error?.issues.map(({ path }) => path.join('.')),
        isUuid: z.uuid().safeParse(uuid()).success,
      };
    }),
    ends: {
      status: 'completed',
      result: {
        note: 'hi',
        quantity: 2,
        sameDate: true,
        issues: ['id', 'lines.0.sku', 'lines.0.quantity'],
        isUuid: true,
      },
    },
  },
  {
    workflow: workflow('zod-input', { input: Order }, function* (order) {
      yield* sleep('2s');
      return { isDate: order.placedAt instanceof Date, quantity: order.lines[0]?.quantity, note: order.note ?? 'none' };
    }),
    input: { id: 'o-1', lines: [{ sku: 'a', quantity: '3' }] },
    ends: { status: 'completed', result: { isDate: true, quantity: 3, note: 'none' } },
  },
  {
    workflow: workflow('cron-in-workflow-code', function* () {
      const next = new Cron('0 8 * * *', { timezone: 'UTC' }).nextRun() as Date;
      yield* sleep(1);
      const inMs = next.getTime() - now().getTime();
      return { hour: next.getUTCHours(), isNext: inMs > 0 && inMs <= DAY_MS };
    }),
    ends: { status: 'completed', result: { hour: 8, isNext: true } },
  },
  {
    workflow: workflow('hashes-and-texts', function* () {
      const hash = createHash('sha256').update('lull').digest('hex').slice(0, 8);
      yield* sleep(1);
      return {
        hash,
        base64: Buffer.from('lull').toString('base64'),
        atob: atob('bHVsbA=='),
        encoded: new TextEncoder().encode('ü').length,
        url: new URL('/a?b=c', 'https://example.com').href,
        query: new URLSearchParams({ a: '1', b: 'x y' }).toString(),
        clone: structuredClone({ a: new Map([[1, 2]]) }).a.get(1),
        path: posix.join('a', '..', 'b'),
        text: format('%s %d %j', 'a', 1, { b: 2 }),
        inspected: inspect({ a: [1, new Set([1])] }, { breakLength: Infinity }),
      };
    }),
    ends: {
      status: 'completed',
      result: {
        hash: /^[0-9a-f]{8}$/,
        base64: 'bHVsbA==',
        atob: 'lull',
        encoded: 2,
        url: 'https://example.com/a?b=c',
        query: 'a=1&b=x+y',
        clone: 2,
        path: 'b',
        text: 'a 1 {"b":2}',
        inspected: '{ a: [ 1, Set(1) { 1 } ] }',
      },
    },
  },
  {
    workflow: workflow('emitters-and-controllers', function* () {
      const heard: string[] = [];
      const emitter = new EventEmitter();
      emitter.on('said', (word: string) => heard.push(word));
      emitter.emit('said', 'hello');
      const target = new EventTarget();
      target.addEventListener('said', () => heard.push('event'));
      target.dispatchEvent(new Event('said'));
      const controller = new AbortController();
      controller.signal.addEventListener('abort', () => heard.push('aborted'));
      controller.abort(new Error('enough'));
      yield* sleep(1);
      assert.strictEqual(heard.length, 3);
      return heard;
    }),
    ends: { status: 'completed', result: ['hello', 'event', 'aborted'] },
  },
  {
    workflow: workflow('values-keep-their-types', function* () {
      const value = yield* step('make', () => ({
        date: new Date(0),
        map: new Map([['a', new Set([1, 2])]]),
        big: 2n ** 70n,
        nothing: undefined,
        nan: NaN,
        minusZero: -0,
        bytes: new Uint8Array([1, 2, 3]),
        pattern: /a+/giu,
        url: new URL('https://example.com/'),
        error: new RangeError('kept', { cause: 'why' }),
      }));
      yield* sleep('2s');
      return [
        value.date instanceof Date && value.date.getTime() === 0,
        value.map.get('a')?.has(2),
        value.big === 1180591620717411303424n,
        'nothing' in value && value.nothing === undefined,
        Number.isNaN(value.nan),
        Object.is(value.minusZero, -0),
        value.bytes instanceof Uint8Array && value.bytes[2] === 3,
        value.pattern instanceof RegExp && value.pattern.flags === 'giu',
        value.url instanceof URL,
        value.error instanceof RangeError && value.error.cause === 'why',
      ];
    }),
    ends: { status: 'completed', result: Array<boolean>(10).fill(true) },
  },
  {
    workflow: workflow('falsy-results', function* () {
      const results = yield* gather([
        step('undefined', () => undefined),
        step('null', () => null),
        step('zero', () => 0),
        step('false', () => false),
        step('text', () => ''),
        step('list', () => []),
      ]);
      yield* sleep('2s');
      return results.map((result) => String(JSON.stringify(result) as string | undefined));
    }),
    ends: { status: 'completed', result: ['undefined', 'null', '0', 'false', '""', '[]'] },
  },
  {
    workflow: workflow('large-values', function* () {
      const text = yield* step('make', () => 'x'.repeat(200_000));
      yield* sleep('2s');
      return text.length;
    }),
    ends: { status: 'completed', result: 200_000 },
  },
  {
    workflow: workflow('sleep-until-the-past', function* () {
      yield* sleepUntil(new Date(0));
      yield* sleepUntil('2001-01-01T00:00:00Z');
      yield* sleep(0);
      return 'at once';
    }),
    ends: { status: 'completed', result: 'at once' },
  },
  {
    workflow: workflow('fetch-in-workflow-code', function* () {
      yield* sleep(1);
      void fetch('https://example.com');
    }),
    ends: { status: 'failed', error: { code: 'FORBIDDEN_GLOBAL', message: /fetch\(\).*put it in a step/ } },
  },
  {
    workflow: workflow('timer-in-workflow-code', function* () {
      yield* sleep(1);
      setTimeout(() => undefined, 1);
    }),
    ends: { status: 'failed', error: { code: 'FORBIDDEN_GLOBAL', message: /setTimeout\(\).*sleep/ } },
  },
  {
    workflow: workflow('environment-in-workflow-code', function* () {
      yield* sleep(1);
      return process.env['HOME'];
    }),
    ends: { status: 'failed', error: { code: 'FORBIDDEN_GLOBAL', message: /process\.env.*read it in a step/ } },
  },
  {
    workflow: workflow('environment-in-a-step', function* () {
      return typeof (yield* step('read', () => process.env['PATH']));
    }),
    ends: { status: 'completed', result: 'string' },
  },
  {
    workflow: workflow('ulid-in-workflow-code', function* () {
      const ids = [ulid(), ulid()];
      const next = monotonicFactory();
      ids.push(next(), next());
      const kept = yield* step('keep', () => ids);
      yield* sleep('2s');
      return {
        areKept: kept.every((id, index) => id === ids[index]),
        areDifferent: new Set(ids).size,
        length: ids[0]?.length,
      };
    }),
    ends: { status: 'completed', result: { areKept: true, areDifferent: 4, length: 26 } },
  },
];
