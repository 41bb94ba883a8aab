import { scrypt } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { connect, createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { gather, isCancelled, sleep, step, StepFailedError, timeout, TimeoutError, workflow } from 'lull';
import { createTestEngine } from 'lull/testing';
import { silent } from './silent.ts';

const HOUR = 3_600_000;

/** The step beside a timer of an hour: who wins says whether the clock waited for the step. */
function besideAnHour<T>(body: (signal: AbortSignal) => T | Promise<T>) {
  return workflow('beside-an-hour', function* () {
    const order: string[] = [];
    const working = function* () {
      const result = yield* step('work', ({ signal }) => body(signal));
      order.push('work');
      return result;
    };
    const resting = function* () {
      yield* sleep('1h');
      order.push('an hour');
    };
    const [result] = yield* gather([working(), resting()]);
    return { order, result };
  });
}

describe('the clock waits for a body that', () => {
  let server: Server;
  let url: string;

  beforeAll(async () => {
    server = createServer((_request, response) => setTimeout(() => response.end('hello'), 20));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const bodies: Record<string, () => unknown> = {
    'answers at once': () => 'done',
    'awaits promises that are settled': async () => {
      for (let count = 0; count < 1_000; count += 1) await Promise.resolve();
    },
    'sets a timer of Node': () => new Promise((resolve) => setTimeout(resolve, 5)),
    'sets one timer after the other': async () => {
      for (let count = 0; count < 5; count += 1) await new Promise((resolve) => setTimeout(resolve, 3));
    },
    'reads a file': () => readFile(import.meta.filename, 'utf8'),
    'reads a stream': () => text(createReadStream(import.meta.filename)),
    'asks a server': async () => (await fetch(url)).text(),
    'asks a server several times': async () => {
      for (let count = 0; count < 3; count += 1) await (await fetch(url)).text();
    },
    'lets other threads compute': () =>
      new Promise((resolve, reject) => {
        scrypt('password', 'salt', 64, { N: 2 ** 15, maxmem: 2 ** 30 }, (error) =>
          error ? reject(error) : resolve(1),
        );
      }),
  };

  it.each(Object.entries(bodies))('%s', async (_what, body) => {
    const racing = besideAnHour(async () => {
      await body();
      return 'done';
    });
    const engine = createTestEngine({ workflows: [racing] });
    expect(await engine.run(racing)).toEqual({ order: ['work', 'an hour'], result: 'done' });
    expect(engine.now().getTime() - Date.UTC(2030, 0, 1)).toBe(HOUR);
  });

  it('asks over a connection that was open before', async () => {
    const answering = createTcpServer((socket) => {
      socket.on('data', (data) => setTimeout(() => socket.write(data), 10));
    });
    await new Promise<void>((resolve) => answering.listen(0, '127.0.0.1', resolve));
    const socket: Socket = await new Promise((resolve) => {
      const connection = connect((answering.address() as AddressInfo).port, '127.0.0.1', () => resolve(connection));
    });
    const racing = besideAnHour(
      () =>
        new Promise<string>((resolve) => {
          socket.once('data', (data) => resolve(String(data)));
          socket.write('echo');
        }),
    );
    const engine = createTestEngine({ workflows: [racing] });
    expect(await engine.run(racing)).toEqual({ order: ['work', 'an hour'], result: 'echo' });
    socket.destroy();
    answering.close();
  });
});

describe('a body that hangs', () => {
  const hang = (): Promise<never> => new Promise(() => {});

  it('lets the clock jump: its time limit is over at once', async () => {
    const limited = workflow('limited', function* () {
      yield* step('hang', { timeout: '10m', retry: false }, hang);
    });
    const engine = createTestEngine({ workflows: [limited] });
    const error = await engine.run(limited).catch((thrown: unknown) => thrown);
    expect((error as StepFailedError).cause).toBeInstanceOf(TimeoutError);
    expect(engine.now()).toEqual(new Date('2030-01-01T00:10:00Z'));
  });

  it('is cut off by a limit of the workflow, and told so by its signal', async () => {
    let told: unknown;
    const limited = workflow('limited', function* () {
      try {
        yield* timeout(
          '1h',
          step('hang', ({ signal }) => {
            signal.addEventListener('abort', () => {
              told = signal.reason;
            });
            return hang();
          }),
        );
      } catch (error) {
        if (!(error instanceof TimeoutError)) throw error;
        return 'too late';
      }
      return 'in time';
    });
    // An invocation of Lambda ends after 15 minutes: here it may last, so that the step is not interrupted before.
    const engine = createTestEngine({ workflows: [limited], invocationLimit: '2h' });
    expect(await engine.run(limited)).toBe('too late');
    expect(isCancelled(told)).toBe(true);
    expect(engine.now()).toEqual(new Date('2030-01-01T01:00:00Z'));
  });

  it('is interrupted at the end of each invocation, and fails when its attempts are used up', async () => {
    const stuck = workflow('stuck', function* () {
      yield* step('hang', { retry: { maxAttempts: 3 } }, hang);
    });
    const engine = createTestEngine({ workflows: [stuck], log: silent });
    const error = (await engine.run(stuck).catch((thrown: unknown) => thrown)) as StepFailedError;
    expect(error.attempts).toBe(3);
    expect((error.cause as Error).message).toContain("the worker's invocation came to its time limit");
    expect(engine.calls('hang').length).toBe(3);
  });

  it('may clean up for real when its signal is aborted, and counts for nothing any more', async () => {
    const cleaning = besideAnHour(
      (signal) =>
        new Promise<string>((resolve) => {
          signal.addEventListener('abort', () => setTimeout(() => resolve('cleaned up'), 5));
        }),
    );
    const limited = workflow('limited', function* () {
      try {
        yield* timeout('1m', cleaning());
      } catch (error) {
        if (!(error instanceof TimeoutError)) throw error;
      }
      return 'over';
    });
    expect(await createTestEngine({ workflows: [limited] }).run(limited)).toBe('over');
  });

  it('does not keep other steps from ending', async () => {
    const both = workflow('both', function* () {
      try {
        return yield* timeout('5m', gather([step('hang', hang), step('read', () => readFile(import.meta.filename))]));
      } catch (error) {
        if (!(error instanceof TimeoutError)) throw error;
        return 'too late';
      }
    });
    const engine = createTestEngine({ workflows: [both] });
    const run = await engine.start(both);
    expect(await run.result()).toBe('too late');
    expect((await engine.history(run)).some(({ kind, name }) => kind === 'step-completed' && name === 'read')).toBe(
      true,
    );
  });

  it('lets the clock jump although something beside the test goes on and on', async () => {
    let isOn = true;
    const poll = async (): Promise<void> => {
      for (; isOn; await new Promise((resolve) => setTimeout(resolve, 7))) await readFile(import.meta.filename);
    };
    const polling = poll();
    const limited = workflow('limited', function* () {
      yield* step('hang', { timeout: '10m', retry: false }, hang);
    });
    for (let times = 0; times < 3; times += 1) {
      const engine = createTestEngine({ workflows: [limited] });
      await expect(engine.run(limited)).rejects.toMatchObject({ cause: { code: 'TIMEOUT' } });
      expect(engine.now()).toEqual(new Date('2030-01-01T00:10:00Z'));
    }
    isOn = false;
    await polling;
  });

  it('can be let go by the test itself', async () => {
    let letGo = (_value: string): void => undefined;
    const waiting = workflow('waiting', function* () {
      return yield* step('wait', () => new Promise<string>((resolve) => (letGo = resolve)));
    });
    const engine = createTestEngine({ workflows: [waiting] });
    const run = await engine.start(waiting);
    await engine.settle();
    letGo('gone');
    await engine.settle();
    expect((await run.describe()).status).toBe('completed');
    expect(engine.now()).toEqual(new Date('2030-01-01T00:00:00Z'));
  });
});

it('a test framework that fakes timers does not stop the engine', async () => {
  vi.useFakeTimers();
  try {
    const limited = workflow('limited', function* () {
      yield* sleep('1 day');
      try {
        return yield* timeout(
          '1m',
          step('hang', () => new Promise<string>(() => {})),
        );
      } catch (error) {
        if (!(error instanceof TimeoutError)) throw error;
        return 'too late';
      }
    });
    expect(await createTestEngine({ workflows: [limited] }).run(limited)).toBe('too late');
  } finally {
    vi.useRealTimers();
  }
});

it('two hundred months take no more than a moment', async () => {
  const monthly = workflow('monthly', function* () {
    yield* sleep('30 days');
    return yield* step('work', () => 1);
  });
  const engine = createTestEngine({ workflows: [monthly] });
  const began = performance.now();
  for (let count = 0; count < 200; count += 1) await engine.run(monthly);
  expect(performance.now() - began).toBeLessThan(8_000);
  expect(engine.now().getTime() - Date.UTC(2030, 0, 1)).toBe(200 * 30 * 24 * HOUR);
});
