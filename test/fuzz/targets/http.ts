/**
 * A request, as text: a line with method and target, lines with headers, an empty line, the body. It is answered, with a
 * problem of the API's own where it is one, and nothing is said of the inside.
 */
import { PROBLEMS } from '../../../lib/http/problem.ts';
import { createApiWorld } from '../../http/api-world.ts';
import { expectLanguageIntact, expectThat, type FuzzTarget } from '../target.ts';

const INSIDE = /\bat [^"]*\.[cm]?[jt]s:\d+|node_modules|\/lib\/|file:\/\/|\b(?:TypeError|RangeError|ZodError)\b/;
const REQUESTS_IN_ONE_WORLD = 300;

let world = createApiWorld();
let requests = 0;

const http: FuzzTarget = {
  seeds: [
    'POST /workflows/greet/runs?id=r1&wait=1s\nidempotency-key: k\n\n"Ada"',
    'POST /workflows/order/runs?delay=1h&onConflict=fail\ncontent-type: application/json\n\n{"id":"o1","lines":[{"price":1}]}',
    'POST /workflows/rating/runs\n\n5',
    'GET /runs?workflow=greet&status=running,failed&since=2026-11-22&until=2027-01-01T00:00:00Z&limit=2&cursor=x\n\n',
    'GET /runs/r1?wait=1s\n\n',
    'GET /runs/r1/history?limit=1&cursor=1\n\n',
    'GET /workflows\n\n',
    'GET /openapi.json\n\n',
    'POST /runs/r1/signals/hello\nidempotency-key: k\n\n{"a":1}',
    'POST /runs/r1/cancel\n\n{"reason":"x"}',
    'POST /runs/r1/terminate\n\n',
    'OPTIONS /runs\n\n',
    'DELETE /runs/r1\n\n',
  ],
  async run(input) {
    const request = toRequest(input);
    if (request === undefined) return;
    requests += 1;
    if (requests % REQUESTS_IN_ONE_WORLD === 1) {
      world = createApiWorld();
      await world.client.start('greet', 'Ada', { id: 'r1' });
    }
    const response = await world.api.request(request, undefined, { maxWaitMs: 0 });
    const text = await response.text();
    expectThat(response.status >= 200 && response.status < 500, `the answer is ${response.status}: ${text}`);
    expectThat(!INSIDE.test(text), `the answer tells of the inside: ${text}`);
    if (request.method !== 'HEAD') expectAnswer(response, text);
    const [failure] = world.log.lines.splice(0).filter(([level]) => level === 'error');
    expectThat(failure === undefined, `an error was logged: ${failure?.map(String).join(' ')}`);
    expectLanguageIntact();
  },
};
export default http;

function expectAnswer({ status, headers }: Response, text: string): void {
  const type = headers.get('content-type') ?? '';
  const body = JSON.parse(text) as { code?: string; status?: number };
  if (status < 400) expectThat(type.startsWith('application/json'), `the type of the answer is ${type}`);
  else {
    expectThat(type === 'application/problem+json', `the type of the answer is ${type}`);
    expectThat((body.code ?? '') in PROBLEMS && body.status === status, `the problem is ${text}`);
  }
}

/** Undefined for what no client can send. */
function toRequest(input: Buffer): Request | undefined {
  const text = input.toString('latin1');
  const end = text.indexOf('\n\n');
  const [first = '', ...lines] = text.slice(0, end < 0 ? undefined : end).split('\n');
  const [, method = '', target = ''] = /^(\S+) (\S*)/.exec(first) ?? [];
  try {
    const headers = new Headers();
    for (const line of lines) headers.append(line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1));
    const body = end < 0 || /^(?:GET|HEAD)$/i.test(method) ? undefined : input.subarray(end + 2);
    return new Request(`https://lull${target}`, { method, headers, ...(body === undefined ? {} : { body }) });
  } catch {
    return undefined;
  }
}
