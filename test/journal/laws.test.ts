/** Each law: journals that keep it at its edge, and the smallest journals that break it and no law before it. */
import { describe, expect, test } from 'vitest';
import type { JournalEntry } from '../../lib/journal/event.ts';
import * as laws from '../../lib/journal/laws.ts';
import { findBrokenLaw, LAWS, type Law } from '../../lib/journal/laws.ts';
import type { JournalRecord } from '../../lib/journal/record.ts';

const atMs = 0;
const started: JournalEntry = { kind: 'started', atMs, version: 'v1' };
const takenOver: JournalEntry = { kind: 'taken-over', atMs };
const step = (id: number): JournalEntry => ({ kind: 'step', id, name: 'a' });
const sleep = (id: number): JournalEntry => ({ kind: 'sleep', id, name: 'sleep', dueAtMs: 1 });
const receive = (id: number): JournalEntry => ({ kind: 'receive', id, name: 'news' });
const completed = (id: number): JournalEntry => ({ kind: 'step-completed', id, atMs, value: 1 });
const woken = (id: number): JournalEntry => ({ kind: 'sleep-completed', id, atMs });
const retrying = (id: number, attempt: number): JournalEntry => ({
  kind: 'step-retrying',
  id,
  atMs,
  attempt,
  error: 1,
  retryAtMs: 1,
});
const news = (messageId: string): JournalEntry => ({
  kind: 'signal-received',
  messageId,
  atMs,
  name: 'news',
  payload: 1,
});
const unread = (messageId: string): JournalEntry => ({ ...news(messageId), unread: true }) as JournalEntry;
const terminate: JournalEntry = { kind: 'terminate-requested', messageId: 't', atMs, reason: 'enough' };
const cancel: JournalEntry = { kind: 'cancel-requested', messageId: 'c', atMs, reason: 'enough' };
const limit: JournalEntry = { kind: 'limit-reached', atMs, limit: 'maxJournalEvents', reason: 'long' };
const stopped: JournalEntry = { kind: 'code-stopped', atMs, error: 1 };
const timeIsUp: JournalEntry = { kind: 'deadline-passed', atMs, reason: 'late' };
const called = (id: number, messageId: string): JournalEntry => ({
  ...{ kind: 'callback-completed', messageId, atMs },
  ...{ id, name: 'c', value: 1 },
});
const beat = (id: number, messageId: string): JournalEntry => ({
  ...{ kind: 'callback-heartbeat', messageId, atMs },
  ...{ id, name: 'c', details: 1 },
});
const failedStep = (id: number): JournalEntry => ({ kind: 'step-failed', id, atMs, error: 1 });
const retried = (number: number, keeps: number): Extract<JournalEntry, { kind: 'retried' }> => ({
  ...{ kind: 'retried', atMs, number, keeps, reason: 'no' },
});
const forkedAt = (keeps: number): JournalEntry => ({ kind: 'forked', atMs, keeps, runId: 'r', before: 'a#1' });
const continued: JournalEntry = { kind: 'continued', atMs, input: 1, carries: [] };
const patched = (patch: string): JournalEntry => ({ kind: 'patched', patch });

/** Records numbered from 1, of epoch 1. */
function journal(...records: readonly (readonly JournalEntry[])[]): JournalRecord[] {
  return records.map((entries, index) => ({ number: index + 1, epoch: 1, nonce: 'n', entries }));
}

/** One record that begins as every journal does. */
const of = (...entries: readonly JournalEntry[]): JournalRecord[] => journal([started, ...entries]);

function withEpochs(...epochs: readonly number[]): JournalRecord[] {
  return epochs.map((epoch, index) => ({
    number: index + 1,
    epoch,
    nonce: `n${epoch}`,
    entries: index === 0 ? [started] : [news(`m${index}`)],
  }));
}

function numbered(...numbers: readonly number[]): JournalRecord[] {
  return numbers.map((number, index) => ({
    number,
    epoch: 1,
    nonce: 'n',
    entries: index === 0 ? [started] : [news(`m${index}`)],
  }));
}

interface Case {
  readonly law: Law;
  readonly kept: readonly JournalRecord[][];
  readonly broken: readonly (readonly [JournalRecord[], string])[];
}

