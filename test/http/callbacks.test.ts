import { describe, expect, it } from 'vitest';
import { callback, step, workflow } from 'lull';
import { createTestEngine } from 'lull/testing';
import { createApi } from '../../lib/http/api.ts';
import { silent } from '../testing/silent.ts';
import { ask, problemOf, type Answered } from './api-world.ts';

const approval = workflow('approval', function* () {
  const decision = callback<unknown>('approval', { timeout: '7 days' });
  yield* step('mail', () => decision.url);
  return [yield* decision, decision.lastHeartbeat];
});

/** A run that has mailed its link, and the API in front of it. */
async function mailed() {
  const engine = createTestEngine({ workflows: [approval] });
  const api = createApi({ client: engine.client, workflows: ['approval'], log: silent });
  const run = await engine.start(approval);
  await engine.settle();
  const mail = (await engine.history(run)).find(({ kind }) => kind === 'step-completed');
  const path = new URL(mail!.value as string).pathname;
  const post = (to: string, body?: unknown, headers = {}): Promise<Answered> =>
    ask(api, to, { method: 'POST', headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  return { engine, run, path, post };
}

describe('POST /callbacks/{token}', () => {
  it('completes the callback with the body', async () => {
    const { run, path, post } = await mailed();
    expect(await post(path, { approved: true })).toMatchObject({ status: 200, body: { id: run.id } });
    expect(await run.result()).toEqual([{ approved: true }, undefined]);
  });

  it('without a body completes it with undefined', async () => {
    const { run, path, post } = await mailed();
    expect((await post(path)).status).toBe(200);
    expect(await run.result()).toEqual([undefined, undefined]);
  });

  it('answers 410 for a token that was used, and 200 to the same request with its key', async () => {
    const { path, post } = await mailed();
    expect((await post(path, 1, { 'idempotency-key': 'a' })).status).toBe(200);
    expect((await post(path, 1, { 'idempotency-key': 'a' })).status).toBe(200);
    expect(problemOf(await post(path, 1))).toMatchObject({ status: 410, code: 'CALLBACK_DONE' });
    expect(problemOf(await post(`${path}/fail`, 'no'))).toMatchObject({ status: 410, code: 'CALLBACK_DONE' });
  });

  it('answers 401 for what is no token, a forged one, and one that has expired, and does not repeat it', async () => {
    const { engine, path, post } = await mailed();
    const forged = `${path.slice(0, -3)}AAA`;
    for (const wrong of ['/callbacks/x', '/callbacks/a.b', forged]) {
      const problem = problemOf(await post(wrong, 1));
      expect(problem).toMatchObject({ status: 401, code: 'INVALID_TOKEN' });
      expect(problem.detail).not.toContain(forged.slice(-20));
    }
    await engine.advance('8 days');
    expect(problemOf(await post(path, 1))).toMatchObject({ status: 401, code: 'INVALID_TOKEN' });
  });

  it('answers 409 for a run that has ended', async () => {
    const { run, path, post } = await mailed();
    await run.terminate();
    await run.result().catch(() => undefined);
    expect(problemOf(await post(path, 1))).toMatchObject({ status: 409, code: 'RUN_ENDED' });
  });
});

describe('POST /callbacks/{token}/fail', () => {
  it.each([
    ['too dear', { name: 'Error', message: 'too dear' }],
    [
      { name: 'Refused', message: 'too dear' },
      { name: 'Refused', message: 'too dear' },
    ],
    [undefined, { name: 'Error', message: '' }],
    [7, { message: '7 was thrown, which is no Error' }],
  ])('with %j fails it with %j', async (body, cause) => {
    const { run, path, post } = await mailed();
    expect((await post(`${path}/fail`, body)).status).toBe(200);
    await expect(run.result()).rejects.toMatchObject({ cause });
  });
});

describe('POST /callbacks/{token}/heartbeat', () => {
  it('tells the run its details', async () => {
    const { run, path, post } = await mailed();
    expect((await post(`${path}/heartbeat`, { percent: 50 })).status).toBe(200);
    await post(path, 'done');
    expect(await run.result()).toEqual(['done', { percent: 50 }]);
  });
});
