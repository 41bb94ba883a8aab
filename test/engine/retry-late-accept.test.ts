/**
 * A request to accept a message gets no answer, its repeat finds the run failed, and the network carries the first one out
 * when the run was tried again. The run accepts the message then, so its payload has to be there.
 */
import { expect, test } from 'vitest';
import { signal, startChild, step, workflow } from '../../lib/index.ts';
import type { Run } from '../../lib/client/run.ts';
import { StoreUnavailableError } from '../../lib/ports/world-errors.ts';
import type { Around } from '../../lib/testing/around-store.ts';
import { SmallCloud } from './small-cloud.ts';

const go = signal('go');
const note = signal<string>('note');

const helper = workflow('helper', function* () {
  yield* go.receive();
  return 'helped';
});

let isMended = false;
const parent = workflow('parent', function* () {
  const helping = yield* startChild(helper, undefined, { id: 'helper-1', onParentClose: 'abandon' });
  yield* step('work', { retry: false }, () => {
    if (!isMended) throw new Error('no');
  });
  const noted = yield* note.receive();
  return [noted, yield* helping];
});

/** Requests to accept for the parent that are on their way. */
let late: (() => Promise<unknown>)[] = [];
/** The first one is carried out late: its sender gets no answer. */
let isCutOff = false;

const network: Around = ({ operation, runId }, call) => {
  if (operation !== 'accept' || runId !== 'parent-1' || !isCutOff) return call();
  isCutOff = false;
  late.push(call);
  return Promise.reject(new StoreUnavailableError(operation));
};

/** The parent has failed; its child goes on. */
async function failed(): Promise<{ cloud: SmallCloud; run: Run<unknown> }> {
  late = [];
  isMended = false;
  const cloud = new SmallCloud([parent, helper], { aroundClient: network });
  const run = await cloud.client.start(parent, undefined, { id: 'parent-1' });
  const worker = cloud.worker();
  await worker.turn('parent-1');
  await worker.turn('helper-1');
  isMended = true;
  isCutOff = true;
  return { cloud, run };
}

/** While that is on its way, time passes for those who wait to ask again. */
async function passing<T>(cloud: SmallCloud, whatIsOnItsWay: Promise<T>): Promise<PromiseSettledResult<T>> {
  let isOver = false;
  const settled = Promise.allSettled([whatIsOnItsWay]).finally(() => (isOver = true));
  while (!isOver) {
    cloud.pass(10);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return (await settled)[0];
}

/** Payloads in the parent's journal. */
async function signalsOf(cloud: SmallCloud): Promise<unknown[]> {
  return (await cloud.entries('parent-1')).flatMap((entry) =>
    entry.kind === 'signal-received' ? [entry.payload] : [],
  );
}

/** The run is tried again, what was on its way arrives, and the run goes on as far as it can. */
async function arriveLate(cloud: SmallCloud, run: Run<unknown>): Promise<void> {
  await run.retry();
  for (const call of late) await call();
  await cloud.worker().turn('parent-1');
}

test('a signal is not refused for good, and is delivered', async () => {
  const { cloud, run } = await failed();
  const sent = await passing(cloud, run.signal(note, 'the note'));
  expect(sent).toMatchObject({ status: 'rejected', reason: { code: 'STORE_UNAVAILABLE' } });
  await arriveLate(cloud, run);
  expect(await cloud.run('parent-1')).toMatchObject({ status: 'suspended', inboxIds: [] });
  expect(await signalsOf(cloud)).toEqual(['the note']);
});

test('a signal with an idempotency key whose caller is lost, and that another one sends again, is delivered', async () => {
  const { cloud, run } = await failed();
  const lost = passing(cloud, run.signal(note, 'the note', { idempotencyKey: 'k' }));
  await expect(run.signal(note, 'the note', { idempotencyKey: 'k' })).rejects.toMatchObject({ code: 'RUN_ENDED' });
  await lost;
  await arriveLate(cloud, run);
  expect(await cloud.run('parent-1')).toMatchObject({ status: 'suspended', inboxIds: [] });
  expect(await signalsOf(cloud)).toEqual(['the note']);
});

test.each(['of the worker that is told that the run has failed', 'of a worker that was lost then'])(
  'the end of a child is delivered once, by the request %s',
  async (whose) => {
    const { cloud, run } = await failed();
    await cloud.client.run('helper-1').signal(go);
    const lost: Around = (call, go) => {
      const isRefused = call.operation === 'accept' && call.runId === 'parent-1' && !isCutOff;
      return isRefused ? Promise.reject(new StoreUnavailableError(call.operation)) : network(call, go);
    };
    const around = whose.includes('lost') ? lost : network;
    await passing(cloud, cloud.worker({ around }).turn('helper-1'));
    // What is left to do after an end that was not settled is done by the next worker.
    await passing(cloud, cloud.worker().turn('helper-1'));
    expect(await cloud.run('helper-1')).not.toHaveProperty('afterEnd');
    expect(late).toHaveLength(1);
    await arriveLate(cloud, run);
    expect(await cloud.run('parent-1')).toMatchObject({ status: 'suspended', inboxIds: [] });
    await run.signal(note, 'the note');
    await cloud.worker().turn('parent-1');
    expect(await cloud.run('parent-1')).toMatchObject({ status: 'completed' });
    const ends = (await cloud.entries('parent-1')).filter(({ kind }) => kind === 'run-ended');
    expect(ends).toHaveLength(1);
  },
);

test('to a run that has completed, and is never tried again, it is refused, and leaves nothing', async () => {
  const { cloud, run } = await failed();
  isCutOff = false;
  await run.retry();
  await run.signal(note, 'the note');
  await cloud.client.run('helper-1').signal(go);
  await cloud.worker().turn('helper-1');
  await cloud.worker().turn('parent-1');
  isCutOff = true;
  const ids: string[] = [];
  const putMessage = cloud.table.putMessage.bind(cloud.table);
  cloud.table.putMessage = (runId, message, ...others) => {
    ids.push(message.id);
    return putMessage(runId, message, ...others);
  };
  const sent = await passing(cloud, run.signal(note, 'too late '.repeat(30))); // too long for a letter
  expect(sent).toMatchObject({ status: 'rejected', reason: { code: 'RUN_ENDED' } });
  expect(ids).toHaveLength(1);
  expect(await cloud.table.loadMessages('parent-1', ids)).toEqual([]);
});
