/** Suspicion: a request to terminate makes the engine forget what else was accepted (I6). */
import { signal, workflow } from 'lull';
import { expect, test } from 'vitest';
import type { Around } from '../../lib/testing/around-store.ts';
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
  await run.signal(news, 1, { idempotencyKey: 'k' }); // it has an item
  const [id = ''] = (await cloud.run(run.id)).inboxIds;
  await cloud.table.deleteMessages(run.id, [id]);
  expect(await cloud.worker().turn(run.id)).toMatchObject({ kind: 'blocked' });

  await run.terminate('damaged');
  expect(await cloud.worker().turn(run.id)).toEqual({ kind: 'ended', status: 'terminated' });
});

test('a request to terminate that meets a run whose code has returned ends it in the same way, whether a worker dies or not', async () => {
  const returning = workflow('returning', function* () {
    return yield* news.receive();
  });
  const statuses: string[] = [];
  for (const operation of ['finish', 'none']) {
    const cloud = new SmallCloud([returning]);
    const run = await cloud.client.start(returning);
    await run.signal(news, 1);
    let finishes = 0;
    const around: Around = async (call, go) => {
      if (call.operation !== 'finish') return go();
      finishes += 1;
      if (finishes === 1) await run.terminate('too late?');
      if (finishes === 2 && operation === 'finish') throw new Error('died');
      return go();
    };
    const turn = await cloud
      .worker({ around })
      .turn(run.id)
      .catch(() => undefined);
    cloud.pass(60_000);
    if (turn === undefined) await cloud.worker().turn(run.id);
    statuses.push((await cloud.run(run.id)).status);
  }
  expect(statuses).toEqual(['terminated', 'terminated']);
});

test('a delayed run whose worker died after it had recorded the request to terminate is sent it once', async () => {
  const cloud = new SmallCloud([waiting]);
  const run = await cloud.client.start(waiting, undefined, { delay: '1 hour' });
  await run.terminate('not needed');
  const around: Around = async (call, go) => {
    if (call.operation === 'deleteMessages' || call.operation === 'finish') throw new Error('died');
    return go();
  };
  await cloud
    .worker({ around })
    .turn(run.id)
    .catch(() => undefined);
  cloud.pass(60_000);

  expect(await cloud.worker().turn(run.id)).toEqual({ kind: 'ended', status: 'terminated' });
  expect((await cloud.entries(run.id)).filter(({ kind }) => kind === 'terminate-requested')).toHaveLength(1);
});

test('the journal of a run that no code ever began begins with its first event all the same', async () => {
  const cloud = new SmallCloud([waiting]);
  const other = workflow('other', function* () {});
  const run = await cloud.client.start(waiting);
  const worker = cloud.worker({ workflows: [other] });
  expect(await worker.turn(run.id)).toMatchObject({ kind: 'blocked' });
  await run.terminate('never begun');

  expect(await worker.turn(run.id)).toEqual({ kind: 'ended', status: 'terminated' });
  expect((await cloud.entries(run.id)).map(({ kind }) => kind)).toEqual(['started', 'terminate-requested']);
});
