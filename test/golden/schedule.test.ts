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
import { scheduleWorkflow } from '../../lib/schedule/schedule-workflow.ts';
import { createLiveRun } from '../../lib/scheduler/create-live-run.ts';
import { outgoing } from '../scheduler/outgoing.ts';
import { playSchedule, RUN_ID } from './schedule-v1.ts';

interface Link {
  readonly input: Encoded;
  readonly entries: readonly [Started, ...JournalEntry[]];
}

// Once in somebody's table, always followed: this file is never edited.
const golden = JSON.parse(readFileSync(new URL('schedule-v1.json', import.meta.url), 'utf8')) as {
  readonly links: readonly Link[];
};

function follow({ input, entries }: Link, link: number): string {
  const [started] = entries;
  const info = { id: RUN_ID, workflow: 'lull.schedule', version: 'unversioned', attempt: 1 };
  const live = createLiveRun({
    info: { ...info, startedAt: new Date(started.atMs) },
    random: createRunRandom(RUN_ID, started.seed),
    body: () => definitionOf(scheduleWorkflow).start(decode(input)),
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
  return live.outcome().kind;
}

it('the journals of a schedule are followed today, to the same ends', () => {
  const ends = golden.links.map((link, index) => follow(link, index + 1));
  expect(ends).toEqual([...ends.slice(1).map(() => 'continued'), 'completed']);
  expect(ends.length).toBeGreaterThan(2);
});

it('they have all that can be asked of a schedule, and all that it does to runs', () => {
  const entries = golden.links.flatMap((link) => link.entries);
  const updates = entries.flatMap((entry) => (entry.kind === 'update-received' ? [entry.name] : []));
  expect(new Set(updates)).toEqual(new Set(['pause', 'trigger', 'resume', 'backfill', 'delete', 'create']));
  const operations = entries.flatMap((entry) => (entry.kind === 'step' ? [entry.operation?.kind ?? entry.name] : []));
  const all = ['due times', 'times between', 'start-run', 'watch', 'cancel', 'answer'];
  expect(new Set(operations)).toEqual(new Set(all));
});

it('the journals of a schedule are written today as they were', async () => {
  expect(JSON.parse(JSON.stringify(await playSchedule()))).toEqual(golden.links);
});
