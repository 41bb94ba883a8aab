/** Connections that are kept open, that die meanwhile, and that are closed. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { expect, it, onTestFinished, vi } from 'vitest';
import { answer, clientOf, ok, serve, type Answering, type Seen } from './service-under-test.ts';

const silence: Answering = () => undefined;

const CLOSED = { message: expect.stringMatching(/^the client of .* was closed$/) as string };

function connectionsOf(seen: readonly Seen[]): number {
  return new Set(seen.map(({ socket }) => socket)).size;
}

/** Answers when as many requests are there. */
function together(count: number): Answering {
  const waiting: (() => void)[] = [];
  return (response) => {
    waiting.push(() => answer(response, 200, {}));
    if (waiting.length === count) waiting.splice(0).forEach((go) => go());
  };
}

/** For what goes by the clock of the day: there is no waiting. */
function moveClock(ms: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms });
  onTestFinished(() => void vi.useRealTimers());
}

it('where all connections have died meanwhile, the second try has a new one', async () => {
  const five = together(5);
  const { client, seen } = await serve((...args) => (args[2] <= 5 ? five : ok)(...args), { maxAttempts: 2 });
  await Promise.all([1, 2, 3, 4, 5].map(() => client.send('GetItem', {})));
  expect(connectionsOf(seen)).toBe(5);
  for (const { socket } of seen) socket.destroy(); // of which the client has not heard when it sends
  expect(await client.send('GetItem', {})).toEqual({ output: { fine: true }, attempts: 2 });
});

it('a connection that was idle for a minute is not used: it may be dead without a word', async () => {
  const dead = new Set<unknown>();
  const { client, seen } = await serve((response, request, nth) => {
    if (dead.has(request.socket)) return;
    dead.add(request.socket);
    ok(response, request, nth);
  });
  await client.send('GetItem', {});
  moveClock(61_000);
  expect(await client.send('GetItem', {})).toEqual({ output: { fine: true }, attempts: 1 });
  expect(connectionsOf(seen)).toBe(2);
});

it('one that was idle for less is used', async () => {
  const { client, seen } = await serve(ok);
  await client.send('GetItem', {});
  moveClock(50_000);
  await client.send('GetItem', {});
  expect(connectionsOf(seen)).toBe(1);
});

it('the time that a request waits for a connection is none in which the service is silent', async () => {
  const { client, seen } = await serve((...args) => void setTimeout(() => ok(...args), 500), { answerMs: 1_200 });
  const answers = await Promise.all(Array.from({ length: 150 }, () => client.send('GetItem', {})));
  expect(answers.every(({ attempts }) => attempts === 1)).toBe(true);
  expect(connectionsOf(seen)).toBe(50);
});

it('a client that is closed gives up what is on its way and what waits, asks for nothing again, and takes no more', async () => {
  const { client, seen } = await serve(silence, { answerMs: 60_000 });
  const sent = Array.from({ length: 60 }, () => client.send('GetItem', {}));
  const ends = Promise.allSettled(sent);
  await vi.waitFor(() => expect(seen).toHaveLength(50), 5_000);
  client.destroy();
  for (const end of await ends) expect(end).toMatchObject({ reason: CLOSED });
  await expect(client.send('GetItem', {})).rejects.toMatchObject(CLOSED);
  expect(seen).toHaveLength(50);
});

it('a process that was busy for longer than the limit finds the answer that came meanwhile', async () => {
  const service = new Worker(
    `const { createServer } = require('node:http');
     const { parentPort } = require('node:worker_threads');
     const server = createServer((request, response) => request.resume().on('end', () => response.end('{}')));
     server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));`,
    { eval: true },
  );
  onTestFinished(async () => {
    await service.terminate();
  });
  const port = await new Promise<number>((resolve) => service.once('message', resolve));
  const client = clientOf(`http://127.0.0.1:${port}`, { answerMs: 100 });
  await client.send('GetItem', {});
  const sent = client.send('GetItem', {});
  await new Promise((resolve) => setImmediate(resolve));
  for (const endMs = performance.now() + 250; performance.now() < endMs;);
  expect(await sent).toEqual({ output: {}, attempts: 1 });
});

it('an idle connection does not keep a process alive', async () => {
  const { port, server } = await serve(ok);
  server.keepAliveTimeout = 0; // never closed by the service
  const module = join(import.meta.dirname, '../../../lib/aws/json/json-client.ts');
  const code = `
    import { createJsonClient } from ${JSON.stringify(module)};
    const client = createJsonClient({
      ...{ service: 'dynamodb', targetPrefix: 'x', maxAttempts: 1, limits: { connectMs: 5_000, answerMs: 5_000 } },
      environment: {
        ...{ AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 's' },
        AWS_ENDPOINT_URL: 'http://127.0.0.1:${port}',
      },
    });
    await client.send('GetItem', {});
    console.log('done');`;
  const argv = ['--conditions=lull-source', '--import', 'tsx', '--input-type=module', '--eval', code];
  const { stdout } = await promisify(execFile)(process.execPath, argv, { timeout: 30_000 });
  expect(stdout).toBe('done\n');
}, 60_000);
