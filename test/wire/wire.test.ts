/** Short rounds, so that what `npm run wire` is made of cannot rot: a calm one, and one with faults of some kinds. */
import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { judge, judgeTills } from './oracle.ts';
import { playRound } from './round.ts';

it('a calm round breaks no rule, and leaves nothing behind', { timeout: 120_000 }, async () => {
  const report = await playRound({ seed: 5, forMs: 2_500, mostOpen: 8, faults: false, smallDisk: false });
  expect(report.violations).toEqual([]);
  expect(report.runs).toBeGreaterThan(4);
  expect(report.effects).toBeGreaterThan(10);
  expect(report.requests).toBeGreaterThan(100);
  expect(report.leftovers).toBe(0);
  expect(existsSync(report.folder)).toBe(false);
});

it('the oracle sees what is wrong with a run', () => {
  const told = {
    ...{ runId: 'run-1', what: { do: 'signal', name: 'drop', payload: 'a', waitMs: 0 } as const, firstSentAtMs: 1 },
    ...{ attempts: 1, outcome: 'accepted' as const, answeredAtMs: 2, answer: '202' },
  };
  const begin = { what: 'begin', runId: 'run-1', name: 'take', attempt: 1, pid: 1, atMs: 1 } as const;
  const story = { chapters: 1, words: 2, takesMs: 0 };
  const entry = (seq: number) => ({ seq, value: [1, 1, seq] as const });
  const record = (number: number) => ({ number, epoch: 1, nonce: 'n', entries: [] });
  const wrong = judge({
    plan: {
      runId: 'run-1',
      workflow: 'storm',
      input: {},
      senders: [],
      expected: { status: 'completed', result: 1, booked: 1, story },
    },
    told: [told],
    shown: { status: 'completed', result: 2 },
    scanned: {
      ...{ runId: 'run-1', run: { pk: { S: 'run-1' } }, records: [record(1), record(3)] },
      ...{ digests: ['key-x'], others: ['inbox#x'] },
    },
    scan: { due: new Set(), byWorkflow: new Set(), booked: new Map([['run-1', { sum: 2, items: 1 }]]) },
    followed: [entry(2)],
    read: [entry(1), entry(2)],
    effects: [{ ...begin, key: 'run-1#1' }],
    wasLeftAlone: true,
  });
  expect(wrong.map((what) => what.split(':')[0])).toEqual([
    'a run ends as its workload says',
    'a journal has no gap and no damage',
    'what is accepted is delivered once, in the order of acceptance',
    'effects are those that the journal has, at most as often',
    'a transaction is carried out as often as the journal has it',
    'a stream has all that was written, in order, and its follower has read each value once',
    'a stream has all that was written, in order, and its follower has read each value once',
    'a stream has all that was written, in order, and its follower has read each value once',
    'a digest without its message is of one that was received',
    'nothing is left that nobody refers to',
    'the indexes have what the table has',
  ]);
  const rung = (runId: string, result: unknown) => ({
    plan: { runId, workflow: 'shop', input: {}, senders: [], expected: { status: 'completed', rings } } as const,
    shown: { status: 'completed', result },
  });
  const rings = { key: 'a', times: 2 };
  expect(judgeTills([rung('run-1', [1, 3]), rung('run-2', [2, 4])])).toEqual([]);
  expect(judgeTills([rung('run-1', [1, 3]), rung('run-2', [3, 4])])).toEqual(['till a has shown [[1,3],[3,4]]']);
});
