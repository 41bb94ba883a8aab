/**
 * Suspicion: a patch is recorded, the worker dies before the record with what it led to, and code from before the patch
 * comes by: the run has the patch and the old branch, and no code can follow it any more.
 */
import { type Coroutine, createTask, patched, signal, sleep, step, workflow } from 'lull';
import { expect, it } from 'vitest';
import type { AnyWorkflow } from '../../lib/core/workflow.ts';
import type { JournalRecord } from '../../lib/journal/record.ts';
import { SmallCloud } from '../engine/small-cloud.ts';

const go = signal<void>('go');
const letter = signal<string>('letter');
const record = (name: string): ReturnType<typeof step<string>> => step(name, () => name);

const receipt = (hasMail: () => boolean): AnyWorkflow =>
  workflow('receipt', function* () {
    yield* go.receive();
    const made = hasMail() ? yield* record('mail') : yield* record('print');
    yield* sleep('1h');
    return made;
  });
const before = { workflows: [receipt(() => false)] };
const after = { workflows: [receipt(() => patched('paper') && patched('mail'))] };

const HOUR_MS = 3_600_000;

it.each([1, 2, 3, 4, 5, 6])('a run goes on after a rollback, if its worker died at record %i', async (dead) => {
  const cloud = new SmallCloud(after.workflows);
  const run = await cloud.client.start('receipt', undefined, { id: 'r1' });
  await run.signal(go);
  const dying = cloud.worker({
    ...after,
    maxRecordBytes: 1, // each entry is a record, where it may be one
    around: async ({ operation, args }, goOn) => {
      if (operation === 'putRecord' && (args[1] as JournalRecord).number === dead) throw new Error('dead');
      return goOn();
    },
  });
  await expect(dying.turn('r1')).rejects.toThrow('dead');

  for (const version of [before, after, after]) {
    cloud.pass(HOUR_MS);
    await cloud.worker(version).turn('r1');
  }
  const hasPatch = (await cloud.entries('r1')).some(({ kind }) => kind === 'patched');
  expect(await run.result()).toBe(hasPatch ? 'mail' : 'print');
});

it('an event behind a patch that led to nothing yet does not make the record longer than its limit', async () => {
  const maxRecordBytes = 500;
  const waiting = workflow('waiting', function* () {
    const asking = function* (): Coroutine<boolean> {
      yield* go.receive();
      return patched('mail');
    };
    createTask(asking());
    return yield* letter.receive();
  });
  const cloud = new SmallCloud([waiting]);
  const run = await cloud.client.start(waiting, undefined, { id: 'r1' });
  await cloud.worker().turn('r1');
  await run.signal(go);
  await run.signal(letter, 'x'.repeat(300));
  await cloud.worker({ maxRecordBytes }).turn('r1');
  const bytes = (await cloud.records('r1')).map(({ entries }) => Buffer.byteLength(JSON.stringify(entries)));
  expect(Math.max(...bytes)).toBeLessThanOrEqual(maxRecordBytes + 2);
});
