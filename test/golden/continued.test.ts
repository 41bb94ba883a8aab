import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { decode } from '../../lib/codec/decode.ts';
import { encode } from '../../lib/codec/encode.ts';
import { definitionOf } from '../../lib/core/workflow.ts';
import { digestArguments } from '../../lib/engine/digest-arguments.ts';
import { createRunRandom } from '../../lib/engine/run-seed.ts';
import type { JournalEntry, Started } from '../../lib/journal/event.ts';
import { replay } from '../../lib/journal/replay.ts';
import { createLiveRun } from '../../lib/scheduler/create-live-run.ts';
import { START_MS } from '../engine/small-cloud.ts';
import { outgoing } from '../scheduler/outgoing.ts';
import { chained, playChained, RUN_ID } from './continued-v1.ts';

type Journal = readonly [Started, ...JournalEntry[]];

// Once in somebody's table, always followed: this file is never edited.
const golden = JSON.parse(readFileSync(new URL('continued-v1.json', import.meta.url), 'utf8')) as {
  readonly links: readonly [Journal, Journal];
};

function follow(entries: Journal, { input, link }: { input: number; link: number }): unknown {
  const live = createLiveRun({
    info: { id: RUN_ID, workflow: 'chained', version: 'unversioned', startedAt: new Date(START_MS), attempt: 1 },
    random: createRunRandom(RUN_ID, entries[0].seed),
    body: () => definitionOf(chained).start(input),
    recordedDueAtMs: () => undefined,
    nextInput: (value) => encode(value, 'the input'),
    link,
    ...outgoing,
    decode: (encoded) => decode(encoded),
    digestArguments,
    log: () => undefined,
    strict: true,
  });
  const following = replay(entries, (event, upTo) => live.deliver(event, upTo));
  expect(following).toEqual({ kind: 'followed', unrecorded: [] });
  return live.outcome();
}

it('the journals of a run that continued as new are followed today, to the same ends', () => {
  expect(follow(golden.links[0], { input: 1, link: 1 })).toEqual({ kind: 'continued', input: 2 });
  expect(follow(golden.links[1], { input: 2, link: 2 })).toEqual({ kind: 'completed', value: 'kept' });
});

it('the journals of a run that continues as new are written today as they were', async () => {
  expect(JSON.parse(JSON.stringify(await playChained()))).toEqual(golden.links);
});
