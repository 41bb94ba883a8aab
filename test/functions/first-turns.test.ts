/** First turns in the deployed API, and in the process of a Client that has the workflows. */
import { describe, expect, it, vi } from 'vitest';
import { sleep, step, workflow } from '../../lib/index.ts';
import { Client } from '../../lib/client/client.ts';
import { createApiHandler } from '../../functions/create-api-handler.ts';
import { createFirstTurns } from '../../functions/create-first-turns.ts';
import { createWorkerHandler } from '../../functions/create-worker-handler.ts';
import { SmallCloud } from '../engine/small-cloud.ts';
import { context, httpEvent, sqsEvent } from '../lambda/sample-events.ts';
import { silent } from '../testing/silent.ts';

const ENVIRONMENT = {
  LULL_TABLE_NAME: 'runs',
  LULL_QUEUE_URL: 'https://sqs.example/wakes',
  LULL_VERSION: '7',
  LULL_ENGINE: 'Shop/Workflows',
};

const body = vi.fn((word: string) => `${word}!`);
const shout = workflow('shout', function* (word: string) {
  return yield* step('shout', () => body(word));
});
const nothing = workflow('nothing', function* () {
  return 'done';
});
const nap = workflow('nap', function* () {
  yield* sleep('1 minute');
  return 'rested';
});
const workflows = [shout, nothing, nap];

function world(environment: Record<string, string> = { LULL_FIRST_TURNS: 'true' }) {
  const lines: string[] = [];
  const { table: store, wakes, clock } = new SmallCloud(workflows);
  const log = silent;
  const overrides = {
    ...{ store, wakes, clock, log, environment: { ...ENVIRONMENT, ...environment } },
    writeLine: (line: string) => void lines.push(line),
  };
  const api = createApiHandler(workflows, overrides);
  const start = async (name: string, payload = '', left = 29_000) => {
    const event = httpEvent({ method: 'POST', path: `/workflows/${name}/runs`, body: payload });
    const answer = await api(event, { ...context(), getRemainingTimeInMillis: () => left });
    const { id } = JSON.parse((answer as { body: string }).body) as { id: string };
    return { answer, id, run: await store.readRun(id) };
  };
  return { store, wakes, clock, log, overrides, start, lines };
}

describe('the deployed API that takes first turns', () => {
  it('answers when the turn is over, and wakes nobody for a run that has ended', async () => {
    const { start, wakes, clock, lines } = world();
    const { answer, run } = await start('shout', '"hey"');
    expect(answer).toMatchObject({ statusCode: 202 });
    expect(run).toMatchObject({ status: 'completed', epoch: 1, result: { value: 'hey!' } });
    expect(wakes.takeDue(clock.nowMs())).toEqual([]);
    const metric = lines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .find((line) => line['workflow'] === 'shout');
    expect(metric).toMatchObject({ RunsStarted: 1, RunsCompleted: 1 });
  });

  it('leaves a run that rests to the worker, which goes on with it', async () => {
    const { start, store, wakes, clock, overrides } = world();
    const { id, run } = await start('nap');
    expect(run).toMatchObject({ status: 'suspended', dueAtMs: clock.nowMs() + 60_000 });
    clock.moveTo(clock.nowMs() + 60_000);
    const woken = wakes.takeDue(clock.nowMs());
    expect(woken).toHaveLength(1);
    await createWorkerHandler(workflows, overrides)(sqsEvent(JSON.stringify({ runId: id })), context());
    expect(await store.readRun(id)).toMatchObject({ status: 'completed', epoch: 2 });
  });

  it('begins nothing for which its invocation has no time', async () => {
    const { start, wakes, clock } = world();
    const { run } = await start('nothing', '', 1_500);
    expect(run).toMatchObject({ status: 'pending', epoch: 0 });
    expect(wakes.takeDue(clock.nowMs())).toHaveLength(1);
  });

  it('is told to by its environment, and else it takes none', async () => {
    const { start } = world({});
    expect((await start('nothing')).run).toMatchObject({ status: 'pending', epoch: 0 });
    await expect(world({ LULL_FIRST_TURNS: 'yes' }).start('nothing')).rejects.toThrow(
      'LULL_FIRST_TURNS is "yes", and can be true or false',
    );
  });
});

describe('a Client in a process that has the workflows', () => {
  it('takes the first turns of its runs, by the settings of the worker', async () => {
    const { store, wakes, clock, log, overrides } = world();
    const firstTurns = createFirstTurns(workflows, { ...overrides, within: '5s' });
    const client = new Client({ workflows, store, wakes, clock, log, firstTurns });
    const run = await client.start(shout, 'ho');
    expect(await run.describe()).toMatchObject({ status: 'completed', result: 'ho!' });
    const { entries = [] } = (await store.readRun(run.id))?.firstTurn ?? {};
    expect(entries[0]).toMatchObject({ kind: 'started', version: '7' });
  });

  it('is told what is wrong with its options', () => {
    expect(() => createFirstTurns(workflows, { within: 'soon' })).toThrow('within of createFirstTurns');
  });
});
