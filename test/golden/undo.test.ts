import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { decode } from '../../lib/codec/decode.ts';
import { encodeError } from '../../lib/codec/encode-error.ts';
import { encode } from '../../lib/codec/encode.ts';
import { toError } from '../../lib/core/to-error.ts';
import { definitionOf } from '../../lib/core/workflow.ts';
import { digestArguments } from '../../lib/engine/digest-arguments.ts';
import { createRunRandom } from '../../lib/engine/run-seed.ts';
import type { JournalEntry, Started } from '../../lib/journal/event.ts';
import { replay } from '../../lib/journal/replay.ts';
import { createLiveRun } from '../../lib/scheduler/create-live-run.ts';
import { START_MS } from '../engine/small-cloud.ts';
import { playUndone, RUN_ID, undone } from './undo-v1.ts';

// Once in somebody's table, always followed: this file is never edited.
const entries = JSON.parse(readFileSync(new URL('undo-v1.json', import.meta.url), 'utf8')) as [
  Started,
  ...JournalEntry[],
];

it('a golden journal has a request to terminate with undo, and undos of each kind', () => {
  const shown = entries.flatMap((entry) => (entry.kind === 'step' ? [entry.name] : 'undo' in entry ? [entry.kind] : []));
  expect(shown).toEqual(
    ['charge', 'reserve', 'print', 'terminate-requested', 'undo print', 'undo reserve', 'undo charge'].concat('refund'),
  );
});

it('a journal of undos is followed today, to the same end', () => {
  const live = createLiveRun({
    info: { id: RUN_ID, workflow: 'undone', version: 'unversioned', startedAt: new Date(START_MS), attempt: 1 },
    random: createRunRandom(RUN_ID, entries[0].seed),
    body: () => definitionOf(undone).start(undefined),
    stepDefaults: { retry: false },
    recordedDueAtMs: () => undefined,
    decode: (encoded) => decode(encoded),
    encode: (value, what) => encode(value, what),
    encodeError: (thrown, what) => encodeError(toError(thrown), what),
    newRunId: () => '',
    digestArguments,
    log: () => undefined,
    strict: true,
  });
  expect(replay(entries, (event, upTo) => live.deliver(event, upTo))).toEqual({ kind: 'followed', unrecorded: [] });
  expect(live.outcome()).toMatchObject({
    kind: 'terminated',
    error: { message: 'enough', undoErrors: [{ step: 'undo print' }] },
  });
});

it('a journal of undos is written today as it was', async () => {
  const withoutStacks = (key: string, node: unknown): unknown => (key === 'stack' ? undefined : node);
  expect(JSON.parse(JSON.stringify(await playUndone(), withoutStacks))).toEqual(entries);
});
