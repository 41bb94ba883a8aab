// The suspicion: whoever knows the id of a run knows its random numbers and the idempotency keys of its steps, since they
// follow from it; and a run that is started again under an id, or in another stage, has the same ones.
import { describe, expect, it } from 'vitest';
import { random, signal, step, uuid, workflow } from 'lull';
import { crashEverywhere, createTestEngine } from 'lull/testing';
import { createApiHandler } from '../../functions/create-api-handler.ts';
import { createWorkerHandler } from '../../functions/create-worker-handler.ts';
import { createWorld, type World } from '../client/client-world.ts';
import { context, httpEvent, sqsEvent } from '../lambda/sample-events.ts';

const go = signal<null>('go');

/** All that workflow code can draw, before and after a suspension, and the keys of two steps. */
const invite = workflow('invite', { retention: '15m' }, function* () {
  const draws = (): unknown[] => [
    uuid(),
    random(),
    Math.random(),
    crypto.randomUUID(),
    [...crypto.getRandomValues(new Uint8Array(4))].join(),
  ];
  const first = draws();
  const key = yield* step('invite', ({ idempotencyKey }) => idempotencyKey);
  yield* go.receive();
  const again = yield* step('remind', ({ idempotencyKey }) => idempotencyKey);
  return [...first, ...draws(), key, again];
});
const DRAWN = 12;

async function workerOf(world: World) {
  const environment = { LULL_TABLE_NAME: 'runs', LULL_QUEUE_URL: 'https://sqs.example/wakes' };
  const overrides = { store: world.store, wakes: world.wakes, clock: world.clock, log: world.log, environment };
  return { worker: createWorkerHandler([invite], overrides), api: createApiHandler([invite], overrides) };
}

/** What a run draws on the deployed functions, with a new worker for each turn. */
async function drawInStage(runId: string): Promise<{ drawn: unknown[]; history: string; seed: string }> {
  const world = createWorld();
  const work = async (): Promise<void> => {
    const { worker } = await workerOf(world);
    for (const wake of world.wakes.takeDue(world.clock.nowMs())) {
      await worker(sqsEvent(JSON.stringify({ runId: wake.runId })), context());
    }
  };
  const run = await world.client.start('invite', undefined, { id: runId });
  await work();
  await run.signal('go', null);
  await work();
  const { api } = await workerOf(world);
  const history = await api(httpEvent({ path: `/runs/${runId}/history` }), context());
  const [record] = await world.store.loadRecords(runId, 0);
  const { seed } = record!.entries[0] as { seed: string };
  return { drawn: (await run.result()) as unknown[], history: history.body, seed };
}

describe('two stages that start a run of one id', () => {
  it('have not one random number and not one idempotency key in common', async () => {
    const [one, other] = [await drawInStage('invite-4711'), await drawInStage('invite-4711')];
    expect(new Set([...one.drawn, ...other.drawn]).size).toBe(2 * DRAWN);
  });

  it('keep the seed to themselves: it is in the table, and no history has it', async () => {
    const { seed, history } = await drawInStage('invite-4711');
    expect(seed).toMatch(/^[\w-]{22}$/);
    expect(history).toContain('"started"');
    expect(history).not.toContain(seed);
  });
});

describe('a test engine', () => {
  const play = async (seed?: number) => {
    const engine = createTestEngine({ workflows: [invite], ...(seed === undefined ? {} : { seed }) });
    const once = async (): Promise<unknown[]> => {
      const run = await engine.start(invite, undefined as never, { id: 'invite-4711' });
      await run.signal(go, null);
      return run.result();
    };
    const first = await once();
    await engine.advance('1h'); // it is purged
    return { first, again: await once() };
  };

  it('draws the same each time that a test is run, and something else for the next run of an id', async () => {
    const { first, again } = await play();
    expect(await play()).toEqual({ first, again });
    expect(new Set([...first, ...again]).size).toBe(2 * DRAWN);
  });

  it('of another seed draws something else', async () => {
    const [one, other] = [await play(1), await play(2)];
    expect(new Set([...one.first, ...other.first]).size).toBe(2 * DRAWN);
  });

  it('draws the same wherever a worker dies, also before the seed is recorded', async () => {
    const draw = workflow('draw', function* () {
      const first = uuid();
      return [first, yield* step('charge', ({ idempotencyKey }) => idempotencyKey), uuid()];
    });
    await crashEverywhere({
      workflows: [draw],
      scenario: async (engine) => {
        await (await engine.start(draw, undefined as never, { id: 'r1' })).result();
      },
    });
  });
});
