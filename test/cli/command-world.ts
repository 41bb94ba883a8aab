/** The command against the HTTP API of a test engine: all is real but the network, the clock and the terminal. */
import type { WorkflowSource } from '../../lib/core/workflow-registry.ts';
import { createRegistry } from '../../lib/core/workflow-registry.ts';
import { createApi } from '../../lib/http/api.ts';
import { createTestEngine, type TestEngine } from '../../lib/testing/create-test-engine.ts';
import { runFake, type Ended, type FakeProcess } from './fake-surroundings.ts';

export interface CommandWorld {
  readonly engine: TestEngine;
  /** The arguments of a command, without the option that says where the engine is. */
  lull(args: readonly string[], fake?: FakeProcess): Promise<Ended>;
  /** What was asked for, in order: `GET /runs/o-17`. */
  readonly asked: string[];
}

const URL_OF_ENGINE = 'http://127.0.0.1:1';
const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

export function createCommandWorld(workflows: WorkflowSource): CommandWorld {
  const engine = createTestEngine({ workflows, log: quiet });
  const names = [...createRegistry(workflows).names()];
  const api = createApi({ client: engine.client, workflows: names, log: quiet });
  const asked: string[] = [];
  const ask = async (url: string, init: RequestInit): Promise<Response> => {
    const { pathname, search } = new URL(url);
    asked.push(`${init.method ?? 'GET'} ${decodeURIComponent(pathname)}${decodeURIComponent(search)}`);
    return whileTimePasses(engine, Promise.resolve(api.request(pathname + search, init)));
  };
  return {
    engine,
    asked,
    lull: (args, fake = {}) =>
      runFake([...args, '--endpoint', URL_OF_ENGINE], {
        nowMs: () => engine.now().getTime(),
        sleep: (ms) => engine.advance(ms),
        fetch: ask as typeof fetch,
        ...fake,
      }),
  };
}

/** A request that waits for a run needs time to pass; one that does not is answered before any does. */
async function whileTimePasses<T>(engine: TestEngine, answer: Promise<T>): Promise<T> {
  let isOver = false;
  const over = answer.finally(() => (isOver = true));
  over.catch(() => undefined);
  for (let looks = 0; looks < 50 && !isOver; looks += 1) await new Promise(setImmediate);
  while (!isOver) await engine.advance('100ms');
  return over;
}
