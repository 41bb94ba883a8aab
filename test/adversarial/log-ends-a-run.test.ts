/** Suspicion: a line of log, written while workflow code runs, fails or blocks the run. With the worker's real logger. */
import { describe, expect, it } from 'vitest';
import { createTask, gather, log, race, signal, sleep, step, workflow, type Workflow } from 'lull';
import { createTestEngine } from 'lull/testing';
import { createWorkerHandler } from '../../functions/create-worker-handler.ts';
import type { LogLevel } from '../../lib/core/logger.ts';
import { forgottenAwait } from '../../functions/workflows/coroutines.ts';
import { createWorld } from '../client/client-world.ts';
import { context, sqsEvent } from '../lambda/sample-events.ts';

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

/** Runs it in the worker's handler. With `fresh`, each turn is taken by another worker, which replays the run. */
async function worked(
  flow: Workflow<void, unknown>,
  { level = 'debug', fresh = false }: { level?: LogLevel; fresh?: boolean } = {},
): Promise<{ outcome: unknown; lines: Record<string, unknown>[] }> {
  const { store, wakes, clock, client } = createWorld();
  const lines: string[] = [];
  const environment = { LULL_TABLE_NAME: 'runs', LULL_QUEUE_URL: 'https://sqs.example/wakes', LULL_LOG_LEVEL: level };
  const hire = () =>
    createWorkerHandler([flow], { store, wakes, clock, environment, writeLine: (line) => void lines.push(line) });
  let worker = hire();
  const run = await client.start(flow, undefined, { id: 'r1' });
  for (let turns = 0; turns < 10; turns += 1) {
    const due = wakes.takeDue(clock.nowMs());
    if (due.length === 0) clock.pass(300_000);
    else await worker(sqsEvent(...due.map(({ runId }) => JSON.stringify({ runId }))), context());
    if (fresh) worker = hire();
  }
  const { status, ...described } = await run.describe();
  return {
    outcome: status === 'completed' ? await run.result({ timeout: 0 }) : { status, described },
    lines: lines.map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

const talkative = workflow('talkative', function* () {
  for (const level of LEVELS) log[level]('first', { level });
  yield* sleep('10 minutes');
  for (const level of LEVELS) log[level]('second', { level });
  yield* step('work', () => log.info('in the step'));
  yield* sleep('10 minutes');
  return 'done';
});

const warned = {
  'a forgotten await': [
    forgottenAwait,
    'no second has passed',
    /^sleep\("1s"\) \(at coroutines\.ts:\d+:\d+\) was created/,
  ],
  'a task that failed and was not awaited': [
    workflow('unseen', function* () {
      createTask(failing());
      yield* sleep('10 minutes');
      return 'done';
    }),
    'done',
    /^Task "Task-2" failed/,
  ],
  'a callback that throws': [
    workflow('callback', function* () {
      const task = createTask(sleep('10 minutes'));
      task.addDoneCallback(() => {
        throw new Error('in the callback');
      });
      yield* task;
      yield* sleep('10 minutes');
      return 'done';
    }),
    'done',
    /^A callback of the workflow failed/,
  ],
  'a loser of a race that fails': [
    workflow('late', function* () {
      return yield* race([unwinding(), sleep('5 minutes', 'done')]);
    }),
    'done',
    /^A loser of a race failed/,
  ],
} satisfies Record<string, [Workflow<void, unknown>, unknown, RegExp]>;

function* failing() {
  throw new Error('boom');
}

function* unwinding() {
  try {
    yield* gather([sleep('10 minutes'), signal<string>('never').receive()]);
  } finally {
    // eslint-disable-next-line no-unsafe-finally -- that it fails while it is cancelled is what is tried here
    throw new Error('boom');
  }
}

describe.each([
  ['in one worker', false],
  ['in another worker at each turn', true],
])('a line of log ends no run: %s', (_where, fresh) => {
  it.each(LEVELS)('at level %s', async (level) => {
    const { outcome, lines } = await worked(talkative, { level, fresh });
    expect(outcome).toBe('done');
    const shown = LEVELS.slice(LEVELS.indexOf(level));
    const told = lines.filter(({ runId }) => runId === 'r1').map((line) => [line['message'], line['level']]);
    const each = (message: string) => shown.map((shownLevel) => [message, shownLevel.toUpperCase()]);
    expect(told).toEqual([
      ...each('first'),
      ...each('second'),
      ...(shown.includes('info') ? [['in the step', 'INFO']] : []),
    ]);
  });

  it.each(Object.entries(warned))('%s', async (_what, [flow, result, message]) => {
    const { outcome, lines } = await worked(flow, { fresh });
    expect(outcome).toBe(result);
    const told = lines.filter((line) => message.test(String(line['message'])));
    expect(told).toHaveLength(1);
    expect(new Date(String(told[0]?.['timestamp'])).getTime()).toBeLessThanOrEqual(Date.now());
  });
});

it('a logger that throws fails no run', async () => {
  const fail = (): never => {
    throw new Error('no log');
  };
  const says = workflow('says', function* () {
    log.info('something');
    yield* sleep('1 day');
    return 'done';
  });
  const engine = createTestEngine({ workflows: [says], log: { debug: fail, info: fail, warn: fail, error: fail } });
  expect(await engine.run(says)).toBe('done');
});
