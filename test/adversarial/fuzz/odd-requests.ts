/** Requests that nobody in his right mind sends: some near to the API's own, some far from it. */
import fc from 'fast-check';

export interface OddRequest {
  readonly method: string;
  /** With its query. */
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array<ArrayBuffer> | undefined;
}

const ODD_SEGMENTS = [
  ...['.', '..', '%2e%2e', '%2F', '%2f..%2f', '%', '%ff', '%C0%AF', '%00', '%0d%0aset-cookie:a=b', '%ED%A0%80', ''],
  ...['__proto__', 'constructor', 'toString', '{id}', ':id', '*', 'null', 'undefined', '%F0%9F%98%80', '\u00fc', '\\'],
  ...[
    'a'.repeat(129),
    '%41'.repeat(3_000),
    ';a=b',
    '@',
    '//',
    'r1',
    'r-odd',
    'greet',
    'order',
    'a%20b',
    "'",
    '<script>',
  ],
];

const segment = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...ODD_SEGMENTS) },
  fc.string({ unit: 'grapheme', maxLength: 12 }).map(encodeURIComponent),
);

/** A path of a route, whatever stands where its parameters are. */
const nearPath = fc
  .tuple(
    fc.constantFrom(
      ...['/workflows/{}/runs', '/workflows', '/runs', '/runs/{}', '/runs/{}/history', '/runs/{}/signals/{}'],
      ...['/runs/{}/cancel', '/runs/{}/terminate', '/openapi.json', '/workflows/greet/runs', '/workflows/greet/runs'],
      ...['/workflows/greet/runs', '/workflows/rating/runs', '/workflows/greet/runs', '/workflows/greet/runs'],
      ...['/workflows/order/runs', '/runs/r1/signals/{}', '/runs/r1/cancel', '/runs/r1'],
    ),
    segment,
    segment,
  )
  .map(([path, first, second]) => path.replace('{}', () => first).replace('{}', () => second));

const path = fc.oneof(
  { weight: 4, arbitrary: nearPath },
  fc.array(segment, { maxLength: 5 }).map((segments) => `/${segments.join('/')}`),
);

const ODD_VALUES = [
  ...[
    '',
    '0',
    '-1',
    '1e9',
    '10s',
    '1 day',
    '99999999999 days',
    '36500 days',
    'NaN',
    '1.5',
    '%00',
    '%',
    '%ff',
    '\u00fc',
  ],
  ...['2026-11-22', '2026-02-31T99:99:99Z', '9999-12-31T23:59:59+23:59', '-271821-04-20', '0000-00-00', 'running'],
  ...[
    'running,,failed',
    'use-existing',
    'fail',
    'r1',
    'a/b',
    '__proto__',
    'greet',
    '9007199254740993',
    'x'.repeat(5_000),
  ],
];

const query = fc
  .array(
    fc.tuple(
      fc.oneof(
        { weight: 5, arbitrary: fc.constantFrom('id', 'onConflict', 'delay', 'wait', 'limit', 'cursor', 'status') },
        fc.constantFrom('workflow', 'since', 'until', '__proto__', 'constructor', '', 'toString', 'ID', '%00'),
      ),
      fc.oneof(fc.constantFrom(...ODD_VALUES), fc.string({ maxLength: 6 }).map(encodeURIComponent)),
    ),
    { maxLength: 3 },
  )
  .map((pairs) => (pairs.length === 0 ? '' : `?${pairs.map(([name, value]) => `${name}=${value}`).join('&')}`));

const header = fc.tuple(
  fc.constantFrom(
    ...['content-type', 'content-length', 'idempotency-key', 'idempotency-key', 'x-request-id', 'accept', 'x-odd'],
    ...['content-encoding', 'x-http-method-override', 'x-forwarded-for', 'cookie', 'authorization', 'host', 'range'],
  ),
  fc.constantFrom(
    ...['', '0', '-1', '1e99', '99999999999', 'NaN', 'text/html', 'application/json; charset=utf-16', 'gzip', 'DELETE'],
    ...['k1', 'k'.repeat(256), '\u00fc', 'a,b', '<script>', '../../etc/passwd', 'x'.repeat(10_000), '__proto__'],
  ),
);

const bytes = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(text));
const DEEP = 60_000;

const body = fc.oneof(
  { weight: 4, arbitrary: fc.jsonValue().map((value) => bytes(JSON.stringify(value))) },
  { weight: 2, arbitrary: fc.constant(undefined) },
  fc.uint8Array({ maxLength: 40 }).map((some) => new Uint8Array(some)),
  fc.string({ maxLength: 40 }).map(bytes),
  fc.constantFrom(
    bytes('"Ada"'),
    bytes('{"id":"o1","lines":[{"price":1}]}'),
    bytes('{"reason":"x"}'),
    bytes(`{"reason":"${'x'.repeat(1_001)}"}`),
    bytes('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'),
    bytes('{"$":"Date","v":"yesterday"}'),
    bytes('{"$":"class","name":"x","v":1}'),
    bytes('"\\ud800"'),
    bytes('[1,]'),
    bytes('\ufeff{}'),
    bytes('1e999'),
    bytes('['.repeat(DEEP) + ']'.repeat(DEEP)),
    bytes('{"a":'.repeat(DEEP / 4) + '1' + '}'.repeat(DEEP / 4)),
    bytes('['.repeat(DEEP * 4)),
    bytes(`"${'x'.repeat(256 * 1024 - 2)}"`),
    bytes(`"${'x'.repeat(256 * 1024 - 1)}"`),
    bytes(`"${'x'.repeat(200_000)}`),
    bytes(`"${'\\'.repeat(99_999)}`),
    bytes('9'.repeat(100_000)),
    new Uint8Array([0x22, 0xff, 0xfe, 0x22]),
    new Uint8Array([0x22, 0xed, 0xa0, 0x80, 0x22]),
    new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]),
  ),
);

export const oddRequest: fc.Arbitrary<OddRequest> = fc.record({
  method: fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom('POST', 'POST', 'GET') },
    fc.constantFrom('PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'QUERY', 'get', 'PROPFIND', 'X'),
  ),
  target: fc.tuple(path, query).map((parts) => parts.join('')),
  headers: fc.array(header, { maxLength: 3 }),
  body,
});