const CASES: Readonly<Record<Exclude<keyof typeof laws, 'LAWS' | 'findBrokenLaw'>, Case>> = {
  recordsCountUp: {
    law: laws.recordsCountUp,
    kept: [[], numbered(1), numbered(1, 2, 3)],
    broken: [
      [numbered(2), 'it has record 2 where 1 belongs'],
      [numbered(1, 3), 'it has record 3 where 2 belongs'],
      [numbered(1, 1), 'it has record 1 where 2 belongs'],
    ],
  },
  epochsNeverFall: {
    law: laws.epochsNeverFall,
    kept: [withEpochs(3), withEpochs(1, 1, 4)],
    broken: [[withEpochs(1, 2, 1), 'it has record 3 of epoch 1 after one of epoch 2']],
  },
  startedComesFirst: {
    law: laws.startedComesFirst,
    kept: [of(), of(step(1))],
    broken: [
      [journal([step(1)]), 'it begins with "step", not "started"'],
      [journal([started], [started]), 'it has "started" twice'],
    ],
  },
  fencesBeginRecords: {
    law: laws.fencesBeginRecords,
    kept: [of(takenOver), journal([started], [takenOver]), journal([started], [takenOver, step(1)])],
    broken: [
      [of(step(1), takenOver), 'it has "taken-over" in the middle of record 1'],
      [journal([started], [news('m'), takenOver]), 'it has "taken-over" in the middle of record 2'],
    ],
  },
  commandsCountUp: {
    law: laws.commandsCountUp,
    kept: [of(step(1), sleep(2), receive(3))],
    broken: [
      [of(step(2)), 'it has command #2 where #1 belongs'],
      [of(step(1), sleep(1)), 'it has command #1 where #2 belongs'],
    ],
  },
  eventsHaveACommand: {
    law: laws.eventsHaveACommand,
    kept: [
      of(step(1), sleep(2), woken(2), completed(1)),
      of(step(1), { kind: 'step-interrupted', id: 1, atMs }, retrying(1, 1), completed(1)),
    ],
    broken: [
      [of(completed(1)), 'it has step-completed of #1, which is not asked for, or has ended'],
      [of(completed(1), step(1)), 'it has step-completed of #1, which is not asked for, or has ended'],
      [of(step(1), completed(1), completed(1)), 'it has step-completed of #1, which is not asked for, or has ended'],
      [of(step(1), completed(1), retrying(1, 1)), 'it has step-retrying of #1, which is not asked for, or has ended'],
      [of(sleep(1), completed(1)), 'it has step-completed of #1, which is a sleep'],
      [of(step(1), woken(1)), 'it has sleep-completed of #1, which is a step'],
      [of(receive(1), woken(1)), 'it has sleep-completed of #1, which is a receive'],
    ],
  },
  attemptsCountUp: {
    law: laws.attemptsCountUp,
    kept: [of(step(1), step(2), retrying(1, 1), retrying(2, 1), retrying(1, 2))],
    broken: [
      [of(step(1), retrying(1, 2)), 'it has attempt 2 of #1 where 1 belongs'],
      [of(step(1), retrying(1, 1), retrying(1, 1)), 'it has attempt 1 of #1 where 2 belongs'],
    ],
  },
  messagesComeOnce: {
    law: laws.messagesComeOnce,
    kept: [of(news('a'), news('b'), cancel)],
    broken: [
      [journal([started, news('a')], [news('a')]), 'the message "a" is in it twice'],
      [of(news('a'), unread('a')), 'the message "a" is in it twice'],
    ],
  },
  callbacksEndOnce: {
    law: laws.callbacksEndOnce,
    kept: [of(called(1, 'a'), beat(1, 'b'), called(2, 'c')), of(beat(1, 'a'), beat(1, 'b'))],
    broken: [[of(called(1, 'a'), called(1, 'b')), 'the end of callback "#1" is in it twice']],
  },
  patchesAreTakenOnce: {
    law: laws.patchesAreTakenOnce,
    kept: [of(patched('a'), patched('b'))],
    broken: [[of(patched('a'), step(1), patched('a')), 'the patch "a" is in it twice']],
  },
  limitIsReachedOnce: {
    law: laws.limitIsReachedOnce,
    kept: [of(limit, step(1), completed(1))],
    broken: [[of(limit, limit), 'it has "limit-reached" twice']],
  },
  codeIsStoppedOnce: {
    law: laws.codeIsStoppedOnce,
    kept: [of(stopped, step(1), completed(1))],
    broken: [[of(stopped, stopped), 'it has "code-stopped" twice']],
  },
  deadlinePassesOnce: {
    law: laws.deadlinePassesOnce,
    kept: [of(), journal([{ ...started, deadlineAtMs: atMs }, timeIsUp])],
    broken: [
      [of(timeIsUp), 'it has "deadline-passed" twice, or without a deadline'],
      [
        journal([{ ...started, deadlineAtMs: atMs }, timeIsUp], [timeIsUp]),
        'it has "deadline-passed" twice, or without a deadline',
      ],
    ],
  },
  retriesKeepWhatStands: {
    law: laws.retriesKeepWhatStands,
    kept: [
      of(step(1), failedStep(1), retried(1, 2), retrying(1, 1), failedStep(1), retried(2, 2), completed(1)),
      of(step(1), news('a'), step(2), unread('b'), retried(1, 2), news('a'), step(2), news('b')),
      of(step(1), step(2), completed(1), forkedAt(2), step(2), completed(1)),
      journal([{ ...started, deadlineAtMs: atMs }, timeIsUp], [{ ...retried(1, 1), deadlineAtMs: 5 }, timeIsUp]),
      of(limit, retried(1, 1), limit),
    ],
    broken: [
      [of(retried(2, 1)), 'it has "retried" of number 2 where 1 belongs'],
      [of(step(1), retried(1, 2), retried(1, 2)), 'it has "retried" of number 1 where 2 belongs'],
      [of(step(1), retried(1, 5)), 'it has "retried" that keeps 5 entries'],
      [of(step(1), failedStep(1), retried(1, 1), retried(2, 3)), 'it has "retried" that keeps 3 entries'],
      [of(forkedAt(1), forkedAt(1)), 'it has "forked" twice'],
    ],
  },
  nothingFollowsContinued: {
    law: laws.nothingFollowsContinued,
    kept: [of(continued), journal([started, continued], [takenOver])],
    broken: [
      [of(continued, step(1)), 'it has "step" after "continued"'],
      [of(continued, news('a')), 'it has "signal-received" after "continued"'],
      [of(continued, continued), 'it has "continued" after "continued"'],
    ],
  },
  nothingFollowsTerminate: {
    law: laws.nothingFollowsTerminate,
    kept: [
      of(step(1), terminate, unread('a'), { ...terminate, messageId: 't2' }),
      journal([started, terminate], [takenOver, { kind: 'taken-alone', atMs, version: 'v1' }, unread('a')]),
    ],
    broken: [
      [of(step(1), terminate, completed(1)), 'it has "step-completed" after a request to terminate'],
      [of(terminate, step(1)), 'it has "step" after a request to terminate'],
      [of(terminate, news('a')), 'it has "signal-received" after a request to terminate'],
    ],
  },
};

