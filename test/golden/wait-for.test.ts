import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { decode } from '../../lib/codec/decode.ts';
import { Prng } from '../../lib/core/prng.ts';
import { definitionOf } from '../../lib/core/workflow.ts';
import { digestArguments } from '../../lib/engine/digest-arguments.ts';
import type { JournalEntry, Started } from '../../lib/journal/event.ts';
import { replay } from '../../lib/journal/replay.ts';
import { createLiveRun } from '../../lib/scheduler/create-live-run.ts';
import { bounded, playBounded, START } from './wait-for-v1.ts';
import { outgoing } from '../scheduler/outgoing.ts';

// Once in somebody's table, always followed: this file is never edited.
const golden = JSON.parse(readFileSync(new URL('wait-for-v1.json', import.meta.url), 'utf8')) as {
  readonly entries: readonly JournalEntry[];
  readonly result: readonly unknown[];
};

it('a journal with waitFor, and with limits that were up together, is followed today, to the same result', () => {
  const live = createLiveRun({
    info: { id: 'bounded', workflow: 'bounded', version: 'unversioned', startedAt: START, attempt: 1 },
    random: new Prng('bounded'),
    body: () => definitionOf(bounded).start(undefined),
    ...outgoing,
    recordedDueAtMs: () => undefined,
    decode: (encoded) => decode(encoded),
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

it('each waitFor asks for its timer right before what it awaits, in the task of its caller', async () => {
  const { entries, result } = await playBounded();
  const [{ seed, ...started }, ...others] = entries as [Started, ...JournalEntry[]];
  expect(seed).not.toBe('');
  expect(JSON.parse(JSON.stringify([started, ...others]))).toEqual(golden.entries);
  expect(result).toEqual(golden.result);
});
