/** A run in sentences. */
import { explainAwait, explainRun, explainWaits, type WaitsFor } from 'lull/client';
import { describe, expect, it } from 'vitest';

const now = new Date('2030-01-04T12:00:00Z');
const createdAt = new Date('2030-01-01T12:00:00Z');
const run = { id: 'r', workflow: 'approval', input: null, createdAt } as const;
const task = { id: '1', name: 'Task-1', calls: [], tasks: [] } as const;
const options = { now };

const approval: WaitsFor = {
  from: 'code',
  tasks: [
    {
      ...task,
      awaits: [{ kind: 'signal', name: 'approved', since: createdAt, until: new Date('2030-01-08T12:00:00Z') }],
      at: 'approval.ts:14:10',
    },
  ],
};

describe('explainRun', () => {
  it('says what a run waits for, since when, until when, and where', () => {
    expect(explainRun({ ...run, status: 'suspended', waitsFor: approval }, options)).toEqual([
      'waits for signal "approved" since Tue 2030-01-01 12:00 UTC (3 days), until Tue 2030-01-08 12:00 UTC (in 4 days), ' +
        'at approval.ts:14',
    ]);
  });

  it('takes an answer of the HTTP API, in which times are texts', () => {
    const description = { ...run, status: 'suspended', waitsFor: approval } as const;
    const answer = JSON.parse(JSON.stringify(description)) as typeof description;
    expect(explainRun(answer, options)).toEqual(explainRun(description, options));
  });

  it('shows times in another zone', () => {
    const [line] = explainRun({ ...run, status: 'suspended', waitsFor: approval }, { now, timeZone: 'Asia/Kathmandu' });
    expect(line).toContain('since Tue 2030-01-01 17:45 (3 days)');
  });

  it.each([
    [{ status: 'pending', dueAt: now }, 'has not begun: its first turn comes now'],
    [
      { status: 'pending', dueAt: new Date('2030-01-04T14:00:00Z') },
      'has not begun: its first turn comes at 14:00:00 UTC (in 2 hours)',
    ],
    [{ status: 'running' }, 'a worker is taking a turn of it'],
    [{ status: 'suspended' }, 'waits for something from outside'],
    [
      { status: 'suspended', dueAt: new Date('2030-01-04T12:00:40Z') },
      'goes on by itself at 12:00:40 UTC (in 40 seconds)',
    ],
    [{ status: 'paused' }, 'is paused: it takes no turns until it is resumed'],
    [
      { status: 'paused', pausedAt: new Date('2030-01-04T11:00:00Z') },
      'has been paused since 11:00:00 UTC (60 minutes): it takes no turns until it is resumed',
    ],
    [{ status: 'completed', endedAt: now, result: 1 }, 'completed 12:00:00 UTC, after 3 days'],
    [
      { status: 'failed', endedAt: now, error: new TypeError('no card') },
      'failed 12:00:00 UTC, after 3 days: TypeError: no card',
    ],
    [{ status: 'cancelled', endedAt: now, reason: 'late' }, 'cancelled 12:00:00 UTC, after 3 days: late'],
    [{ status: 'terminated', endedAt: now, reason: '' }, 'terminated 12:00:00 UTC, after 3 days'],
  ] as const)('of a run that is %o', (of, line) => {
    expect(explainRun({ ...run, ...of }, options)).toEqual([line]);
  });
});

it('shows both sides of a run that is blocked, and what to do', () => {
  const blocked = {
    since: createdAt,
    reason: 'a long sentence',
    recorded: '#1 step "a"',
    requested: 'asks for #1 step "b"',
  };
  expect(explainRun({ ...run, status: 'blocked', blocked }, options)).toEqual([
    'has been blocked since Tue 2030-01-01 12:00 UTC (3 days): its code cannot follow its journal',
    '  recorded:  #1 step "a"',
    '  requested: the code asks for #1 step "b"',
    'deploy code that can follow, and it goes on; or terminate it',
  ]);
  const lost = { since: createdAt, reason: '2 workers were lost' };
  expect(explainRun({ ...run, status: 'blocked', blocked: lost, dueAt: now }, options)).toEqual([
    'has been blocked since Tue 2030-01-01 12:00 UTC (3 days): 2 workers were lost',
    'it is tried again now',
  ]);
});

describe('explainWaits', () => {
  it('shows a tree of tasks', () => {
    const waitsFor: WaitsFor = {
      from: 'code',
      omitted: 3,
      tasks: [
        {
          ...task,
          calls: ['gather()'],
          at: 'order.ts:9:3',
          awaits: [
            { kind: 'task', taskId: '2', name: 'Task-2', since: now },
            { kind: 'task', taskId: '3', name: 'Task-3', since: now },
          ],
          tasks: [
            { ...task, id: '2', name: 'Task-2', awaits: [{ kind: 'call', call: 'lock.acquire()', since: now }] },
            { ...task, id: '3', name: 'Task-3', awaits: [] },
          ],
        },
      ],
    };
    expect(explainWaits(waitsFor, options)).toEqual([
      'Task-1 waits for gather() of task "Task-2" and task "Task-3" since 12:00:00 UTC (less than a second), at order.ts:9',
      '  Task-2 waits for lock.acquire() since 12:00:00 UTC (less than a second)',
      '  Task-3 is about to go on',
      'and 3 more',
    ]);
  });

  it('says what the journal alone has, and why only that', () => {
    const because = 'the code is not here';
    expect(explainWaits({ from: 'journal', awaits: [{ kind: 'signal', name: 'go' }], because }, options)).toEqual([
      'waits for signal "go"',
      '(this is from its journal alone: the code is not here)',
    ]);
    expect(explainWaits({ from: 'journal', awaits: [], because }, options)[0]).toBe(
      'waits for nothing that its journal has',
    );
  });
});

describe('explainAwait', () => {
  const step = { kind: 'step', name: 'charge', stepId: 'charge#1', since: new Date('2030-01-04T11:58:30Z') } as const;

  it.each([
    [{ ...step, attempt: 1 }, 'step "charge" since 11:58:30 UTC (90 seconds): attempt 1'],
    [
      { ...step, attempt: 3, retryAt: new Date('2030-01-04T12:00:40Z'), lastError: 'Error: busy' },
      'step "charge" since 11:58:30 UTC (90 seconds): attempt 3 comes at 12:00:40 UTC (in 40 seconds); the one before ' +
        'failed with Error: busy',
    ],
    [
      { ...step, attempt: 1, heartbeat: { at: new Date('2030-01-04T11:59:59Z') } },
      'step "charge" since 11:58:30 UTC (90 seconds): attempt 1; its last heartbeat was 11:59:59 UTC, 1 second ago',
    ],
    [
      { ...step, name: 'ship', operation: { kind: 'start-child', runId: 'c' }, attempt: 1 },
      'start-child "ship" of run "c" since 11:58:30 UTC (90 seconds): attempt 1',
    ],
    [
      { kind: 'sleep', name: 'sleep', until: new Date('2030-01-05T12:00:00Z') },
      'a sleep until Sat 2030-01-05 12:00 UTC (in 24 hours)',
    ],
    [{ kind: 'sleep', name: 'poll', until: now }, 'a timer (poll) until 12:00:00 UTC (now)'],
    [{ kind: 'callback', name: 'paid', since: now }, 'callback "paid" since 12:00:00 UTC (less than a second)'],
    [{ kind: 'run', runId: 'c' }, 'the end of run "c"'],
  ] as const)('%o', (point, text) => {
    expect(explainAwait(point, options)).toBe(text);
  });
});
