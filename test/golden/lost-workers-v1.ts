/** A run that loses two workers and outlasts the invocation of a third: what `lost-workers-v1.json` has was written by it. */
import { step, workflow } from 'lull';
import type { JournalEntry } from '../../lib/journal/event.ts';
import { promisesToGoOn, SmallCloud, type Worker } from '../engine/small-cloud.ts';

export const RUN_ID = 'survivor';

/** The bodies are those of the worker that runs them. */
let collect: () => unknown;
let send: () => unknown;

export const survivor = workflow('survivor', function* () {
  const collected = yield* step('collect', () => collect());
  return [collected, yield* step('send', () => send())];
});

export async function playSurvivor(): Promise<{ entries: JournalEntry[]; result: unknown }> {
  const cloud = new SmallCloud([survivor]);
  const run = await cloud.client.start(survivor, undefined, { id: RUN_ID });
  for (const _loss of ['in company', 'alone']) {
    collect = never;
    const { worker, die } = mortalWorker(cloud);
    void worker.turn(RUN_ID);
    await settle();
    die();
    cloud.pass(31_000); // longer than a lease
  }
  let endCollect = (_value: string): void => undefined;
  collect = () => new Promise<string>((resolve) => (endCollect = resolve));
  send = never;
  const turn = cloud.worker().turn(RUN_ID);
  await settle();
  await pass(cloud, 600_000); // of the invocation's 900 s
  endCollect('collected');
  await settle();
  await pass(cloud, 300_000);
  await turn;
  send = () => 'sent';
  await cloud.worker().turn(RUN_ID);
  return { entries: await cloud.entries(RUN_ID), result: await run.result() };
}

function mortalWorker(cloud: SmallCloud): { worker: Worker; die: () => void } {
  let isDead = false;
  const worker = cloud.worker({ around: (_call, go) => (isDead ? never() : go()) });
  return { worker, die: () => void (isDead = true) };
}

async function pass(cloud: SmallCloud, ms: number): Promise<void> {
  for (let at = 0; at < ms; at += 10_000) {
    cloud.pass(10_000);
    await settle();
  }
}

async function settle(): Promise<void> {
  for (let times = 0; times < 50; times += 1) await promisesToGoOn();
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}
