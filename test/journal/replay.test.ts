import { type Coroutine, createTask, Future, gather, NondeterminismError, signal, sleep, step, timeout } from 'lull';
import { describe, expect, it } from 'vitest';
import type { JournalEntry, JournalEvent, RecordedCommand } from '../../lib/journal/event.ts';
import { isRecordedCommand } from '../../lib/journal/event.ts';
import { replay, type Replay } from '../../lib/journal/replay.ts';
import type { PendingStep } from '../../lib/scheduler/live-run.ts';
import { drive, type DriveOptions, encodeAsIs, newRun, START_MS } from '../scheduler/drive.ts';

type Body = () => Coroutine<unknown>;

const named = (name: string) => step(name, () => name);

function* original(): Coroutine<string> {
  yield* named('reserve');
  yield* named('charge');
  yield* sleep('1 day');
  yield* named('ship');
  return 'shipped';
}

function follow(body: Body, journal: readonly JournalEntry[], options: DriveOptions = {}) {
  const run = newRun(body, options);
  const followed = replay(structuredClone(journal), (event, upTo) => run.deliver(event, upTo), {
    codeLocation: () => run.codeLocation(),
    hasEnded: () => run.outcome().kind !== 'going-on',
  });
  return { run, followed };
}

function messageOf(followed: Replay): string {
  if (followed.kind !== 'diverged') throw new Error('it followed');
  expect(followed.error).toBeInstanceOf(NondeterminismError);
  return followed.error.message;
}

const { journal } = drive(original);

describe('code that did not change follows its journal', () => {
  it('to the same outcome, from the whole journal', () => {
    const { run, followed } = follow(original, journal);
    expect(followed).toEqual({ kind: 'followed', unrecorded: [] });
    expect(run.outcome()).toEqual({ kind: 'completed', value: 'shipped' });
  });

  it('to the same commands and pending, from each of its heads', () => {
    for (let length = 1; length <= journal.length; length += 1) {
      const { run, followed } = follow(original, journal.slice(0, length));
      if (followed.kind === 'diverged') throw followed.error;
      // What the last event led to, and is not in the head, is what the journal goes on with.
      expect(followed.unrecorded).toEqual(journal.slice(length, length + followed.unrecorded.length));
      expect([...run.pending.keys()]).toEqual(
        run.outcome().kind === 'going-on'
          ? [commandsOf(journal.slice(0, length + followed.unrecorded.length)).length]
          : [],
      );
    }
  });

  it('from nothing: there is nothing to follow', () => {
    expect(follow(original, []).followed).toEqual({ kind: 'followed', unrecorded: [] });
  });
});

describe('a worker that died between two records of one delivery', () => {
  const three: Body = () => gather([named('a'), named('b'), named('c')])[Symbol.iterator]() as Coroutine<unknown>;
  const entries = drive(three).journal;
  const started = entries[0] as JournalEvent;
  const commands = commandsOf(entries);
  const takenOver: JournalEvent = { kind: 'taken-over', atMs: START_MS + 1 };

  it('leaves commands that are asked for and not recorded: they are given, in order', () => {
    expect(follow(three, [started, commands[0]!]).followed).toEqual({
      kind: 'followed',
      unrecorded: commands.slice(1),
    });
  });

  it('may be followed by fences before the rest is recorded, and by a terminate', () => {
    const terminate: JournalEvent = { kind: 'terminate-requested', messageId: 'm', atMs: START_MS + 2, reason: '' };
    const fenced = [started, commands[0]!, takenOver, takenOver];
    expect(follow(three, fenced).followed).toEqual({ kind: 'followed', unrecorded: commands.slice(1) });
    const { followed } = follow(three, [...fenced, commands[1]!, terminate, commands[2]!]);
    expect(followed).toEqual({ kind: 'followed', unrecorded: [] });
  });

  it('I3: has interrupted only the steps that were recorded before the fence', () => {
    const { run } = follow(three, [started, commands[0]!, takenOver, commands[1]!, takenOver, commands[2]!]);
    expect([...run.pending.values()].map((step) => (step as PendingStep).interruptions)).toEqual([2, 1, 0]);
  });

  it('is no excuse for an event that code can see', () => {
    const { followed } = follow(three, [
      started,
      commands[0]!,
      { kind: 'step-completed', id: 1, atMs: START_MS, value: null },
    ]);
    expect(messageOf(followed)).toContain('The journal says: step-completed of #1. The code asks for #2 step "b"');
  });
});

