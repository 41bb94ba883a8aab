/**
 * Suspicion: a patch is recorded, the worker dies before the record with what it led to, and code from before the patch
 * comes by: the run has the patch and the old branch, and no code that knows the patch can follow it any more.
 */
import { type Coroutine, createTask, gather, patched, signal, sleep, step, workflow } from 'lull';
import { describe, expect, it } from 'vitest';
import type { AnyWorkflow } from '../../lib/core/workflow.ts';
import { isCommandEntry } from '../../lib/journal/event.ts';
import type { JournalRecord } from '../../lib/journal/record.ts';
import { SmallCloud, type Worker } from '../engine/small-cloud.ts';

const go = signal<void>('go');
const letter = signal<string>('letter');
const record = (name: string): ReturnType<typeof step<string>> => step(name, () => name);

type HasMail = () => boolean;

function* branch(hasMail: HasMail): Coroutine<string> {
  const made = hasMail() ? yield* record('mail') : yield* record('print');
  yield* sleep('1h');
  return made;
}

/** The patch leads to its branch at once. */
const atOnce = (hasMail: HasMail): AnyWorkflow =>
  workflow('receipt', function* () {
    yield* go.receive();
    return yield* branch(hasMail);
  });

/** What both branches ask for stands before it: a signal that is there already is no place where the run stands. */
const behindSignal = (hasMail: HasMail): AnyWorkflow =>
  workflow('receipt', function* () {
    yield* sleep('1m');
    yield* go.receive();
    return yield* branch(hasMail);
  });

/** Another task asks for something between the patch and its branch. */
const besideTask = (hasMail: HasMail): AnyWorkflow =>
  workflow('receipt', function* () {
    yield* go.receive();
    const isMail = hasMail();
    const other = createTask(record('stamp'));
    yield* sleep(0);
    const made = yield* branch(() => isMail);
    yield* other;
    return made;
  });

const HOUR_MS = 3_600_000;

describe.each([
  ['at once', atOnce],
  ['behind a signal that is there', behindSignal],
  ['beside another task', besideTask],
])('a branch that is taken %s', (_where, receipt) => {
  const before = { workflows: [receipt(() => false)] };
  const after = { workflows: [receipt(() => patched('paper') && patched('mail'))] };

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
    await untilDead(cloud, dying);

    for (const version of [before, after, after, after]) {
      cloud.pass(HOUR_MS);
      await cloud.worker(version).turn('r1');
    }
    expect((await cloud.run('r1')).status).toBe('completed');
    const hasPatch = (await cloud.entries('r1')).some(({ kind }) => kind === 'patched');
    expect(await run.result()).toBe(hasPatch ? 'mail' : 'print');
  });
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

it('what comes with a patch does not make a record longer than an item of the table takes', async () => {
  const many = workflow('many', function* () {
    yield* go.receive();
    patched('mail');
    yield* gather(Array.from({ length: 5_000 }, (_, number) => step(`${number} `.padEnd(100, '-'), () => number)));
  });
  const cloud = new SmallCloud([many]);
  const run = await cloud.client.start(many, undefined, { id: 'r1' });
  await run.signal(go);
  await cloud.worker({ maxRecordBytes: 1_000 }).turn('r1');
  const records = (await cloud.records('r1')).filter(({ entries }) => entries.some(isCommandEntry));
  const sizes = records.map(({ entries }) => Buffer.byteLength(JSON.stringify(entries)));
  expect(Math.max(...sizes)).toBeGreaterThan(370_000);
  expect(Math.max(...sizes)).toBeLessThan(390_000);
});

/** Turns of a worker that is to die, an hour apart. */
async function untilDead(cloud: SmallCloud, dying: Worker): Promise<void> {
  for (;;) {
    try {
      const end = await dying.turn('r1');
      if (end.kind === 'ended') throw new Error('the worker lived to the end');
    } catch (error) {
      expect(error).toEqual(new Error('dead'));
      return;
    }
    cloud.pass(HOUR_MS);
  }
}
