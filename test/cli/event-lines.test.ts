import { expect, it } from 'vitest';
import { banner } from '../../lib/cli/banner.ts';
import { eventLines } from '../../lib/cli/event-lines.ts';
import { createPaint } from '../../lib/cli/paint.ts';
import type { CloudEvent } from '../../lib/local/cloud-event.ts';

const plain = createPaint({ isTTY: false });
const at = new Date(2026, 10, 3, 12, 5, 9);
const lines = (event: CloudEvent): string[] => eventLines(event, plain, at);

it.each<[CloudEvent, string]>([
  [{ kind: 'run-started', runId: 'r-1', workflow: 'checkout' }, 'started    checkout  r-1'],
  [
    { kind: 'run-ended', runId: 'r-1', workflow: 'checkout', status: 'completed', tookMs: 1_940 },
    'completed  checkout  r-1  1.9 s',
  ],
  [{ kind: 'reloaded', version: 'abc', workflows: [{ name: 'checkout', takesAnything: true }] }, 'reloaded   checkout'],
  [
    { kind: 'process-ended', function: 'worker', pid: 12, how: 'SIGKILL' },
    'lost       worker 12 (SIGKILL); another one takes its place',
  ],
  [
    { kind: 'dead-letter', body: '{"runId":"r-1"}' },
    'given up   a message that failed again and again: {"runId":"r-1"}',
  ],
  [{ kind: 'output', function: 'worker', pid: 12, line: 'hello' }, 'worker 12  hello'],
  [{ kind: 'output', function: 'worker', pid: 12, line: '{"a":1}' }, 'worker 12  {"a":1}'],
  [
    {
      kind: 'output',
      function: 'worker',
      pid: 12,
      line: '{"timestamp":"2026-11-03T12:05:09Z","level":"WARN","message":"slow","runId":"r-1"}',
    },
    'worker 12  WARN slow  runId=r-1',
  ],
  [
    {
      kind: 'output',
      function: 'worker',
      pid: 12,
      line: '{"_aws":{"Timestamp":1,"CloudWatchMetrics":[]},"engine":"dev","runId":"r-1","epoch":1,"outcome":"failed","TurnTime":29}',
    },
    'worker 12  metrics  engine=dev runId=r-1 outcome=failed TurnTime=29',
  ],
])('%j is one line', (event, line) => {
  expect(lines(event)).toEqual([`12:05:09  ${line}`]);
});

it('a run that failed is shown with why, and cannot paint the terminal with it', () => {
  const reason = ['Error: no \u001b[31mcard', '  caused by TypeError: x  (at bank.ts:1:2)'];
  expect(
    lines({ kind: 'run-ended', runId: 'r-1', workflow: 'checkout', status: 'failed', tookMs: 90, reason }),
  ).toEqual([
    '12:05:09  failed     checkout  r-1  0.1 s',
    '12:05:09             Error: no \\u001b[31mcard',
    '12:05:09               caused by TypeError: x  (at bank.ts:1:2)',
    '12:05:09             lull show r-1 has more; lull retry r-1 goes on, once it is mended',
  ]);
});

it('a run that is blocked is shown with why, and with what to do', () => {
  expect(lines({ kind: 'run-blocked', runId: 'r-1', workflow: 'checkout', reason: 'a step was renamed' })).toEqual([
    '12:05:09  blocked    checkout  r-1',
    '12:05:09             a step was renamed',
    '12:05:09             The run is tried again as soon as other code is saved, and after a pause by itself.',
  ]);
});

it('an error of a build keeps its lines', () => {
  expect(lines({ kind: 'reload-failed', reason: 'no\nway' })).toEqual([
    '12:05:09  not reloaded: the code before stays in place',
    '12:05:09  no',
    '12:05:09  way',
  ]);
});

it('colors are for terminals, and not where NO_COLOR is set', () => {
  expect(createPaint({ isTTY: true }, {})('red', 'x')).toBe('\u001b[31mx\u001b[0m');
  expect(createPaint({ isTTY: true }, { NO_COLOR: '1' })('red', 'x')).toBe('x');
  expect(createPaint({}, {})('red', 'x')).toBe('x');
});

it('the banner starts a workflow that takes any input, since a schema would refuse a guess', () => {
  const started = { entry: 'workflows.ts', dir: '.lull' };
  const checkout = { name: 'checkout', takesAnything: false };
  const tour = { name: 'tour', takesAnything: true };
  const cloud = (...workflows: (typeof tour)[]) => ({ url: 'http://127.0.0.1:4000', workflows: () => workflows });
  expect(banner({ ...started, cloud: cloud(checkout, tour) }, plain)).toContain(
    "curl -X POST 'http://127.0.0.1:4000/workflows/tour/runs?wait=20s'",
  );
  const closed = banner({ ...started, cloud: cloud(checkout) }, plain);
  expect(closed).not.toContain('POST');
  expect(closed).toContain('curl http://127.0.0.1:4000/runs');
});
