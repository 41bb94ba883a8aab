// Suspicion: there are ids and names under which something can be made, and that no URL leads to.
import { expect, it } from 'vitest';
import { signal } from '../../lib/api/signal.ts';
import { workflow } from '../../lib/api/workflow.ts';
import { createApiHandler } from '../../functions/create-api-handler.ts';
import { isRunId } from '../../lib/core/run-id.ts';
import { createWorld } from '../client/client-world.ts';
import { createApiWorld, problemOf } from '../http/api-world.ts';
import { context, httpEvent } from '../lambda/sample-events.ts';

it.each(['.', '..'])('no run is started with the id %s', async (id) => {
  const world = createApiWorld();
  await expect(world.client.start('greet', 'Ada', { id })).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: `a run cannot be started with the id "${id}": no URL can have it as a part of its path. Give one with other characters than dots`,
  });
  const answer = await world.post(`/workflows/greet/runs?id=${encodeURIComponent(id)}`, '"Ada"');
  expect(problemOf(answer)).toMatchObject({ status: 400, code: 'INVALID_ARGUMENT' });
});

it.each(['.', '..'])('a run %s that is there is read by the client', async (runId) => {
  const world = createApiWorld();
  const input = { kind: 'inline', value: 'Ada' } as const;
  await world.store.createRun({ runId, workflow: 'greet', createdAtMs: 0, input, inputDigest: 'x', dueAtMs: 0 });
  expect((await world.client.run(runId).describe()).workflow).toBe('greet');
});

it('every other id that a run may have leads to it over HTTP', async () => {
  const world = createApiWorld();
  const ids = ['...', '.a', 'a.', '..a', 'a..', ':', 'a:b', '-', '_', 'x'.repeat(128)];
  expect(ids.filter((id) => !isRunId(id))).toEqual([]);
  for (const id of ids) {
    expect(
      (await world.post(`/workflows/greet/runs?id=${encodeURIComponent(id)}`, '"Ada"')).headers.get('location'),
    ).toBe(`/runs/${id}`);
    expect(await world.get(`/runs/${id}`), id).toMatchObject({ status: 200, body: { id } });
  }
});

it.each(['', 'a/b', '%2e', 'a b', 'x'.repeat(129), 'ü', '\ud800', 'a\n', 'a\0'])(
  'no run is started with the id %j',
  async (id) => {
    await expect(createApiWorld().client.start('greet', 'Ada', { id })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  },
);

it.each(['.', '..', 'a/../b', './a', 'a/.', '\ud800'])('no signal has the name %j', (name) => {
  expect(() => signal(name)).toThrow(/no URL can have it as a part of its path/);
});

it.each(['a/b', '/a', 'a/', 'a//b', '...', 'a b', 'ü/ö', '100 %', 'a?b#c'])(
  'a signal %j is sent over HTTP',
  async (name) => {
    signal(name);
    const { store, wakes, clock, log, client } = createWorld();
    const greet = workflow('greet', function* () {});
    const environment = { LULL_TABLE_NAME: 'runs', LULL_QUEUE_URL: 'https://sqs.example/wakes' };
    const handler = createApiHandler([greet], { store, wakes, clock, log, environment });
    await client.start('greet', undefined, { id: 'g1' });
    const path = `/runs/g1/signals/${name}`; // as an HTTP API has it: decoded
    expect((await handler(httpEvent({ method: 'POST', path, body: '1' }), context())).statusCode).toBe(202);
    const { inboxIds, letters } = (await store.readRun('g1'))!;
    expect(await store.loadMessages('g1', inboxIds, letters)).toMatchObject([{ name }]);
  },
);
