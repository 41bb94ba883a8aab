/**
 * A journal that somebody has damaged, read by a cold worker.
 *
 * What must be noticed: everything that would make the run end otherwise than it would have. Not noticed, since it
 * cannot be: another value in the place of a value; a tail that is missing (as if a worker had died before it: what
 * was in it happens again); the order of steps that ended while nobody minded their order.
 */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  damage,
  doDamage,
  driveToEnd,
  recordJournal,
  RESULT,
  resultOf,
  runWith,
  terminate,
  type Records,
} from './damaged-journal.ts';

const SEED = 20_261_122;

let journal: Records;
beforeAll(async () => {
  journal = (await recordJournal()).map(({ entries }) => entries);
});

/** What became of it. Throws for any other result than the right one, and for a run that is blocked and will not end. */
async function fate(records: Records, numbers?: number[]): Promise<'completed' | 'blocked' | 'terminated'> {
  const cloud = await runWith(records, numbers);
  const end = await driveToEnd(cloud);
  if (end.kind === 'ended') {
    if (end.status === 'completed') expect(await resultOf(cloud)).toEqual(RESULT);
    else expect(end.status).toBe('terminated');
    return end.status as 'completed' | 'terminated';
  }
  expect(await terminate(cloud)).toEqual({ kind: 'ended', status: 'terminated' });
  return 'blocked';
}

describe('a damaged journal', () => {
  it('has every kind of entry that the damage is done to', () => {
    const kinds = new Set(journal.flat().map((entry) => (entry as { kind: string }).kind));
    expect([...kinds].sort()).toEqual([
      'receive',
      'signal-received',
      'sleep',
      'sleep-completed',
      'started',
      'step',
      'step-completed',
      'step-retrying',
    ]);
  });

  it('is none if nothing was done to it', async () => {
    expect(await fate(journal)).toBe('completed');
  });

  it('leads to the right result or is noticed, and the run can be terminated', async () => {
    const fates = new Map<string, number>();
    const mutations = fc.array(damage, { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(mutations, async (all) => {
        const entries = all.reduce<unknown[]>((before, how) => doDamage(before, how), journal.flat());
        const end = await fate([entries]);
        fates.set(end, (fates.get(end) ?? 0) + 1);
      }),
      { numRuns: 400, seed: SEED },
    );
    expect(fates.get('blocked')).toBeGreaterThan(100);
    expect(fates.get('completed')).toBeGreaterThan(10);
  });

  it('is noticed where one command is dropped that is not at its end', async () => {
    const entries = journal.flat();
    const lastEvent = entries.findLastIndex((entry) => 'atMs' in (entry as object));
    for (const [place, entry] of entries.entries()) {
      if (place > lastEvent || 'atMs' in (entry as object)) continue;
      expect([place, await fate([entries.toSpliced(place, 1)])]).toEqual([place, 'blocked']);
    }
  });

  it('is noticed where one event is there twice', async () => {
    const entries = journal.flat();
    for (const [place, entry] of entries.entries()) {
      if ((entry as { kind: string }).kind === 'step-retrying') continue; // says the same twice
      expect([place, await fate([entries.toSpliced(place, 0, entry)])]).toEqual([place, 'blocked']);
    }
  });

  it('is noticed where a record is missing that is not the last', async () => {
    for (let missing = 0; missing < journal.length - 1; missing += 1) {
      const numbers = journal.map((_, index) => index + 1).toSpliced(missing, 1);
      expect(await fate(journal.toSpliced(missing, 1), numbers)).toBe('blocked');
    }
  });
});
