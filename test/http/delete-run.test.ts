import { expect, it } from 'vitest';
import { endRun } from '../client/client-world.ts';
import { createApiWorld, problemOf } from './api-world.ts';

it('deletes a run that has ended, and answers without a body', async () => {
  const world = createApiWorld();
  const run = await world.client.start('greet', 'x', { id: 'g1' });
  const remove = async (): Promise<Response> => world.api.request('/runs/g1', { method: 'DELETE' });
  const open = await remove();
  expect(open.status).toBe(409);
  expect(await open.json()).toMatchObject({ code: 'RUN_NOT_ENDED', title: 'Run has not ended' });
  await endRun(world.store, run.id, { status: 'completed', value: 1 });
  const deleted = await remove();
  expect([deleted.status, await deleted.text(), deleted.headers.get('content-type')]).toEqual([204, '', null]);
  expect((await remove()).status).toBe(404);
  expect(problemOf(await world.get('/runs/g1'))).toMatchObject({ status: 404, code: 'RUN_NOT_FOUND' });
});
