/** The parts of the page that need no browser. */
import { describe, expect, it } from 'vitest';
import { withHistoryPage, eventsOf, NO_HISTORY } from '../../console/data/history-log.ts';
import { placeOfRun, readPlace, writePlace } from '../../console/data/place.ts';
import { pauseMs } from '../../console/data/pace.ts';
import { countByStatus, NO_ROWS, rowsWith, withNewest, withOlder, withRange } from '../../console/data/run-rows.ts';
import type { EventAnswer, RunRow } from '../../console/data/answers.ts';
import { childrenOf, failureOf } from '../../console/text/history-facts.ts';
import { attributesOf, sinceOf } from '../../console/text/read-filter.ts';

function row(id: string, second: number, status: RunRow['status'] = 'suspended'): RunRow {
  return { id, workflow: 'w', status, createdAt: new Date(second * 1_000).toISOString() };
}

describe('the list of runs', () => {
  const first = withNewest(NO_ROWS, { runs: [row('d', 4), row('c', 3)], cursor: '1' });
  const all = withOlder(first, { runs: [row('b', 2), row('a', 1)] });

  it('has older pages behind newer ones, once each', () => {
    expect(withOlder(first, { runs: [row('c', 3), row('b', 2)], cursor: '2' })).toMatchObject({
      rows: [{ id: 'd' }, { id: 'c' }, { id: 'b' }],
      cursor: '2',
    });
  });

  it('takes new runs in, and drops those that are gone, without losing what is older', () => {
    const next = withNewest(all, { runs: [row('e', 5), row('c', 3, 'failed')], cursor: '1' });
    expect(next.rows.map(({ id, status }) => `${id} ${status}`)).toEqual([
      'e suspended',
      'c failed',
      'b suspended',
      'a suspended',
    ]);
    expect(next.cursor).toBe(undefined);
  });

  it('keeps the runs of the millisecond at which the page ends', () => {
    const next = withNewest(all, { runs: [row('d', 4), row('c', 3), row('b2', 2)], cursor: '1' });
    expect(next.rows.map(({ id }) => id)).toEqual(['d', 'c', 'b2', 'b', 'a']);
  });

  it('is what a page says that is the whole of it', () => {
    expect(withNewest(all, { runs: [row('d', 4)] })).toEqual({ rows: [row('d', 4)], cursor: undefined });
    expect(withNewest(all, { runs: [] }).rows).toEqual([]);
  });

  it('takes over what was read of a time', () => {
    const range = { since: row('', 2).createdAt, until: row('', 3).createdAt };
    const rows = withRange(all, { runs: [row('b', 2, 'failed')] }, range).rows;
    expect(rows.map(({ id, status }) => `${id} ${status}`)).toEqual([
      'd suspended',
      'c suspended',
      'b failed',
      'a suspended',
    ]);
    expect(withRange(all, { runs: [] }, range).rows.map(({ id }) => id)).toEqual(['d', 'c', 'a']);
    expect(withRange(all, { runs: [], cursor: 'more' }, range)).toEqual(all);
  });

  it('counts by status, and finds texts in ids in either case', () => {
    expect([...countByStatus([...all.rows, row('x', 0, 'failed')])]).toEqual([
      ['suspended', 4],
      ['failed', 1],
    ]);
    expect(rowsWith([row('Order-1', 1), row('b', 2)], 'oRDER').map(({ id }) => id)).toEqual(['Order-1']);
  });
});

