import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { decode } from '../../lib/codec/decode.ts';
import { definitionOf } from '../../lib/core/workflow.ts';
import { createRunRandom } from '../../lib/engine/run-seed.ts';
import { digestArguments } from '../../lib/engine/digest-arguments.ts';
import type { JournalEntry, Started } from '../../lib/journal/event.ts';
import { replay } from '../../lib/journal/replay.ts';
import { createLiveRun } from '../../lib/scheduler/create-live-run.ts';
import { START_MS } from '../engine/small-cloud.ts';
import { playSurvivor, RUN_ID, survivor } from './lost-workers-v1.ts';
import { outgoing } from '../scheduler/outgoing.ts';

// Once in somebody's table, always followed: this file is never edited.
const golden = JSON.parse(readFileSync(new URL('lost-workers-v1.json', import.meta.url), 'utf8')) as {
  readonly entries: readonly [Started, ...JournalEntry[]];
  readonly result: readonly unknown[];
};

it('a golden journal of lost workers has each kind of entry that tells of workers', () => {
  const kinds = golden.entries.map(({ kind }) => kind);
  expect(kinds).toEqual(expect.arrayContaining(['taken-over', 'taken-alone', 'steps-begun', 'step-interrupted']));
  const begun = golden.entries.flatMap((entry) => (entry.kind === 'taken-over' ? [entry.begun] : []));
  expect(begun).toEqual([undefined, [1]]);
});

it('a journal of lost workers is followed today, to the same result and the same counts of a step', () => {
  const live = createLiveRun({
    info: { id: RUN_ID, workflow: 'survivor', version: 'unversioned', startedAt: new Date(START_MS), attempt: 1 },
    random: createRunRandom(RUN_ID, golden.entries[0].seed),
    body: () => definitionOf(survivor).start(undefined),
    ...outgoing,
    recordedDueAtMs: () => undefined,
    decode: (encoded) => decode(encoded),
    digestArguments,
    log: () => undefined,
    strict: true,
  });
  const counts: unknown[] = [];
  const following = replay(golden.entries, (event, upTo) => {
    const asked = live.deliver(event, upTo);
    for (const pending of live.pending.values()) {
      if (pending.kind === 'step') counts.push([event.kind, pending.id, pending.interruptions, pending.cutOffs]);
    }
    return asked;
  });
  expect(following).toEqual({ kind: 'followed', unrecorded: [] });
  expect(live.outcome()).toEqual({ kind: 'completed', value: golden.result });
  expect(counts).toContainEqual(['steps-begun', 1, 2, 0]);
  expect(counts.at(-1)).toEqual(['step-interrupted', 2, 0, 1]);
});

it('a journal of lost workers is written today as it was', async () => {
  const { entries, result } = await playSurvivor();
  expect(JSON.parse(JSON.stringify(entries))).toEqual(golden.entries);
  expect(result).toEqual(golden.result);
});
