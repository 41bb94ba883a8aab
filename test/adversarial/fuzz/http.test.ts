/** The HTTP API under requests of any form: it answers each, says nothing of its inside, and starts nothing by halves. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createApiHandler } from '../../../functions/create-api-handler.ts';
import { workflow } from '../../../lib/api/workflow.ts';
import { decode } from '../../../lib/codec/decode.ts';
import { PROBLEMS } from '../../../lib/http/problem.ts';
import type { HttpEvent } from '../../../lib/aws/http-event.ts';
import { createApiWorld, type ApiWorld } from '../../http/api-world.ts';
import { context, httpEvent } from '../../lambda/sample-events.ts';
import { oddRequest, type OddRequest } from './odd-requests.ts';

const SEED = 20_261_122;

interface Seen {
  readonly status: number;
  readonly type: string | null;
  readonly text: string;
}

function toWebRequest({ method, target, headers, body }: OddRequest): Request {
  const hasBody = body !== undefined && method !== 'GET' && method !== 'get' && method !== 'HEAD';
  const all = new Headers();
  for (const [name, value] of headers) all.append(name, value);
  return new Request(`https://lull${target}`, { method, headers: all, ...(hasBody ? { body } : {}) });
}

/** No stack, no file, no name of what it is made of. */
const INSIDE =
  /\bat [^"]*\.[cm]?[jt]s:\d+|node_modules|\/lib\/|file:\/\/|\b(?:TypeError|RangeError|SyntaxError|ZodError)\b/;

function expectAnswer({ status, type, text }: Seen, method: string, allowed: readonly string[] = []): void {
  expect(status).toBeGreaterThanOrEqual(200);
  expect(status).toBeLessThan(500);
  expect(text).not.toMatch(INSIDE);
  if (method === 'HEAD') return;
  const body = JSON.parse(text) as { code?: string; status?: number; detail?: string };
  if (status < 400) {
    expect(type).toMatch(/^application\/json/);
    return;
  }
  expect(type).toBe('application/problem+json');
  expect([...Object.keys(PROBLEMS), ...allowed]).toContain(body.code);
  expect(body.status).toBe(status);
  expect(body.detail).not.toBe('');
}

/** Every run that is there can be begun: its input is there and can be read. */
async function expectWholeRuns({ store, client }: ApiWorld): Promise<number> {
  let runs = 0;
  for (const name of ['greet', 'order', 'rating']) {
    for await (const { id } of client.list({ workflow: name })) {
      runs += 1;
      const { input } = (await store.readRun(id))!;
      const value = input.kind === 'inline' ? input.value : await store.readValue(id, input.key);
      expect(value).toBeDefined();
      decode(value!);
    }
  }
  return runs;
}

describe('the HTTP API', () => {
  it('answers whatever it is asked, with a problem of its own where it is one', async () => {
    const world = createApiWorld();
    await world.client.start('greet', 'Ada', { id: 'r1' });
    const statuses = new Set<number>();
    await fc.assert(
      fc.asyncProperty(oddRequest, async (odd) => {
        const response = await world.api.request(toWebRequest(odd), undefined, { maxWaitMs: 0 });
        statuses.add(response.status);
        const text = await response.text();
        expectAnswer({ status: response.status, type: response.headers.get('content-type'), text }, odd.method);
      }),
      { numRuns: 1_000, seed: SEED },
    );
    expect(await expectWholeRuns(world)).toBeGreaterThan(20);
    expect(world.log.lines.filter(([level]) => level === 'error')).toEqual([]);
    expect([...statuses]).toEqual(expect.arrayContaining([200, 202, 400, 404, 405, 413, 422]));
    expect('polluted' in {}).toBe(false);
  });

  it('answers a body that breaks off, or is longer than it says', async () => {
    const world = createApiWorld();
    const breaksOff = (chunks: string[]): ReadableStream =>
      new ReadableStream({
        pull: (controller) => {
          const chunk = chunks.shift();
          if (chunk === undefined) controller.close();
          else controller.enqueue(Buffer.from(chunk));
        },
      });
    for (const [chunks, length] of [
      [['"A', 'da"'], '1'],
      [['"A'], '5'],
      [Array.from({ length: 300 }, () => 'x'.repeat(1_024)), '10'],
    ] as const) {
      const request = new Request('https://lull/workflows/greet/runs', {
        method: 'POST',
        headers: { 'content-length': length },
        body: breaksOff([...chunks]),
        duplex: 'half',
      });
      const response = await world.api.request(request);
      expectAnswer(
        { status: response.status, type: response.headers.get('content-type'), text: await response.text() },
        'POST',
      );
    }
    await expectWholeRuns(world);
  });
});

describe('the handler of HTTP events', () => {
  const greet = workflow('greet', function* (name: string) {
    return `Hello, ${name}`;
  });
  const oddText = fc.constantFrom('日本', 'Zoë', 'a\nb', 'a\r\nx-b: c', '\0', '\ud800', '', ' a ', '😀'.repeat(100));

  it('answers each event, whatever its headers, path and body', async () => {
    const world = createApiWorld();
    const { store, wakes, clock, log } = world;
    const environment = { LULL_TABLE_NAME: 'runs', LULL_QUEUE_URL: 'https://sqs.example/wakes' };
    const handler = createApiHandler([greet], { store, wakes, clock, log, environment });
    const oddEvent = fc
      .record({
        odd: oddRequest,
        path: fc.option(fc.constantFrom('', 'runs', ':1', '//', '/runs/\ud800', '/runs/%', '@a/b', '/runs/ü?#', '\\')),
        query: fc.option(fc.string({ unit: 'binary', maxLength: 8 })),
        headers: fc.dictionary(fc.constantFrom('x-odd', 'idempotency-key', 'x-request-id', 'ü', 'a b', ''), oddText),
        method: fc.option(fc.constantFrom('TRACE', 'CONNECT', 'TRACK', 'a b', '', 'GÖT')),
        isBase64: fc.boolean(),
        stage: fc.constantFrom('$default', 'prod', '', '__proto__'),
      })
      .map(({ odd, path, query, headers, method, isBase64, stage }): HttpEvent => {
        const [oddPath = '', oddQuery = ''] = odd.target.split('?');
        return httpEvent({
          method: method ?? odd.method,
          path: path ?? oddPath,
          query: query ?? oddQuery,
          headers: { ...Object.fromEntries(odd.headers), ...headers },
          isBase64Encoded: isBase64,
          stage,
          ...(odd.body === undefined ? {} : { body: Buffer.from(odd.body).toString(isBase64 ? 'base64' : 'latin1') }),
        });
      });
    await fc.assert(
      fc.asyncProperty(oddEvent, async (event) => {
        const { statusCode, headers, body } = await handler(event, context(0));
        expectAnswer(
          { status: statusCode, type: headers['content-type'] ?? null, text: body },
          event.requestContext.http.method,
        );
      }),
      { numRuns: 300, seed: SEED },
    );
    await expectWholeRuns(world);
    expect(world.log.lines.filter(([level]) => level === 'error')).toEqual([]);
  });
});