const changed: readonly (readonly [change: string, body: Body, journalSays: string, code: string])[] = [
  [
    'two steps are swapped',
    function* () {
      yield* named('charge');
      yield* named('reserve');
      yield* sleep('1 day');
      yield* named('ship');
    },
    '#1 step "reserve"',
    'asks for #1 step "charge"',
  ],
  [
    'a step is renamed',
    function* () {
      yield* named('reserve');
      yield* named('pay');
      yield* sleep('1 day');
      yield* named('ship');
    },
    '#2 step "charge"',
    'asks for #2 step "pay"',
  ],
  [
    'a step is removed',
    function* () {
      yield* named('reserve');
      yield* sleep('1 day');
      yield* named('ship');
    },
    '#2 step "charge"',
    'asks for #2 sleep "sleep"',
  ],
  [
    'a step is added before recorded ones',
    function* () {
      yield* named('greet');
      yield* named('reserve');
      yield* named('charge');
    },
    '#1 step "reserve"',
    'asks for #1 step "greet"',
  ],
  [
    'a step becomes a sleep',
    function* () {
      yield* named('reserve');
      yield* sleep('1s');
    },
    '#2 step "charge"',
    'asks for #2 sleep "sleep"',
  ],
  [
    'a sleep becomes a timeout',
    function* () {
      yield* named('reserve');
      yield* named('charge');
      yield* timeout('1 day', named('ship'));
    },
    '#3 sleep "sleep"',
    'asks for #3 sleep "timeout"',
  ],
  [
    'the code returns early, past recorded commands',
    function* () {
      yield* named('reserve');
    },
    '#2 step "charge"',
    'has ended by then',
  ],
  [
    'the code fails before it comes there',
    function* () {
      yield* named('reserve');
      throw new Error('a new check');
    },
    '#2 step "charge"',
    'has ended by then',
  ],
  [
    'a step is asked for at the side of recorded ones',
    function* () {
      createTask(named('audit'));
      yield* named('reserve');
    },
    'step-completed of #1',
    'asks for #2 step "audit"',
  ],
  [
    'a signal is awaited instead',
    function* () {
      yield* named('reserve');
      yield* signalNever();
    },
    '#2 step "charge"',
    'asks for #2 receive "never"',
  ],
  [
    'the code waits for what is no command',
    function* () {
      yield* named('reserve');
      yield* new Future();
    },
    '#2 step "charge"',
    'asks for nothing more',
  ],
];

function* signalNever(): Coroutine<unknown> {
  return yield* signal('never').receive();
}

describe('I8: code that changed is told where it cannot follow, with both sides, and what to do', () => {
  it.each(changed)('%s', (_, body, journalSays, code) => {
    const message = messageOf(follow(body, journal).followed);
    expect(message).toContain(`The journal says: ${journalSays}. The code ${code}.`);
    expect(message).toMatch(/The code stands (in task "[^"]+", |before its first await)/);
    expect(message).toMatch(/Deploy code that can follow.*terminate/);
  });

  it('the error says where the code stands', () => {
    const { followed } = follow(changed[1]![1], journal);
    expect(messageOf(followed)).toContain('The code stands in task "Task-1", after step "pay"');
  });

  it('a step that is added after the recorded ones is no divergence', () => {
    const head = journal.slice(0, journal.findIndex((entry) => entry.kind === 'sleep') + 1);
    const longer: Body = function* () {
      yield* named('reserve');
      yield* named('charge');
      yield* sleep('3 days');
      yield* named('insure');
    };
    expect(follow(longer, head).followed.kind).toBe('followed');
  });
});

describe('an event that the code cannot take', () => {
  it('for a command that it has withdrawn: two steps of a race, say, whose order changed', () => {
    const journal: JournalEntry[] = [
      { kind: 'started', atMs: START_MS, version: 'v1' },
      { kind: 'step', id: 1, name: 'a' },
      { kind: 'step', id: 2, name: 'b' },
      { kind: 'step-completed', id: 2, atMs: START_MS, value: null },
    ];
    const { followed } = follow(
      function* () {
        const task = createTask(gather([named('a'), named('b')]));
        yield* sleep(0);
        yield* sleep(0);
        task.cancel();
        yield* sleep(0);
        yield* signalNever();
      },
      [...journal.slice(0, 3), { kind: 'receive', id: 3, name: 'never' }, journal[3]!],
    );
    expect(messageOf(followed)).toMatch(
      /The journal says: step-completed of #2\. The code cannot take it: .*#2.*not pending/,
    );
  });

  it('that cannot be decoded any more: the cause is kept', () => {
    const cause = new Error('class Order is not registered');
    const decode = () => {
      throw cause;
    };
    const { followed } = follow(original, journal, { live: { decode } });
    expect(messageOf(followed)).toContain('class Order is not registered');
    expect(followed.kind === 'diverged' && followed.error.cause).toBe(cause);
  });
});

it('replay compares positions, kinds and names, and no values: a body that computes another argument follows', () => {
  let rate = 1;
  const body: Body = function* () {
    return yield* step('convert', () => rate * 10);
  };
  const { journal } = drive(body);
  rate = 2;
  const { run, followed } = follow(body, journal);
  expect(followed.kind).toBe('followed');
  expect(run.outcome()).toEqual({ kind: 'completed', value: 10 });
});

it('what is fed is what was recorded: replay needs no LiveRun', () => {
  const delivered: JournalEvent[] = [];
  const answers = new Map<string, RecordedCommand[]>([['started', [{ kind: 'step', id: 1, name: 'a' }]]]);
  const entries: JournalEntry[] = [
    { kind: 'started', atMs: 1, version: 'v1' },
    { kind: 'step', id: 1, name: 'a' },
    { kind: 'step-completed', id: 1, atMs: 2, value: encodeAsIs('x') },
  ];
  const followed = replay(entries, (event) => {
    delivered.push(event);
    return answers.get(event.kind) ?? [];
  });
  expect(followed).toEqual({ kind: 'followed', unrecorded: [] });
  expect(delivered).toEqual([entries[0], entries[2]]);
});

function commandsOf(entries: readonly JournalEntry[]): RecordedCommand[] {
  return entries.filter(isRecordedCommand);
}
