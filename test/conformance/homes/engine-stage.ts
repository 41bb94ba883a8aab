/** The testing kit as a home, and the same kit around the functions that are deployed. Time jumps. */
import { type ApiOverrides, createApiHandler } from '../../../functions/create-api-handler.ts';
import type { Logger, LogLevel } from '../../../lib/core/logger.ts';
import { createCloud, createEngineOn, type TestEngineOptions } from '../../../lib/testing/create-test-engine.ts';
import { turnOfTheLoop } from '../../../lib/testing/real-time.ts';
import { httpEvent } from '../../lambda/sample-events.ts';
import type { Line, Stage } from '../stage.ts';
import { ENVIRONMENT, startHandlers } from './handler-engine.ts';

/** The kit's own engine. */
export function openKit(options: TestEngineOptions): Stage {
  const lines: Line[] = [];
  return openStage({ strict: false, log: keepIn(lines), ...options }, lines);
}

/** How the functions are deployed. */
interface Deployment {
  /** Each turn is taken by a new worker, which has nothing in memory. */
  readonly isCold: boolean;
  /** The API takes the first turns of the runs that it starts. */
  readonly firstTurnInApi?: boolean;
}

/** The handlers that are deployed. */
export function openHandlers(options: TestEngineOptions, { isCold, firstTurnInApi = false }: Deployment): Stage {
  const lines: Line[] = [];
  const writeLine = (line: string): void => {
    const fields = JSON.parse(line) as Record<string, unknown>;
    if (!('_aws' in fields)) lines.push(fields as unknown as Line);
  };
  const api = firstTurnInApi ? { firstTurns: true } : {};
  return openStage({ strict: false, log: keepIn(lines), ...options }, lines, startHandlers({ isCold, writeLine }), api);
}

function openStage(
  options: TestEngineOptions,
  lines: readonly Line[],
  startEngine?: ReturnType<typeof startHandlers>,
  apiOverrides: Pick<ApiOverrides, 'firstTurns'> = {},
): Stage {
  const cloud = createCloud(options, undefined, startEngine);
  const engine = createEngineOn(cloud, options);
  const { store, wakes, clock } = cloud.outside;
  const environment = { ...ENVIRONMENT, LULL_SETTINGS: JSON.stringify({ strict: options.strict }) };
  const { log } = cloud;
  const api = createApiHandler(options.workflows, {
    ...{ store, wakes, clock, log, environment },
    ...{ callBody: cloud.bodies.call, writeLine: () => undefined },
    ...apiOverrides,
  });
  const fetchPath: Stage['fetch'] = async (path, { method = 'GET', headers, body } = {}) => {
    const [address = '', query = ''] = path.split('?');
    const event = httpEvent({
      method,
      path: decodeURIComponent(address),
      query,
      headers: headers as Record<string, string>,
      ...(body === undefined || body === null ? {} : { body: body as string }),
    });
    // A call of a schedule waits for the schedule's own run, a start perhaps for a turn, and so for the clock.
    const waitsForTime = address.startsWith('/schedules') || (apiOverrides.firstTurns === true && method === 'POST');
    const answer = await (waitsForTime ? whileTimePasses(api(event, context)) : api(event, context));
    return new Response(answer.body === '' ? null : answer.body, {
      status: answer.statusCode,
      headers: answer.headers,
    });
  };
  const whileTimePasses = async <T>(answer: Promise<T>): Promise<T> => {
    let isThere = false;
    const noted = answer.finally(() => (isThere = true));
    for (let waits = 0; waits < MOST_WAITS; waits += 1) {
      for (let turns = 0; turns < 3; turns += 1) await turnOfTheLoop(); // it may wait for one itself
      await engine.settle();
      if (isThere) break;
      await engine.advance(Math.min(WAIT_MS, (cloud.nextAtMs() ?? Infinity) - clock.nowMs()));
    }
    return noted;
  };
  const context = { getRemainingTimeInMillis: () => 30_000, awsRequestId: 'a1', functionName: 'api' };
  return {
    isReal: false,
    nowMs: () => clock.nowMs(),
    lines: () => lines,
    fetch: fetchPath,
    fetchLink: (url, init) => fetchPath(new URL(url).pathname, init),
    advance: (ms) => engine.advance(ms),
    async untilEnded(runId) {
      await engine.client
        .run(runId)
        .result()
        .catch((error: unknown) => {
          if (!ENDS.has((error as { code?: string }).code ?? '')) throw error;
        });
    },
  };
}

const WAIT_MS = 20;
const MOST_WAITS = 1_000;

/** Raised by a run that has ended in another way than with a result. */
const ENDS = new Set(['RUN_FAILED', 'RUN_CANCELLED', 'RUN_TERMINATED']);

function keepIn(lines: Line[]): Logger {
  const keep =
    (level: LogLevel) =>
    (...values: unknown[]): void =>
      void lines.push({ level, message: values.filter((value) => typeof value === 'string').join(' ') });
  return { debug: keep('debug'), info: keep('info'), warn: keep('warn'), error: keep('error') };
}
