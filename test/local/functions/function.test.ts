import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createFunction } from '../../../lib/local/functions/function.ts';
import { SystemClock } from '../../../lib/memory/system-clock.ts';
import { isAlive } from '../is-alive.ts';
import { ManualClock } from '../manual-clock.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { waitUntil } from '../wait-until.ts';
import { ARN, functionOf } from './lambda-function.ts';
import { errorOf, lambdaOf } from './function-under-test.ts';

const COUNT = `let count = 0; export const handler = async () => ({ count: ++count, pid: process.pid })`;
/** Says that it has begun, and ends when it is let. */
const HOLD = `
  import { existsSync, writeFileSync } from 'node:fs';
  export const handler = async ({ folder, name }) => {
    writeFileSync(folder + '/begun-' + name, '');
    while (!existsSync(folder + '/release')) await new Promise((resolve) => setTimeout(resolve, 5));
    return process.pid;
  };
`;

describe('sandboxes', () => {
  it('are used again, with all that the module remembers', async () => {
    const { call, lambda, ofKind } = lambdaOf(COUNT);
    const first = await call({});
    expect(first).toMatchObject({ count: 1 });
    expect(await call({})).toEqual({ ...(first as object), count: 2 });
    expect(lambda.sandboxes()).toEqual([{ pid: (first as { pid: number }).pid, busy: false, qualifier: '$LATEST' }]);
    expect(ofKind('invocation-ended').map(({ initMs }) => initMs !== undefined)).toEqual([true, false]);
    expect(ofKind('invocation-ended')[0]).toMatchObject({ status: 'success', memoryMb: 256, function: 'under-test' });
  });

  it('stand still between invocations: no timer fires, in them and in what they started', async () => {
    const { call } = lambdaOf(`
      import { spawn } from 'node:child_process';
      let [own, ofChild] = [0, 0];
      setInterval(() => (own += 1), 5);
      const child = spawn(process.execPath, ['-e', 'setInterval(() => console.log(), 5)']);
      child.stdout.on('data', (data) => (ofChild += data.length));
      export const handler = async () => {
        while (own < 2 || ofChild < 2) await new Promise((resolve) => setTimeout(resolve, 5));
        const counts = { own, ofChild };
        own = ofChild = 0;
        return counts;
      };
    `);
    await call({});
    await new Promise((resolve) => setTimeout(resolve, 400)); // what would be 80 ticks
    const { own, ofChild } = (await call({})) as { own: number; ofChild: number };
    expect(own).toBeLessThan(20);
    expect(ofChild).toBeLessThan(20);
  });

  it('are made for what goes on at once, and the last one used is used first', async () => {
    const folder = temporaryFolder();
    const { call, lambda } = lambdaOf(HOLD);
    const both = Promise.all([call({ folder, name: 'a' }), call({ folder, name: 'b' })]);
    await waitUntil(() => existsSync(join(folder, 'begun-a')) && existsSync(join(folder, 'begun-b')));
    expect(lambda.sandboxes().map(({ busy }) => busy)).toEqual([true, true]);
    writeFileSync(join(folder, 'release'), '');
    expect(new Set(await both).size).toBe(2);
    const last = await call({ folder, name: 'c' });
    expect(await call({ folder, name: 'd' })).toBe(last);
  });

  it('end when they were idle for ten minutes of the clock', async () => {
    const clock = new ManualClock();
    const { call, lambda, ofKind } = lambdaOf(COUNT, { clock });
    await call({});
    clock.advance(9 * 60_000);
    expect(await call({})).toMatchObject({ count: 2 });
    clock.advance(9 * 60_000);
    expect(lambda.sandboxes()).toHaveLength(1);
    clock.advance(60_000);
    expect(lambda.sandboxes()).toEqual([]);
    expect(await call({})).toMatchObject({ count: 1 });
    await waitUntil(() => ofKind('sandbox-ended').length === 1);
    expect(ofKind('sandbox-ended')[0]).toMatchObject({ how: 'idle' });
  });

  it('belong to a version: an alias leads to one, and the handler sees both names', async () => {
    const { call, lambda } = lambdaOf(
      `export const handler = async (event, { functionVersion, invokedFunctionArn }) =>
        [functionVersion, invokedFunctionArn, process.pid];`,
      { function: { qualifiers: [{ name: '3', version: '3' }, { name: 'live', version: '3' }] } }, // prettier-ignore
    );
    const [latest, live, three] = [await call({}), await call({}, 'live'), await call({}, '3')] as unknown[][];
    expect(latest?.slice(0, 2)).toEqual(['$LATEST', ARN]);
    expect(live?.slice(0, 2)).toEqual(['3', `${ARN}:live`]);
    expect(three).toEqual(['3', `${ARN}:3`, live?.[2]]);
    expect(lambda.sandboxes().map(({ qualifier }) => qualifier)).toEqual(['$LATEST', '3']);
  });

  it('are no more than there may be: one that idles makes room for another version', async () => {
    const versions = [{ name: '1', version: '1' }];
    const { call, lambda, ofKind } = lambdaOf(COUNT, { maxSandboxes: 1, function: { qualifiers: versions } });
    await call({});
    await call({}, '1');
    expect(lambda.sandboxes()).toMatchObject([{ qualifier: '1' }]);
    expect(ofKind('sandbox-ended')).toMatchObject([{ how: 'idle' }]);
  });
});

