import { expect, it } from 'vitest';
import { createPaint } from '../../lib/cli/paint.ts';
import { banner } from '../../lib/cli/banner.ts';
import { eventLines } from '../../lib/cli/event-lines.ts';
import type { CloudEvent } from '../../lib/local/cloud-event.ts';

const plain = createPaint({ isTTY: false });
const at = new Date(2026, 10, 3, 12, 5, 9);
const lines = (event: CloudEvent): string[] => eventLines(event, plain, at);
const worker = { function: 'Shop-WorkflowsWorker83E1658A' } as const;
const run = { requestId: 'r', pid: 12, durationMs: 5, memoryMb: 512 } as const;

it.each<[CloudEvent, string[]]>([
  [{ ...worker, kind: 'output', pid: 12, stream: 'stdout', line: 'hello' }, ['WorkflowsWorker 12  hello']],
  [
    { ...worker, kind: 'sandbox-ended', pid: 12, how: 'signal: killed' },
    ['lost       WorkflowsWorker 12 (signal: killed)'],
  ],
  [{ ...worker, kind: 'sandbox-ended', pid: 12, how: 'idle' }, []],
  [
    { ...worker, kind: 'init-failed', pid: 12, errorType: 'Runtime.ImportModuleError', tookMs: 5 },
    ['failed     WorkflowsWorker could not load its code: Runtime.ImportModuleError'],
  ],
  [
    { ...worker, kind: 'init-failed', pid: 12, errorType: 'Runtime.CallbackHandlerDeprecated', tookMs: 5 },
    [
      'failed     WorkflowsWorker could not load its code: its handler declares three parameters, and the runtime calls ' +
        'no callback: declare (event, context), and return the result or a promise of it ' +
        '(Runtime.CallbackHandlerDeprecated)',
    ],
  ],
  [{ ...worker, ...run, kind: 'invocation-ended', status: 'success' }, []],
  [
    { ...worker, ...run, kind: 'invocation-ended', status: 'timeout', errorType: 'Sandbox.Timedout' },
    ['failed     an invocation of WorkflowsWorker: Sandbox.Timedout'],
  ],
  [
    { kind: 'call-denied', principal: 'p', action: 'a', resource: 'r', message: 'User: p may not' },
    ['denied     User: p may not'],
  ],
  [
    { kind: 'request', api: 'Shop/Api', line: 'GET /runs 403', reason: 'it is not signed' },
    ['request    GET /runs 403', '           refused: it is not signed'],
  ],
  [
    {
      kind: 'request',
      api: 'Shop/Api',
      line: '{"requestId":"r","method":"POST","path":"/runs/a\\u001b","status":"502","latencyMs":"7","error":"-","integrationError":"it timed out"}',
    },
    ['request    POST /runs/a\\u001b  502  7 ms  it timed out'],
  ],
  [{ kind: 'request', api: 'Shop/Api', line: '{"my":"format"}' }, ['request    {"my":"format"}']],
  [{ kind: 'not-called', source: 'Shop/Rule', reason: 'no permission' }, ['not called by Shop/Rule: no permission']],
])('%j', (event, expected) => {
  expect(lines(event)).toEqual(expected.map((line) => `12:05:09  ${line}`));
});

it('the banner shows how to sign a request, and what the template has that does nothing here', () => {
  const cloud = {
    url: 'http://127.0.0.1:4000',
    region: 'eu-west-1',
    functions: () => [{ id: 'Shop/WorkflowsWorker83E1658A', name: 'Shop-WorkflowsWorker83E1658A', sandboxes: [] }],
    ignored: ['AWS::CloudWatch::Alarm'],
    payloadKeysPath: '.lull/stack/payload-keys',
    outputs: { 'Shop.Url': 'http://127.0.0.1:4000' },
    credentials: {
      admin: { accessKeyId: 'AKIA1', secretAccessKey: 'secret' },
      of: () => ({ accessKeyId: '', secretAccessKey: '' }),
      ofUser: () => ({ accessKeyId: '', secretAccessKey: '' }),
    },
  };
  const text = banner({ cloud, from: 'cdk.out', dir: '.lull' }, plain);
  expect(text).toContain('functions  WorkflowsWorker\n');
  expect(text).toContain('ignored    AWS::CloudWatch::Alarm\n');
  expect(text).toContain('no KMS     values are encrypted with keys in .lull/stack/payload-keys\n');
  expect(text).toContain('outputs    Shop.Url = http://127.0.0.1:4000\n');
  expect(text).toContain(
    'curl --aws-sigv4 "aws:amz:eu-west-1:execute-api" --user "AKIA1:secret" http://127.0.0.1:4000/runs\n',
  );
});
