/** What a failed run that is tried again learns of the end of another run: once, in the order of acceptance. */
import { expect, test } from 'vitest';
import { signal, startChild, step, workflow } from '../../lib/index.ts';
import type { Run } from '../../lib/client/run.ts';
import type { Around } from '../../lib/testing/around-store.ts';
import { SmallCloud } from './small-cloud.ts';

const go = signal('go');
const note = signal<string>('note');

const helper = workflow('helper', function* () {
  yield* go.receive();
});

let isMended = false;
const parent = workflow('parent', function* () {
  const helping = yield* startChild(helper, undefined, { id: 'helper-1', onParentClose: 'abandon' });
  yield* step('work', { retry: false }, () => {
    if (!isMended) throw new Error('no');
  });
  yield* helping;
});

/** The parent has failed, is tried again, and was not taken up since; its child goes on. */
async function triedAgain(): Promise<{ cloud: SmallCloud; run: Run<unknown> }> {
  isMended = false;
  const cloud = new SmallCloud([parent, helper]);
  const run = await cloud.client.start(parent, undefined, { id: 'parent-1' });
  const worker = cloud.worker();
  await worker.turn('parent-1');
  await worker.turn('helper-1');
  isMended = true;
  await run.retry();
  return { cloud, run };
}

async function endOfHelper(cloud: SmallCloud): Promise<void> {
  await cloud.client.run('helper-1').signal(go);
  await cloud.worker().turn('helper-1');
}

/** Kinds of the messages in the parent's journal. */
async function messagesOf(cloud: SmallCloud): Promise<string[]> {
  const entries = await cloud.entries('parent-1');
  return entries.flatMap((entry) => ('messageId' in entry ? [entry.kind] : []));
}

test('a signal that was accepted before the end of a child comes before it', async () => {
  const { cloud, run } = await triedAgain();
  await run.signal(note, 'the note');
  await endOfHelper(cloud);
  await cloud.worker().turn('parent-1');
  expect(await messagesOf(cloud)).toEqual(['signal-received', 'run-ended']);
});

test('the end of a child comes once, also where the run is terminated', async () => {
  const { cloud, run } = await triedAgain();
  await run.terminate('no more');
  await endOfHelper(cloud);
  await cloud.worker().turn('parent-1');
  expect((await messagesOf(cloud)).sort()).toEqual(['run-ended', 'terminate-requested']);
});

test('the end of a child comes once, also where it is accepted while the run is taken up', async () => {
  const { cloud } = await triedAgain();
  let isAsked = false;
  const around: Around = async ({ operation, runId }, call) => {
    if (operation === 'readRun' && runId === 'helper-1' && !isAsked) {
      isAsked = true;
      await endOfHelper(cloud);
    }
    return call();
  };
  await cloud.worker({ around }).turn('parent-1');
  expect(isAsked).toBe(true);
  expect(await messagesOf(cloud)).toEqual(['run-ended']);
});
