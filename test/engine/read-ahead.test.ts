/** The messages of the inbox are read while the journal is: whatever happens meanwhile, each is delivered once. */
import { signal, workflow } from 'lull';
import { beforeEach, expect, it } from 'vitest';
import type { Around } from '../../lib/testing/around-store.ts';
import { StoreUnavailableError } from '../../lib/ports/world-errors.ts';
import { SmallCloud } from './small-cloud.ts';

const note = signal<number>('note');
const collect = workflow('collect', function* (count: number) {
  const notes: number[] = [];
  while (notes.length < count) notes.push(yield* note.receive());
  return notes;
});

let cloud: SmallCloud;
/** A run that waits, with a message in its inbox. */
let runId: string;

beforeEach(async () => {
  cloud = new SmallCloud([collect]);
  const run = await cloud.client.start(collect, 2);
  runId = run.id;
  await cloud.worker().turn(runId);
  await run.signal(note, 1, { idempotencyKey: 'k' }); // it has an item
});

function latch() {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
}

/** The run's result, after one message more. */
async function resultAfterAnother(): Promise<unknown> {
  const run = cloud.client.run(runId);
  await run.signal(note, 2);
  await cloud.worker().turn(runId);
  return run.result({ timeout: 0 });
}

it('a turn without the run in memory asks for the journal and its messages at once', async () => {
  const asked = latch();
  const around: Around = async ({ operation }, go) => {
    if (operation === 'loadMessages') asked.open();
    if (operation === 'loadRecords') await asked.opened; // for ever, if it asks for the messages later
    return go();
  };
  const { kind } = await cloud.worker({ around }).turn(runId);
  expect(kind).toBe('suspended');
  expect(await resultAfterAnother()).toEqual([1, 2]);
});

it('what could not be read beside the journal is read after it', async () => {
  let calls = 0;
  const around: Around = async ({ operation }, go) => {
    if (operation === 'loadMessages' && (calls += 1) === 1) throw new StoreUnavailableError('loadMessages');
    return go();
  };
  await cloud.worker({ around }).turn(runId);
  expect(calls).toBe(2);
  expect(await resultAfterAnother()).toEqual([1, 2]);
});

it.each(['before', 'after'])(
  'a message that the worker before records and deletes %s it is read beside the journal is delivered once',
  async (when) => {
    const [beforeReads, lateWrites, lateIsDone] = [latch(), latch(), latch()];
    const late = cloud.worker({
      around: async ({ operation }, go) => {
        if (operation === 'renew') throw new StoreUnavailableError(operation);
        if (operation === 'putRecord') {
          beforeReads.open();
          await lateWrites.opened; // it is frozen
        }
        return go();
      },
    });
    const lateTurn = late.turn(runId).finally(() => lateIsDone.open());
    await beforeReads.opened;
    cloud.pass(120_000); // its lease runs out

    const around: Around = async ({ operation }, go) => {
      const goFirst = when === 'after' ? 'loadRecords' : 'loadMessages';
      if (operation === 'loadMessages' || operation === 'loadRecords') {
        if (operation === goFirst) {
          lateWrites.open();
          await lateIsDone.opened;
        } else if (when === 'before') await lateIsDone.opened;
      }
      return go();
    };
    await cloud.worker({ around }).turn(runId);
    await lateTurn.catch(() => undefined);
    expect(await resultAfterAnother()).toEqual([1, 2]);
    const received = (await cloud.table.loadRecords(runId, 0)).flatMap(({ entries }) =>
      entries.filter(({ kind }) => kind === 'signal-received'),
    );
    expect(received).toHaveLength(2);
  },
);
