import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createTask, patched, sleep, step, workflow } from 'lull';
import { decode } from '../../lib/codec/decode.ts';
import { encode } from '../../lib/codec/encode.ts';
import { Prng } from '../../lib/core/prng.ts';
import { definitionOf } from '../../lib/core/workflow.ts';
import { createRunRandom } from '../../lib/engine/run-seed.ts';
import { digestArguments } from '../../lib/engine/digest-arguments.ts';
import type { JournalEntry, Started } from '../../lib/journal/event.ts';
import { replay } from '../../lib/journal/replay.ts';
import { createLiveRun } from '../../lib/scheduler/create-live-run.ts';
import { everything, playEverything, START } from './journal-v1.ts';
import { playSeeded, seeded } from './seeded-v1.ts';
import { outgoing } from '../scheduler/outgoing.ts';

// Once in somebody's table, always followed: this file is never edited. A new kind of entry gets a file of its own.
const golden = JSON.parse(readFileSync(new URL('journal-v1.json', import.meta.url), 'utf8')) as {
  readonly records: readonly { readonly entries: readonly JournalEntry[] }[];
  readonly result: never;
};

it('a journal with a patch is followed today, on the new branch', () => {
  const { entries } = JSON.parse(readFileSync(new URL('patched-v1.json', import.meta.url), 'utf8')) as {
    readonly entries: readonly JournalEntry[];
  };
  const mails = workflow('mails', function* () {
    return patched('receipt-by-mail') ? yield* step('mail', () => '') : yield* step('print', () => '');
  });
  const live = createLiveRun({
    info: { id: 'r1', workflow: 'mails', version: 'unversioned', startedAt: START, attempt: 1 },
    random: new Prng('r1'),
    body: () => definitionOf(mails).start(undefined),
    ...outgoing,
    recordedDueAtMs: () => undefined,
    recordedPatches: new Set(entries.flatMap((entry) => (entry.kind === 'patched' ? [entry.patch] : []))),
    isReplaying: () => true,
    decode: (encoded) => decode(encoded),
    digestArguments: () => undefined,
    log: () => undefined,
    strict: true,
  });
  expect(replay(entries, (event, upTo) => live.deliver(event, upTo))).toEqual({ kind: 'followed', unrecorded: [] });
  expect(live.outcome()).toEqual({ kind: 'completed', value: 'mailed' });
});

it('a journal that came to its limit is followed today, to the same failure, with the limits of its own', () => {
  const { entries } = JSON.parse(readFileSync(new URL('limit-reached-v1.json', import.meta.url), 'utf8')) as {
    readonly entries: readonly JournalEntry[];
  };
  const fanning = workflow('fanning', function* () {
    const code = refusalOf(() => [1, 2, 3].map(() => createTask(sleep(0))));
    yield* step(String(code), () => null);
    try {
      yield* sleep('1 day');
    } finally {
      yield* step('clean up', () => null);
    }
  });
  const [started] = entries as [Started];
  const live = createLiveRun({
    info: { id: 'r1', workflow: 'fanning', version: 'unversioned', startedAt: START, attempt: 1 },
    random: new Prng('r1'),
    body: () => definitionOf(fanning).start(undefined),
    ...outgoing,
    recordedDueAtMs: () => undefined,
    isReplaying: () => true,
    decode: (encoded) => decode(encoded),
    digestArguments: () => undefined,
    log: () => undefined,
    strict: true,
    ...(started.limits && { limits: started.limits }),
  });
  expect(replay(entries, (event, upTo) => live.deliver(event, upTo))).toEqual({ kind: 'followed', unrecorded: [] });
  expect(live.outcome()).toMatchObject({
    kind: 'failed',
    error: { code: 'JOURNAL_TOO_LONG', message: 'the journal of the run has 4 events, and the limit is 4' },
  });
});

describe('a journal with a seed, and with what tells its steps apart', () => {
  const { entries, result } = JSON.parse(readFileSync(new URL('seeded-v1.json', import.meta.url), 'utf8')) as {
    readonly entries: readonly [Started, ...JournalEntry[]];
    readonly result: never;
  };

  it('is followed today, to the same random numbers, arguments and keys', () => {
    const live = createLiveRun({
      info: { id: 'seeded', workflow: 'seeded', version: 'unversioned', startedAt: START, attempt: 1 },
      random: createRunRandom('seeded', entries[0].seed),
      body: () => definitionOf(seeded).start(['ada', 'bob']),
      ...outgoing,
      recordedDueAtMs: () => undefined,
      decode: (encoded) => decode(encoded),
      digestArguments,
      log: () => undefined,
      strict: true,
    });
    expect(replay(entries, (event, upTo) => live.deliver(event, upTo))).toEqual({ kind: 'followed', unrecorded: [] });
    expect(live.outcome()).toEqual({ kind: 'completed', value: decode(result) });
  });

  it('is written today as it was', async () => {
    const played = await playSeeded();
    expect(played.records.flatMap((record) => record.entries)).toEqual(entries);
    expect(encode(played.result, 'the result')).toEqual(result);
  });
});

function refusalOf(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
}

describe('a journal that was written with format version 1', () => {
  const entries = golden.records.flatMap((record) => record.entries);

  it('has most kinds of entries', () => {
    expect([...new Set(entries.map(({ kind }) => kind))].sort()).toEqual([
      'cancel-requested',
      'receive',
      'signal-received',
      'sleep',
      'sleep-completed',
      'started',
      'step',
      'step-completed',
      'step-failed',
      'step-retrying',
    ]);
  });

  it('is followed today, to the same result', () => {
    const live = createLiveRun({
      info: { id: 'everything', workflow: 'everything', version: 'unversioned', startedAt: START, attempt: 1 },
      random: new Prng('everything'),
      body: () => definitionOf(everything).start({ id: 'o-1' }),
      ...outgoing,
      recordedDueAtMs: () => undefined,
      decode: (encoded) => decode(encoded),
      digestArguments: () => undefined,
      log: () => undefined,
      strict: true,
    });
    expect(replay(entries, (event, upTo) => live.deliver(event, upTo))).toEqual({ kind: 'followed', unrecorded: [] });
    expect(live.outcome()).toEqual({ kind: 'completed', value: decode(golden.result) });
  });

  it('is written today as it was, with a seed in its first entry', async () => {
    const { records, result } = await playEverything();
    const [{ seed, ...started }, ...others] = records.flatMap((record) => record.entries) as [Started];
    expect(seed).not.toBe('');
    expect(JSON.parse(JSON.stringify([started, ...others]))).toEqual(entries);
    expect(JSON.stringify(encode(result, 'the result'))).toBe(JSON.stringify(golden.result));
  });
});
