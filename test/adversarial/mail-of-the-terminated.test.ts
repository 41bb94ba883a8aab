/** Suspicion: a request to terminate makes the engine forget what else was accepted (I6). */
import { signal, workflow } from 'lull';
import { expect, test } from 'vitest';
import { SmallCloud } from '../engine/small-cloud.ts';

const news = signal<number>('news');
const waiting = workflow('waiting', function* () {
  for (;;) yield* news.receive();
});

test('messages accepted between a worker that died with the request recorded and the next one are recorded too', async () => {
  const cloud = new SmallCloud([waiting]);
  const run = await cloud.client.start(waiting);
  await cloud.worker().turn(run.id);
  await run.terminate('enough');
  await cloud
    .worker({ around: async (call, go) => (call.operation === 'finish' ? Promise.reject(new Error('died')) : go()) })
    .turn(run.id)
    .catch(() => undefined);
  await run.signal(news, 1);

  cloud.pass(60_000);
  expect(await cloud.worker().turn(run.id)).toEqual({ kind: 'ended', status: 'terminated' });
  expect((await cloud.entries(run.id)).map(({ kind }) => kind)).toContain('signal-received');
});

test('a run of which a payload is missing can be terminated', async () => {
  const cloud = new SmallCloud([waiting]);
  const run = await cloud.client.start(waiting);
  await cloud.worker().turn(run.id);
  await run.signal(news, 1);
  const [id = ''] = (await cloud.run(run.id)).mail;
  await cloud.table.deleteMessages(run.id, [id]);
  expect(await cloud.worker().turn(run.id)).toMatchObject({ kind: 'blocked' });

  await run.terminate('damaged');
  expect(await cloud.worker().turn(run.id)).toEqual({ kind: 'ended', status: 'terminated' });
});
