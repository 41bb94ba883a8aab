import { describe, expect, it } from 'vitest';
import { readJson } from '../../console/text/read-json.ts';
import {
  actionsFor,
  awaitedSignals,
  isFor,
  stepIdsOf,
  whatHappens,
  type Action,
} from '../../console/text/what-happens.ts';
import type { EventAnswer, ShownRun } from '../../console/data/answers.ts';

const now = new Date('2030-01-04T00:00:00Z');
const run: ShownRun = {
  id: 'o-1',
  workflow: 'w',
  status: 'suspended',
  createdAt: '2030-01-01T00:00:00Z',
  waitsFor: {
    from: 'code',
    tasks: [
      {
        id: '1',
        name: 'Task-1',
        awaits: [{ kind: 'signal', name: 'approved', since: '2030-01-01T00:00:00Z' }],
        calls: [],
        tasks: [],
      },
    ],
  },
};
const events: EventAnswer[] = [
  { kind: 'started' },
  { kind: 'step', id: 1, stepId: 'a#1', name: 'a' },
  { kind: 'step-completed', id: 1, stepId: 'a#1' },
  { kind: 'step', id: 2, stepId: 'charge#1', name: 'charge' },
  { kind: 'step-failed', id: 2, stepId: 'charge#1', error: { message: 'the bank said no' } },
];

function said(action: Action, more: { status?: ShownRun['status']; before?: string; name?: string } = {}): string {
  const { status = run.status, ...rest } = more;
  return whatHappens(action, { run: { ...run, status }, events, now, timeZone: 'UTC', ...rest }).join(' ');
}

describe('what will happen', () => {
  it('of a cancel says where the code is interrupted, and that a blocked run hears of it later', () => {
    expect(said('cancel')).toContain(
      'CancelledError where it waits. It may clean up, and it may go on. waits for signal "approved" since',
    );
    expect(said('cancel', { status: 'blocked' })).toContain('when it can follow again. Terminate ends it now');
  });

  it('of a retry names the step that is done again, and why it failed', () => {
    expect(said('retry', { status: 'failed' })).toBe(
      'It goes on from step "charge#1", which failed with: the bank said no. What was recorded before is not done again.',
    );
    expect(said('retry')).toContain('has not failed');
  });

  it('of a fork says what the new run has, and refuses a step that is not there', () => {
    expect(said('fork', { before: 'charge#1' })).toContain(
      'the events of this one up to event 3, 1 completed step among them, and does "charge#1" itself',
    );
    expect(said('fork', { before: 'x#1' })).toBe('There is no step "x#1" in this history.');
  });

  it('of a signal says whether the run waits for it', () => {
    expect([...awaitedSignals(run.waitsFor)]).toEqual(['approved']);
    expect(said('signal', { name: 'approved' })).toContain('waits for it now');
    expect(said('signal', { name: 'approve' })).toContain('does not wait for it now');
  });

  it('is offered where it makes sense', () => {
    expect(actionsFor('failed')).toEqual(['retry', 'query', 'fork', 'delete']);
    expect(actionsFor('blocked')).toEqual(['signal', 'update', 'query', 'pause', 'cancel', 'terminate', 'fork']);
    expect(actionsFor('paused')).toContain('resume');
    expect(said('pause')).toContain('nothing new until it is resumed');
    expect([
      isFor('retry', 'failed'),
      isFor('retry', 'completed'),
      isFor('delete', 'failed'),
      isFor('cancel', 'failed'),
      isFor('cancel', 'blocked'),
    ]).toEqual([true, false, true, false, true]);
    expect(stepIdsOf(events)).toEqual(['a#1', 'charge#1']);
  });

  it('takes JSON, nothing, and says what is wrong with the rest', () => {
    expect([readJson(' '), readJson('{"a":1}')]).toEqual([{ value: undefined }, { value: { a: 1 } }]);
    expect(readJson('{"a":')).toMatchObject({ problem: expect.stringContaining('that is no JSON') as string });
  });
});
