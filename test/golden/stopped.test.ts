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
import { playStopped, RUN_ID, stopped } from './stopped-v1.ts';

// Once in somebody's table, always followed: this file is never edited.
const entries = JSON.parse(readFileSync(new URL('stopped-v1.json', import.meta.url), 'utf8')) as [
  Started,
  ...JournalEntry[],
];

it('a journal of a run whose code was stopped is followed today, to the same failure', () => {
  process.once('unhandledRejection', () => undefined); // the code leaves it behind here too
  const live = createLiveRun({
    info: { id: RUN_ID, workflow: 'stopped', version: 'unversioned', startedAt: new Date(START_MS), attempt: 1 },
    random: createRunRandom(RUN_ID, entries[0].seed),
    body: () => definitionOf(stopped).start(undefined),
    stepDefaults: { retry: false },
    ...outgoing,
    recordedDueAtMs: () => undefined,
    decode: (encoded) => decode(encoded),
    digestArguments,
    log: () => undefined,
    strict: true,
  });
  expect(replay(entries, (event, upTo) => live.deliver(event, upTo))).toEqual({ kind: 'followed', unrecorded: [] });
  expect(live.outcome()).toMatchObject({ kind: 'failed', error: { code: 'FORGOTTEN_PROMISE' } });
});

it('a journal of a run whose code is stopped is written today as it was', async () => {
  const withoutStacks = (key: string, node: unknown): unknown => (key === 'stack' ? undefined : node);
  expect(JSON.parse(JSON.stringify(await playStopped(), withoutStacks))).toEqual(entries);
});
