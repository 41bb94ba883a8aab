/**
 * Random little programs on queues and locks, run by CPython 3.14 (cpython/record.py) and by us: every row of the
 * trace is the same, so the order of wake-ups is, and what becomes of cancelled waiters.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Awaitable, Coroutine } from '../../lib/core/awaitable.ts';
import { isCancelled, InvalidStateError } from '../../lib/core/errors.ts';
import type { Task } from '../../lib/core/task.ts';
import { Barrier } from '../../lib/api/barrier.ts';
import { Condition } from '../../lib/api/condition.ts';
import { createTask } from '../../lib/api/create-task.ts';
import { Event } from '../../lib/api/event.ts';
import { Lock } from '../../lib/api/lock.ts';
import { LifoQueue, PriorityQueue, Queue } from '../../lib/api/queue.ts';
import { BoundedSemaphore, Semaphore } from '../../lib/api/semaphore.ts';
import { sleep } from '../../lib/api/sleep.ts';
import { InconclusiveError } from '../inconclusive.ts';
import { drive, type Mode } from '../scheduler/drive.ts';

type Op = [verb: string, ...args: unknown[]];

interface Program {
  readonly object: [kind: keyof typeof KINDS, ...args: number[]];
  readonly tasks: { readonly stubborn: boolean; readonly ops: Op[] }[];
  readonly trace: string[];
}

const KINDS = {
  Lock,
  Semaphore,
  BoundedSemaphore,
  Condition,
  Event,
  Barrier,
  Queue: Queue<number>,
  LifoQueue: LifoQueue<number>,
  PriorityQueue: PriorityQueue<number>,
};

// The programs are data: the compiler cannot know that each verb meets an object that has it.
type Subject = Lock & Condition & Event & Barrier & Queue<number>;

const { python, programs } = JSON.parse(readFileSync(new URL('cpython/traces.json', import.meta.url), 'utf8')) as {
  readonly python: string;
  readonly programs: Program[];
};

test('the programs were recorded with the version that the documents name', () => {
  expect(python).toMatch(/^3\.14\./);
});

describe.each<Mode>(['straight', 'rebuilt'])('%s', (mode) => {
  test.each(Object.keys(KINDS))('programs on a %s give the traces that CPython gives', (kind) => {
    const ofThisKind = programs.filter((program) => program.object[0] === kind);
    expect(ofThisKind.length).toBeGreaterThan(5);
    for (const program of ofThisKind) {
      let trace: string[] | undefined;
      drive(
        function* () {
          trace = yield* run(program);
        },
        { mode },
      );
      // Tasks that are left over may keep the run from ending; the body has to have returned.
      if (trace === undefined) throw new InconclusiveError(JSON.stringify([program.object, program.tasks]));
      expect(trace, JSON.stringify([program.object, program.tasks])).toEqual(program.trace);
    }
  });
});

function* run({ object: [kind, ...args], tasks: specs }: Program): Coroutine<string[]> {
  const trace: string[] = [];
  const subject = new (KINDS[kind] as new (...args: number[]) => unknown)(...args) as Subject;
  const tasks: Task<unknown>[] = [];

  const runOps = function* (name: string, ops: Op[], stubborn: boolean): Coroutine<void> {
    for (const [at, op] of ops.entries()) {
      const where = `${name}.${at} ${op[0]}`;
      let outcome: string;
      try {
        const result = yield* perform(op, subject, tasks, (body) => runOps(`${name}.${at}`, body, stubborn));
        outcome = result === undefined ? '' : ` ${JSON.stringify(result)}`;
      } catch (error) {
        if (isCancelled(error)) {
          trace.push(`${where} cancelled ${state(kind, subject)}`);
          if (stubborn) continue;
          throw error;
        }
        outcome = error instanceof InvalidStateError ? ' misuse' : ` ${(error as Error).name}`;
      }
      trace.push(`${where}${outcome} ${state(kind, subject)}`);
    }
  };

  for (const [n, { ops, stubborn }] of specs.entries()) tasks.push(createTask(runOps(`t${n}`, ops, stubborn)));
  yield* pause(40);
  trace.push('the end');
  for (let round = 0; round < 6; round += 1) {
    for (const task of tasks) task.cancel();
    yield* pause(12);
  }
  const ends = tasks.map((task) => (task.done() ? (task.cancelled() ? 'c' : 'd') : '.'));
  // What the end of the run does to tasks that are left is no part of it.
  return [...trace, `${state(kind, subject)} ${ends.join('')}`];
}

function* pause(times: number): Coroutine<void> {
  for (let time = 0; time < times; time += 1) yield* sleep(0);
}

type Perform = (
  subject: Subject,
  args: [never],
  tasks: Task<unknown>[],
  runBody: (ops: Op[]) => Coroutine<void>,
) => Awaitable<unknown>;

/** What is no call that waits is done at once. */
const now = (act: (subject: Subject, args: [never], tasks: Task<unknown>[]) => unknown): Perform =>
  function* (subject, args, tasks) {
    return act(subject, args, tasks);
  };

const VERBS: Record<string, Perform> = {
  pause: () => sleep(0),
  cancel: now((_, [index], tasks) => tasks[index]?.cancel()),
  with: (subject, [ops], _, runBody) => subject.with(() => runBody(ops)),
  acquire: (subject) => subject.acquire(),
  release: now((subject) => subject.release()),
  wait: (subject) => subject.wait(),
  notify: now((subject, [n]) => subject.notify(n)),
  notifyAll: now((subject) => subject.notifyAll()),
  set: now((subject) => subject.set()),
  clear: now((subject) => subject.clear()),
  reset: (subject) => subject.reset(),
  abort: (subject) => subject.abort(),
  put: (subject, [item]) => subject.put(item),
  get: (subject) => subject.get(),
  putNowait: now((subject, [item]) => subject.putNowait(item)),
  getNowait: now((subject) => subject.getNowait()),
  taskDone: now((subject) => subject.taskDone()),
  join: (subject) => subject.join(),
  shutdown: now((subject, [immediate]) => subject.shutdown(immediate)),
};

function* perform(
  [verb, ...args]: Op,
  subject: Subject,
  tasks: Task<unknown>[],
  runBody: (ops: Op[]) => Coroutine<void>,
): Coroutine<unknown> {
  return yield* VERBS[verb]!(subject, args as [never], tasks, runBody);
}

function state(kind: Program['object'][0], subject: Subject): string {
  if (kind.endsWith('Queue')) return `${subject.qsize()}${subject.empty() ? 'e' : ''}${subject.full() ? 'f' : ''}`;
  if (kind === 'Event') return subject.isSet() ? 'set' : 'unset';
  if (kind === 'Barrier') return `${subject.nWaiting}${subject.broken ? 'b' : ''}`;
  return subject.locked() ? 'locked' : 'unlocked';
}
