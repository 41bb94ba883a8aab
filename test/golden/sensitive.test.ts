import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { decode } from '../../lib/codec/decode.ts';
import { definitionOf } from '../../lib/core/workflow.ts';
import { digestArguments } from '../../lib/engine/digest-arguments.ts';
import { createRunRandom } from '../../lib/engine/run-seed.ts';
import type { JournalEntry, Started } from '../../lib/journal/event.ts';
import { replay } from '../../lib/journal/replay.ts';
import { createLiveRun } from '../../lib/scheduler/create-live-run.ts';
import { START_MS } from '../engine/small-cloud.ts';
import { outgoing } from '../scheduler/outgoing.ts';
import { discreet, playDiscreet, RUN_ID } from './sensitive-v1.ts';

// Once in somebody's table, always followed: this file is never edited.
const entries = JSON.parse(readFileSync(new URL('sensitive-v1.json', import.meta.url), 'utf8')) as [
  Started,
  ...JournalEntry[],
];

it('a golden journal has each entry of a sensitive step', () => {
  const marked = entries.flatMap((entry) => ('sensitive' in entry ? [entry.kind] : []));
  const kinds = ['step', 'step-heartbeat', 'step-completed', 'step-retrying', 'step-failed'];
  expect(marked).toEqual(expect.arrayContaining(kinds));
});

it('a journal of sensitive steps is followed today, to the same end', () => {
  const live = createLiveRun({
    info: { id: RUN_ID, workflow: 'discreet', version: 'unversioned', startedAt: new Date(START_MS), attempt: 1 },
    random: createRunRandom(RUN_ID, entries[0].seed),
    body: () => definitionOf(discreet).start(undefined),
    ...outgoing,
    stepDefaults: { sensitive: true },
    recordedDueAtMs: () => undefined,
    decode: (encoded) => decode(encoded),
    digestArguments,
    log: () => undefined,
    strict: true,
  });
  expect(replay(entries, (event, upTo) => live.deliver(event, upTo))).toEqual({ kind: 'followed', unrecorded: [] });
  expect(live.outcome()).toMatchObject({ kind: 'failed', error: { step: 'write', sensitive: true } });
});

it('a journal of sensitive steps is written today as it was', async () => {
  const withoutStacks = (key: string, node: unknown): unknown => (key === 'stack' ? undefined : node);
  expect(JSON.parse(JSON.stringify(await playDiscreet(), withoutStacks))).toEqual(entries);
});