describe('an invocation', () => {
  it('beyond the reserved concurrency is throttled, and none begins with a concurrency of 0', async () => {
    const folder = temporaryFolder();
    const { call, lambda, ofKind } = lambdaOf(HOLD, { function: { reservedConcurrency: 1 } });
    const first = call({ folder, name: 'a' });
    expect(await lambda.invoke('{}')).toEqual({ kind: 'throttled' });
    expect(ofKind('throttled')).toHaveLength(1);
    writeFileSync(join(folder, 'release'), '');
    await first;
    expect(await call({ folder, name: 'b' })).toBe(await first);
    const none = lambdaOf(COUNT, { function: { reservedConcurrency: 0 } });
    expect(await none.lambda.invoke('{}')).toEqual({ kind: 'throttled' });
  });

  it('beyond what the machine bears waits for its turn, in line or not, and counts as one that goes on', async () => {
    const folder = temporaryFolder();
    const { call, lambda, ofKind } = lambdaOf(HOLD, { maxSandboxes: 1 });
    const first = call({ folder, name: 'a' });
    expect(lambda.invokeLater(JSON.stringify({ folder, name: 'b' }))).toMatchObject({ kind: 'accepted' });
    const third = call({ folder, name: 'c' });
    expect(lambda.activeInvocations()).toBe(3);
    writeFileSync(join(folder, 'release'), '');
    expect(await third).toBe(await first);
    expect(existsSync(join(folder, 'begun-b'))).toBe(true);
    expect(ofKind('sandbox-started')).toHaveLength(1);
    expect(ofKind('throttled')).toEqual([]);
  });

  it('that waits when all is stopped is refused, and an event in line is given up', async () => {
    const folder = temporaryFolder();
    const { call, lambda, ofKind } = lambdaOf(HOLD, { maxSandboxes: 1 });
    const first = call({ folder, name: 'a' });
    lambda.invokeLater(JSON.stringify({ folder, name: 'b' }));
    const third = lambda.invoke(JSON.stringify({ folder, name: 'c' }));
    const stopped = lambda.stop(60_000);
    writeFileSync(join(folder, 'release'), '');
    await Promise.all([first, stopped]);
    expect(await third).toMatchObject({ kind: 'refused' });
    expect(ofKind('event-dropped')).toMatchObject([{ reason: 'Stopped', attempts: 0 }]);
    expect(existsSync(join(folder, 'begun-b'))).toBe(false);
  });

  it('that throws fails with what was thrown, the trace and the end of the log; the sandbox stays', async () => {
    const { call, lambda, ofKind } = lambdaOf(`
      export const handler = async ({ wrong }) => {
        console.log('looking');
        if (wrong) throw new RangeError('no such thing');
        return process.pid;
      };
    `);
    const failed = await lambda.invoke('{"wrong":true}');
    expect(errorOf(failed)).toMatchObject({ errorType: 'RangeError', errorMessage: 'no such thing' });
    expect(errorOf(failed).trace?.[1]).toContain('index.mjs:4');
    expect(failed).toMatchObject({ error: 'Unhandled', logTail: expect.stringContaining('looking') as string });
    expect(ofKind('invocation-ended')[0]).toMatchObject({ status: 'error', errorType: 'RangeError' });
    expect(await call({})).toBe(ofKind('sandbox-started')[0]?.pid);
  });

  it('that takes too long is ended with its process; the next one finds a new one', async () => {
    const { call, lambda, ofKind } = lambdaOf(
      `let count = 0;
       export const handler = async ({ forever }) => { count += 1; for (; forever;); return count; };`,
      { function: { timeoutMs: 300 } },
    );
    expect(await call({})).toBe(1);
    const failed = errorOf(await lambda.invoke('{"forever":true}'));
    expect(failed.errorType).toBe('Sandbox.Timedout');
    expect(failed.errorMessage).toMatch(/^RequestId: [-\da-f]{36} Error: Task timed out after 0.30 seconds$/);
    expect(ofKind('invocation-ended').at(-1)).toMatchObject({ status: 'timeout' });
    expect(await call({})).toBe(1);
  });

  it('whose process ends on its own fails, with how it ended', async () => {
    const { lambda } = lambdaOf(`export const handler = async ({ code }) => process.exit(code)`);
    expect(errorOf(await lambda.invoke('{"code":3}'))).toEqual({
      errorType: 'Runtime.ExitError',
      errorMessage: expect.stringMatching(/ Error: Runtime exited with error: exit status 3$/) as string,
    });
    expect(errorOf(await lambda.invoke('{"code":0}')).errorMessage).toMatch(
      / Runtime exited without providing a reason$/,
    );
  });

  it('whose process is killed fails, and the next one finds a new one', async () => {
    const folder = temporaryFolder();
    const { lambda, ofKind } = lambdaOf(HOLD);
    const killed = lambda.invoke(JSON.stringify({ folder, name: 'a' }));
    await waitUntil(() => existsSync(join(folder, 'begun-a')));
    const pid = lambda.kill();
    expect(pid).toBe(ofKind('sandbox-started')[0]?.pid);
    expect(errorOf(await killed).errorMessage).toMatch(/ Error: Runtime exited with error: signal: killed$/);
    expect(lambda.sandboxes()).toEqual([]);
    expect(lambda.kill()).toBeUndefined();
    const next = lambda.invoke(JSON.stringify({ folder, name: 'b' }));
    await waitUntil(() => existsSync(join(folder, 'begun-b')));
    expect(lambda.kill(pid)).toBeUndefined();
    expect(lambda.kill(lambda.sandboxes()[0]?.pid)).toBe(ofKind('sandbox-started')[1]?.pid);
    expect((await next).kind).toBe('failed');
  });

  it('that holds more than its memory is killed', async () => {
    const { lambda, ofKind } = lambdaOf(
      `const held = [];
       export const handler = async () => {
         for (;;) {
           held.push(Buffer.alloc(8_000_000, 1));
           await new Promise((resolve) => setTimeout(resolve, 5));
         }
       };`,
      { function: { memoryMb: 128 } },
    );
    expect(errorOf(await lambda.invoke('{}')).errorType).toBe('Runtime.OutOfMemory');
    expect(ofKind('invocation-ended')[0]?.maxMemoryMb).toBeGreaterThan(128);
    await waitUntil(() => ofKind('sandbox-ended').length === 1);
    expect(ofKind('sandbox-ended')[0]).toMatchObject({ how: 'out of memory' });
  });

  it('is refused if it is too large, no JSON, or for a version that is not there', async () => {
    const { lambda } = lambdaOf(COUNT);
    const large = JSON.stringify('x'.repeat(6_291_455));
    expect(await lambda.invoke(large)).toMatchObject({ kind: 'refused', error: 'RequestTooLargeException' });
    const large2 = JSON.stringify('x'.repeat(1_048_575));
    expect(lambda.invokeLater(large2)).toMatchObject({ kind: 'refused', error: 'RequestTooLargeException' });
    expect(await lambda.invoke('{')).toMatchObject({ kind: 'refused', error: 'InvalidRequestContentException' });
    expect(await lambda.invoke('{}', { qualifier: 'live' })).toMatchObject({
      kind: 'refused',
      error: 'ResourceNotFoundException',
      message: `Function not found: ${ARN}:live`,
    });
    expect(lambda.sandboxes()).toEqual([]);
  });

  it('whose response is too large fails, and the sandbox goes on', async () => {
    const { call, lambda } = lambdaOf(`export const handler = async ({ bytes }) => 'x'.repeat(bytes - 2)`);
    expect(errorOf(await lambda.invoke('{"bytes":6291557}')).errorType).toBe('Function.ResponseSizeTooLarge');
    expect(((await call({ bytes: 6_291_556 })) as string).length).toBe(6_291_554);
    expect(lambda.sandboxes()).toHaveLength(1);
  });

  it('of a handler that streams gives all of the stream, or the error behind it', async () => {
    const { lambda } = lambdaOf(`
      export const handler = awslambda.streamifyResponse(async ({ wrong }, stream) => {
        stream.write('{"half":');
        if (wrong) throw new TypeError('torn');
        stream.end('1}');
      });
    `);
    expect(await lambda.invoke('{}')).toEqual({ kind: 'succeeded', payload: '{"half":1}' });
    expect(errorOf(await lambda.invoke('{"wrong":true}'))).toMatchObject({
      errorType: 'TypeError',
      errorMessage: 'torn',
    });
  });
});

