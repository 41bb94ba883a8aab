import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { decode } from '../../lib/codec/decode.ts';
import { encodeError } from '../../lib/codec/encode-error.ts';
import { encode } from '../../lib/codec/encode.ts';
import { toError } from '../../lib/core/to-error.ts';
import { definitionOf } from '../../lib/core/workflow.ts';
import { digestArguments } from '../../lib/engine/digest-arguments.ts';
import { createRunRandom, toChildRunId } from '../../lib/engine/run-seed.ts';
import type { JournalEntry, Started } from '../../lib/journal/event.ts';
import { replay } from '../../lib/journal/replay.ts';
import { createLiveRun } from '../../lib/scheduler/create-live-run.ts';
import { START_MS } from '../engine/small-cloud.ts';
import { counter, playCounter, RUN_ID } from './updates-v1.ts';

// Once in somebody's table, always followed: this file is never edited.
const golden = JSON.parse(readFileSync(new URL('updates-v1.json', import.meta.url), 'utf8')) as {
  readonly entries: readonly [Started, ...JournalEntry[]];
  readonly result: number;
};

it('a golden journal has updates that were carried out, answers, and one that was cancelled by the end', () => {
  const names = golden.entries.flatMap((entry) => (entry.kind === 'update-received' ? [entry.name] : []));
  expect(names).toEqual(['add', 'add', 'fail', 'late']);
  const answers = golden.entries.filter((entry) => entry.kind === 'step' && entry.operation?.kind === 'answer');
  expect(answers).toHaveLength(3);
});

it('a journal of updates is followed today, to the same result', () => {
  const dueTimes = new Map(golden.entries.flatMap((entry) => (entry.kind === 'sleep' ? [[entry.id, entry.dueAtMs]] : [])));
  const { seed } = golden.entries[0];
  const live = createLiveRun({
    info: { id: RUN_ID, workflow: 'counter', version: 'unversioned', startedAt: new Date(START_MS), attempt: 1 },
    random: createRunRandom(RUN_ID, seed),
    body: () => definitionOf(counter).start(undefined),
    recordedDueAtMs: (id) => dueTimes.get(id),
    decode: (encoded) => decode(encoded),
    encode: (value, what) => encode(value, what),
    encodeError: (thrown, what) => encodeError(toError(thrown), what),
    newRunId: (id) => toChildRunId(RUN_ID, seed, id),
    digestArguments,
    log: () => undefined,
    strict: true,
  });
  expect(replay(golden.entries, (event, upTo) => live.deliver(event, upTo))).toEqual({
    kind: 'followed',
    unrecorded: [],
  });
  expect(live.outcome()).toEqual({ kind: 'completed', value: golden.result });
});

it('a journal of updates is written today as it was', async () => {
  const { entries, result } = await playCounter();
  const withoutStacks = (key: string, node: unknown): unknown => (key === 'stack' ? undefined : node);
  expect(JSON.parse(JSON.stringify(entries, withoutStacks))).toEqual(golden.entries);
  expect(result).toEqual(golden.result);
});
