import { readFileSync } from 'node:fs';
import { TimeoutError } from 'lull';
import { expect, it } from 'vitest';
import { decode } from '../../lib/codec/decode.ts';
import { definitionOf } from '../../lib/core/workflow.ts';
import { digestArguments } from '../../lib/engine/digest-arguments.ts';
import { createRunRandom } from '../../lib/engine/run-seed.ts';
import type { JournalEntry, Started } from '../../lib/journal/event.ts';
import { replay } from '../../lib/journal/replay.ts';
import { createLiveRun } from '../../lib/scheduler/create-live-run.ts';
import { START_MS } from '../engine/small-cloud.ts';
import { late, playLate, RUN_ID } from './deadline-v1.ts';
import { outgoing } from '../scheduler/outgoing.ts';

// Once in somebody's table, always followed: this file is never edited.
const golden = JSON.parse(readFileSync(new URL('deadline-v1.json', import.meta.url), 'utf8')) as {
  readonly entries: readonly [Started, ...JournalEntry[]];
};

it('a journal of a run whose time was up is followed today, to the same failure', () => {
  const live = createLiveRun({
    info: { id: RUN_ID, workflow: 'late', version: 'unversioned', startedAt: new Date(START_MS), attempt: 1 },
    random: createRunRandom(RUN_ID, golden.entries[0].seed),
    body: () => definitionOf(late).start(undefined),
    ...outgoing,
    recordedDueAtMs: () => undefined,
    decode: (encoded) => decode(encoded),
    digestArguments,
    log: () => undefined,
    strict: true,
  });
  const following = replay(golden.entries, (event, upTo) => live.deliver(event, upTo));
  expect(following).toEqual({ kind: 'followed', unrecorded: [] });
  expect(live.outcome()).toMatchObject({ kind: 'failed', error: expect.any(TimeoutError) as unknown });
});

it('a journal of a run whose time is up is written today as it was', async () => {
  expect(JSON.parse(JSON.stringify(await playLate()))).toEqual(golden.entries);
});