describe('code that cannot be loaded', () => {
  it.each([
    ['a module that is not there', `import 'not-there'; export const handler = async () => 1;`, /not-there/],
    ['no such handler', `export const other = async () => 1;`, /index.handler is undefined or not exported/],
    ['a module that throws', `throw new Error('not today');`, /^not today$/],
    ['a process that ends', `process.exit(9);`, /Runtime exited with error: exit status 9$/],
  ])('fails the invocation: %s', async (_, code, message) => {
    const { lambda, ofKind } = lambdaOf(code);
    expect(errorOf(await lambda.invoke('{}')).errorMessage).toMatch(message);
    expect(ofKind('init-failed')).toHaveLength(2); // Lambda tries again in the invocation
    expect(ofKind('invocation-ended')).toMatchObject([{ status: 'error' }]);
    expect(lambda.sandboxes()).toEqual([]);
  });

  it('in the time for it gets the time of the invocation as well, from a new start', async () => {
    const slow = `await new Promise((resolve) => setTimeout(resolve, 400)); export const handler = async () => 'loaded'`;
    const { call, ofKind } = lambdaOf(slow, { initTimeoutMs: 300 });
    expect(await call({})).toBe('loaded');
    expect(ofKind('init-failed')).toMatchObject([{ errorType: 'Sandbox.Timedout' }]);
    const tooSlow = lambdaOf(slow, { initTimeoutMs: 100, function: { timeoutMs: 200 } });
    expect(errorOf(await tooSlow.lambda.invoke('{}')).errorMessage).toMatch(/timed out after 0.20 seconds$/);
  });
});

