import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { decode } from '../../lib/codec/decode.ts';
import { definitionOf } from '../../lib/core/workflow.ts';
import { digestArguments } from '../../lib/engine/digest-arguments.ts';
import { createRunRandom } from '../../lib/engine/run-seed.ts';
import type { JournalEntry, Started } from '../../lib/journal/event.ts';
import { replay } from '../../lib/journal/replay.ts';
import { createLiveRun } from '../../lib/scheduler/create-live-run.ts';
import { isGenuine, readToken } from '../../lib/token/callback-token.ts';
import { START_MS } from '../engine/small-cloud.ts';
import { outgoing } from '../scheduler/outgoing.ts';
import { calling, playCalling, PUBLIC_URL, RUN_ID } from './callbacks-v1.ts';

// Once in somebody's table, always followed: this file is never edited.
const golden = JSON.parse(readFileSync(new URL('callbacks-v1.json', import.meta.url), 'utf8')) as {
  readonly entries: readonly [Started, ...JournalEntry[]];
  readonly tokens: readonly string[];
};

it('a journal of callbacks is followed today, to the same results', () => {
  const live = createLiveRun({
    info: { id: RUN_ID, workflow: 'calling', version: 'unversioned', startedAt: new Date(START_MS), attempt: 1 },
    random: createRunRandom(RUN_ID, golden.entries[0].seed),
    body: () => definitionOf(calling).start(undefined),
    recordedDueAtMs: () => undefined,
    callbacks: { token: ({ id }) => `token of #${id}`, publicUrl: PUBLIC_URL, recorded: () => undefined },
    ...outgoing,
    decode: (encoded) => decode(encoded),
    digestArguments,
    log: () => undefined,
    strict: true,
  });
  const following = replay(golden.entries, (event, upTo) => live.deliver(event, upTo));
  expect(following).toEqual({ kind: 'followed', unrecorded: [] });
  expect(live.outcome()).toMatchObject({ kind: 'completed', value: ['done', { message: 'broken' }, [7]] });
});

it('a token that was handed out is good today', () => {
  for (const token of golden.tokens) {
    expect(isGenuine(readToken(token.split('/').at(-1))!, golden.entries[0].seed!)).toBe(true);
  }
});

it('a journal of callbacks is written today as it was, with the same tokens', async () => {
  const { entries, tokens } = await playCalling();
  expect(JSON.parse(JSON.stringify({ entries, tokens }))).toEqual(golden);
});