describe('the history', () => {
  const events = (count: number, from = 0): EventAnswer[] =>
    Array.from({ length: count }, (_, index) => ({
      kind: 'step',
      id: from + index,
      name: `s${from + index}`,
      stepId: `s#${from + index}`,
    }));

  it('keeps whole pages, and reads the last one anew', () => {
    const one = withHistoryPage(NO_HISTORY, { events: events(2), cursor: 'c2' }, 'at-tail');
    const two = withHistoryPage(one, { events: events(1, 2) }, 'at-tail');
    expect([one.tailCursor, eventsOf(two).length]).toEqual(['c2', 3]);
    const three = withHistoryPage(two, { events: events(2, 2), cursor: 'c4' }, 'at-tail');
    expect([three.tailCursor, three.tail, eventsOf(three).length]).toEqual(['c4', [], 4]);
  });

  it('names what came of a command on an earlier page', () => {
    const one = withHistoryPage(NO_HISTORY, { events: events(2), cursor: 'c2' }, 'at-tail');
    const two = withHistoryPage(one, { events: [{ kind: 'step-completed', id: 1, value: 5 }] }, 'at-tail');
    expect(eventsOf(two).at(-1)).toEqual({ kind: 'step-completed', id: 1, name: 's1', stepId: 's#1', value: 5 });
  });

  it('settles no message that waits: it becomes another event', () => {
    const log = withHistoryPage(NO_HISTORY, { events: [{ kind: 'message-waiting' }], cursor: 'c' }, 'at-tail');
    const whole = withHistoryPage(log, { events: [{ kind: 'message-waiting' }] }, 'behind-tail');
    expect([whole.settled.length, whole.tail.length, whole.tailCursor]).toEqual([0, 2, undefined]);
  });

  it('says which runs were started, and how they ended', () => {
    const started: EventAnswer = { kind: 'step', id: 1, name: 'c', operation: { kind: 'start-child', runId: 'c-1' } };
    const sent: EventAnswer = { kind: 'step', id: 2, name: 's', operation: { kind: 'signal', runId: 'other' } };
    expect(childrenOf([started, sent])).toEqual([{ id: 'c-1', status: undefined, isChild: true }]);
    expect(childrenOf([started, { kind: 'run-ended', runId: 'c-1', status: 'failed' }])).toMatchObject([
      { status: 'failed' },
    ]);
  });

  it('has the error of a run that failed, and none of one that goes on again', () => {
    const failed: EventAnswer = { kind: 'failed', error: { message: 'no' } };
    expect(failureOf([failed])).toEqual({ message: 'no' });
    expect(failureOf([failed, { kind: 'retried' }])).toBe(undefined);
  });
});

describe('the address of the page', () => {
  it.each([
    '#/runs',
    '#/runs/o-17',
    '#/runs/a%2Fb%3Fc?tab=journal&event=12',
    '#/runs?workflow=checkout&status=failed%2Cblocked&text=o-',
    '#/runs/o-17?status=failed&tab=compare&with=o-18',
    '#/schedules/nightly',
    '#/pools/mailer',
    '#/workflows?workflow=checkout',
  ])('%s is read and written', (hash) => {
    expect(writePlace(readPlace(hash))).toBe(hash);
  });

  it.each(['', '#', '#/nowhere', '#/runs/%', '#/runs?tab=none&event=-1', '#javascript:alert(1)'])(
    '%j leads somewhere',
    (hash) => {
      expect(readPlace(hash)).toMatchObject({ view: 'runs', tab: 'now' });
    },
  );

  it('of another run leaves out what belongs to the one before, and keeps the filter', () => {
    const place = readPlace('#/runs/o-17?status=failed&tab=journal&event=3');
    expect(writePlace(placeOfRun(place, 'o-18'))).toBe('#/runs/o-18?status=failed');
    expect(writePlace(placeOfRun(place, undefined))).toBe('#/runs?status=failed');
  });
});

describe('the pace of looking', () => {
  const seen = { idleLooks: 0, failedLooks: 0, isSeen: true, isLocal: false };

  it('is quick while something moves, slower then, and seldom where the page is not seen', () => {
    expect(pauseMs(seen)).toBe(1_000);
    expect(pauseMs({ ...seen, idleLooks: 4 })).toBe(2_250);
    expect(pauseMs({ ...seen, idleLooks: 100 })).toBe(15_000);
    expect(pauseMs({ ...seen, idleLooks: 100, isLocal: true })).toBe(4_000);
    expect(pauseMs({ ...seen, isSeen: false })).toBe(60_000);
  });

  it('backs off from an engine that does not answer, and tries again', () => {
    expect([1, 2, 3, 10].map((failedLooks) => pauseMs({ ...seen, failedLooks }))).toEqual([
      1_000, 2_000, 4_000, 15_000,
    ]);
  });
});

describe('a filter', () => {
  it('reads attributes as people write them', () => {
    expect(attributesOf('customer=c1 size=3 express=true note="two \\"words\\"" zip="01067"')).toEqual({
      json: '{"customer":"c1","size":3,"express":true,"note":"two \\"words\\"","zip":"01067"}',
    });
    expect(attributesOf('  ')).toEqual({});
    expect(attributesOf('customer')).toMatchObject({ problem: expect.stringContaining('customer=c1') as string });
  });

  it('turns a span into a time', () => {
    expect(sinceOf('1h', Date.parse('2030-01-01T01:00:00Z'))).toBe('2030-01-01T00:00:00.000Z');
    expect(sinceOf('', 0)).toBe(undefined);
  });
});