describe('what is reported', () => {
  it('has each line of the function as it is, with the invocation that it belongs to', async () => {
    const { call, ofKind } = lambdaOf(
      `process.stdout.write('{"while":"loading"}\\n');
       export const handler = async () => {
         process.stdout.write('{"a":1}\\n');
         console.error('oh\\nno', { b: 2 });
         process.stderr.write('raw\\n');
       };`,
      { function: { logFormat: 'JSON' } },
    );
    await call({});
    const { requestId } = ofKind('invocation-started')[0]!;
    const lines = ofKind('output');
    expect(lines[0]).not.toHaveProperty('requestId');
    expect(lines.slice(1).every((line) => line.requestId === requestId)).toBe(true);
    expect(lines.filter(({ stream }) => stream === 'stderr').map(({ line }) => line)).toEqual(['raw']);
    const [loading, own, logged] = lines.filter(({ stream }) => stream === 'stdout').map(({ line }) => line);
    expect([loading, own]).toEqual(['{"while":"loading"}', '{"a":1}']);
    expect(JSON.parse(logged ?? '')).toMatchObject({ level: 'ERROR', requestId, message: 'oh\nno { b: 2 }' });
  });

  it('says once that the template asks for another node', () => {
    expect(lambdaOf(COUNT, { function: { runtime: 'nodejs6.x' } }).notices).toEqual([
      { function: 'under-test', kind: 'node-differs', runtime: 'nodejs6.x', node: process.version },
    ]);
    expect(lambdaOf(COUNT).notices).toEqual([]);
  });
});

describe('a stop', () => {
  it('waits for those that are busy, and refuses what comes then', async () => {
    const folder = temporaryFolder();
    const { call, lambda, ofKind } = lambdaOf(HOLD);
    const invocation = call({ folder, name: 'a' });
    await waitUntil(() => existsSync(join(folder, 'begun-a')));
    const stopped = lambda.stop(10_000);
    expect(await lambda.invoke('{}')).toMatchObject({ kind: 'refused', error: 'ServiceException' });
    writeFileSync(join(folder, 'release'), '');
    await stopped;
    expect(await invocation).toBe(ofKind('sandbox-started')[0]?.pid);
    expect(isAlive(ofKind('sandbox-started')[0]!.pid)).toBe(false);
  });

  it('waits no longer than it may, and leaves no folder', async () => {
    const folder = temporaryFolder();
    const { lambda, ofKind } = lambdaOf(`
      import { writeFileSync } from 'node:fs';
      export const handler = async ({ file }) => { writeFileSync(file, process.env.LAMBDA_TASK_ROOT); for (;;); };
    `);
    const file = join(folder, 'begun');
    const invocation = lambda.invoke(JSON.stringify({ file }));
    await waitUntil(() => existsSync(file));
    await lambda.stop(50);
    expect((await invocation).kind).toBe('failed');
    expect(isAlive(ofKind('sandbox-started')[0]!.pid)).toBe(false);
    expect(existsSync(readFileSync(file, 'utf8') || folder)).toBe(false);
  });
});

it('code that is not there is said before anything starts', () => {
  const missing = join(temporaryFolder(), 'asset.123');
  expect(() =>
    createFunction({
      function: functionOf(missing),
      region: 'eu-west-1',
      clock: new SystemClock(),
      environment: () => ({}),
      report: () => undefined,
    }),
  ).toThrow(`there is no folder ${missing}, the code of under-test: synthesize again`);
});
