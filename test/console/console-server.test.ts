import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startConsole, type RunningConsole } from '../../lib/console/console-server.ts';
import { RunChanges } from '../../lib/console/run-changes.ts';

const changes = new RunChanges();
const asked: { path: string; init: RequestInit }[] = [];
let engineFails = false;
let served: RunningConsole;
let port: number;
let token: string;

beforeAll(async () => {
  const fetch = async (path: string, init: RequestInit): Promise<Response> => {
    asked.push({ path, init });
    if (engineFails) throw new TypeError('fetch failed', { cause: { code: 'ECONNREFUSED' } });
    const headers = { 'content-type': 'application/json', 'set-cookie': 'a=b', 'access-control-allow-origin': '*' };
    return new Response(JSON.stringify({ runs: [] }), { status: 200, headers });
  };
  const files = {
    read: async (path: string) =>
      path === '/' ? { contentType: 'text/html', content: Buffer.from('<p>page</p>'), isForGood: false } : undefined,
  };
  served = await startConsole({ engine: { name: 'engine', isLocal: true, fetch }, port: 0, changes, files });
  const url = new URL(served.url);
  port = Number(url.port);
  token = url.pathname.split('/')[1]!;
});

afterAll(() => served.stop());

interface Answer {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly body: string;
}

/** As a browser of any origin may send it: `fetch` would not let us name the host. */
function send(
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  const { method = 'GET', headers = {}, body } = options;
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

describe('the server of the console', () => {
  it('gives the page below its token, with a policy that allows nothing from elsewhere', async () => {
    const { status, body, headers } = await send(`/${token}/`);
    expect([status, body]).toEqual([200, '<p>page</p>']);
    expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(headers['content-security-policy']).not.toContain('unsafe');
    expect(headers).toMatchObject({
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'x-frame-options': 'DENY',
    });
  });

  it('refuses all paths without its token, and makes another one at each start', async () => {
    const paths = [
      '/',
      '/api/runs',
      '/x/',
      `/${token.slice(1)}/`,
      `/${token}x/`,
      '//',
      '/%2e%2e/',
      `/${token.toUpperCase()}/`,
    ];
    const answers = await Promise.all(paths.map((path) => send(path)));
    expect(answers.map(({ status }) => status)).toEqual(paths.map(() => 404));
    const other = await startConsole({ engine: { name: '', isLocal: true, fetch }, port: 0 });
    await other.stop();
    expect(other.url.split('/')[3]).not.toBe(token);
    expect(Buffer.from(token, 'base64url').length).toBe(24);
  });

  it.each(['evil.example', `evil.example:4000`, 'localhost', '127.0.0.1:1', '127.0.0.1.evil.example:80'])(
    'refuses the host %s: a name may have been made to lead here',
    async (host) => {
      expect((await send(`/${token}/`, { headers: { host } })).status).toBe(403);
    },
  );

  it('takes both names of this machine', async () => {
    expect((await send(`/${token}/`, { headers: { host: `localhost:${port}` } })).status).toBe(200);
  });

  it.each([
    ['another origin', { origin: 'http://evil.example' }],
    ['another port of this machine', { origin: 'http://127.0.0.1:1' }],
    ['an origin that is hidden', { origin: 'null' }],
    ['another site, as the browser says', { 'sec-fetch-site': 'cross-site' }],
    ['another port, as the browser says', { 'sec-fetch-site': 'same-site' }],
  ])('refuses requests of %s, and does not pass them on', async (_what, headers) => {
    const before = asked.length;
    const { status } = await send(`/${token}/api/runs/o-1/cancel`, { method: 'POST', headers, body: '{}' });
    expect([status, asked.length]).toEqual([403, before]);
  });

  it('lets a link of another page lead to it, but no frame and no script', async () => {
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'document' };
    expect((await send(`/${token}/`, { headers })).status).toBe(200);
    expect((await send(`/${token}/`, { headers: { ...headers, 'sec-fetch-dest': 'iframe' } })).status).toBe(403);
    expect((await send(`/${token}/api/runs`, { headers })).status).toBe(403);
  });

  it('passes a request on with its body and key, and without cookies and credentials of the browser', async () => {
    const headers = { 'content-type': 'application/json', 'idempotency-key': 'k', cookie: 'a=b', authorization: 'x' };
    const {
      status,
      headers: got,
      body,
    } = await send(`/${token}/api/runs/a%2Fb/cancel?x=1`, { method: 'POST', headers, body: '{"reason":"r"}' });
    expect([status, body]).toEqual([200, '{"runs":[]}']);
    const { path, init } = asked.at(-1)!;
    expect([path, init.method, init.headers, String(init.body as Buffer)]).toEqual([
      '/runs/a%2Fb/cancel?x=1',
      'POST',
      { 'content-type': 'application/json', 'idempotency-key': 'k' },
      '{"reason":"r"}',
    ]);
    expect(Object.keys(got)).not.toEqual(expect.arrayContaining(['set-cookie']));
    expect(got['access-control-allow-origin']).toBeUndefined();
  });

  it('answers with a problem where the engine cannot be reached', async () => {
    engineFails = true;
    const { status, body } = await send(`/${token}/api/runs`);
    engineFails = false;
    expect([status, JSON.parse(body)]).toMatchObject([
      502,
      { code: 'ENGINE_UNREACHABLE', detail: 'engine cannot be reached: ECONNREFUSED' },
    ]);
  });

  it('passes on no other method than those of the API', async () => {
    expect((await send(`/${token}/api/runs`, { method: 'PUT' })).status).toBe(405);
    expect((await send(`/${token}/`, { method: 'POST' })).status).toBe(405);
  });

  it('says of which run something is new, until the page is closed', async () => {
    const seen = await new Promise<string>((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port, path: `/${token}/changes` }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString();
          if (text.includes('ready') && !text.includes('data')) changes.emit('o-17');
          if (!text.includes('data')) return;
          sent.destroy();
          resolve(text);
        });
      });
      sent.on('error', reject);
      sent.end();
    });
    expect(seen).toBe(': ready\n\ndata: {"runId":"o-17"}\n\n');
  });
});