describe.each(Object.entries(CASES))('%s', (_, { law, kept, broken }) => {
  test('is kept at its edge', () => {
    for (const records of kept) expect(findBrokenLaw(records)).toBeUndefined();
  });

  test('is named as the first law that is broken, with the place', () => {
    for (const [records, breach] of broken) expect(findBrokenLaw(records)).toEqual({ law, breach });
  });
});

test('what was discarded keeps the laws too', () => {
  const records = of(step(1), completed(1), completed(1), retried(1, 2));
  expect(findBrokenLaw(records)?.law).toBe(laws.eventsHaveACommand);
  expect(findBrokenLaw(of(step(1), retried(1, 2), completed(2)))?.law).toBe(laws.eventsHaveACommand);
});

test('each law that is exported is one of the laws that are checked', () => {
  expect(new Set(Object.values(CASES).map(({ law }) => law))).toEqual(new Set(LAWS));
});

test('each sentence ends once', () => {
  for (const { sentence } of LAWS) expect(sentence).toMatch(/^[^.]+\.$/);
});

test('a journal of 100,000 entries is read once by each law that it can break, not once for each entry', () => {
  let reads = 0;
  const entries = Array.from({ length: 50_000 }, (_, index) => [step(index + 1), completed(index + 1)]).flat();
  const counted = new Proxy([started, ...entries], {
    get(target, key, receiver: unknown) {
      if (typeof key === 'string' && /^\d+$/.test(key)) reads += 1;
      return Reflect.get(target, key, receiver) as unknown;
    },
  });
  expect(findBrokenLaw(journal(counted))).toBeUndefined();
  const readers = LAWS.filter(({ about = ['step' as const] }) => about.includes('step')).length;
  expect(readers).toBeLessThan(LAWS.length / 2);
  expect(reads).toBeLessThanOrEqual((readers + 1) * 100_001); // and once for the kinds that it has
});
