import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { decode } from '../../lib/codec/decode.ts';
import { encode } from '../../lib/codec/encode.ts';
import type { Encoded } from '../../lib/core/encoded.ts';
import { definitionOf } from '../../lib/core/workflow.ts';
import { digestArguments } from '../../lib/engine/digest-arguments.ts';
import { createRunRandom } from '../../lib/engine/run-seed.ts';
import type { JournalEntry, Started } from '../../lib/journal/event.ts';
import { replay } from '../../lib/journal/replay.ts';
import { createLiveRun } from '../../lib/scheduler/create-live-run.ts';
import type { LiveRun } from '../../lib/scheduler/live-run.ts';
import { outgoing } from '../scheduler/outgoing.ts';
import { basket, playEntity, RUN_ID } from './entity-v1.ts';

interface Link {
  readonly input: Encoded;
  readonly entries: readonly [Started, ...JournalEntry[]];
}

// Once in somebody's table, always followed: this file is never edited.
const golden = JSON.parse(readFileSync(new URL('entity-v1.json', import.meta.url), 'utf8')) as {
  readonly links: readonly Link[];
};

function follow({ input, entries }: Link, link: number): LiveRun {
  const [started] = entries;
  const info = { id: RUN_ID, workflow: 'basket', version: 'unversioned', attempt: 1 };
  const live = createLiveRun({
    info: { ...info, startedAt: new Date(started.atMs) },
    random: createRunRandom(RUN_ID, started.seed),
    body: () => definitionOf(basket as never).start(decode(input)),
    recordedDueAtMs: () => undefined,
    nextInput: (value) => encode(value, 'the input'),
    encodeToKeep: (value, what) => encode(value, what),
    link,
    ...outgoing,
    decode: (encoded) => decode(encoded),
    digestArguments,
    log: () => undefined,
    strict: true,
  });
  const following = replay(entries, (event, upTo) => live.deliver(event, upTo));
  expect(following).toEqual({ kind: 'followed', unrecorded: [] });
  return live;
}

it('the journals of an entity are followed today, to the same states', () => {
  const links = golden.links.map((link, index) => follow(link, index + 1));
  expect(links.map((live) => live.outcome().kind)).toEqual(['continued', 'continued', 'going-on']);
  expect(links[0]!.askQuery('items', [])).toEqual(new Map());
  expect(links[2]!.askQuery('items', [])).toEqual(new Map([['jam', 1]]));
});

it('they have each kind of call', () => {
  const entries = golden.links.flatMap((link) => link.entries);
  const updates = entries.flatMap((entry) => (entry.kind === 'update-received' ? [entry.name] : []));
  expect(new Set(updates)).toEqual(new Set(['put', 'look', 'order', 'wait']));
  const outcomes = entries.flatMap((entry) => (entry.kind === 'step-completed' ? [decode(entry.value)] : []));
  expect(outcomes).toContainEqual({ error: expect.any(RangeError) as unknown });
  expect(outcomes).toContainEqual({ answer: 1 });
  expect(outcomes).toContainEqual(expect.objectContaining({ answer: 'r-1', ends: true }));
});

it('the journals of an entity are written today as they were', async () => {
  expect(JSON.parse(JSON.stringify(await playEntity()))).toEqual(golden.links);
});
