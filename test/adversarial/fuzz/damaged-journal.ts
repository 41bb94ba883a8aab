/** A journal as it was really written, ways of damaging it, and a cold worker that has to live with what is left. */
import { gather, signal, sleep, step, workflow } from 'lull';
import fc from 'fast-check';
import type { JournalRecord } from '../../../lib/journal/record.ts';
import type { TurnEnd } from '../../../lib/engine/turn-end.ts';
import { SmallCloud, type Worker } from '../../engine/small-cloud.ts';

const hello = signal<string>('hello');
const goodbye = signal<string>('goodbye');

let isFlaky = true;

/** Its result is the same whatever order its steps end in: another one is a wrong one. */
const errand = workflow('errand', function* () {
  const first = yield* step('first', () => 1);
  const sides = yield* gather([step('left', () => 'l'), step('right', () => 'r')]);
  yield* sleep('1h');
  const greeting = yield* hello.receive();
  const flaky = yield* step('flaky', () => {
    if (isFlaky) throw new Error('not yet');
    return 'flaky';
  });
  const farewell = yield* goodbye.receive();
  yield* sleep('1m');
  return { first, sides, greeting, flaky, farewell };
});

export const RESULT = { first: 1, sides: ['l', 'r'], greeting: 'hi', flaky: 'flaky', farewell: 'bye' };

const RUN_ID = 'errand-1';

/** Entries, by record. They are damaged, so nothing is known of them. */
export type Records = readonly (readonly unknown[])[];

/** The journal of an errand that has everything but its last sleep behind it. */
export async function recordJournal(): Promise<JournalRecord[]> {
  const cloud = new SmallCloud([errand]);
  const run = await cloud.client.start(errand, undefined, { id: RUN_ID });
  isFlaky = true;
  await run.signal(hello, 'hi');
  await cold(cloud).turn(RUN_ID);
  cloud.pass(3_600_000);
  await cold(cloud).turn(RUN_ID);
  isFlaky = false;
  cloud.pass(60_000);
  await cold(cloud).turn(RUN_ID);
  await run.signal(goodbye, 'bye');
  await cold(cloud).turn(RUN_ID);
  // The ids of a test's messages are the same each time: these are of another time.
  const earlier = (id: string): string => `earlier-${id}`;
  return (await cloud.records(RUN_ID)).map((record) => ({
    ...record,
    entries: record.entries.map((entry) =>
      'messageId' in entry ? { ...entry, messageId: earlier(entry.messageId) } : entry,
    ),
  }));
}

/** A run whose workers are gone and whose journal is as given; `numbers` has the place of each record. */
export async function runWith(records: Records, numbers = records.map((_, index) => index + 1)): Promise<SmallCloud> {
  const cloud = new SmallCloud([errand]);
  await cloud.client.start(errand, undefined, { id: RUN_ID });
  const { table, clock } = cloud;
  const lease = { owner: 'gone', expiresAtMs: clock.nowMs() + 30_000 };
  await table.take(RUN_ID, { lease, nowMs: clock.nowMs(), dueByMs: Infinity });
  for (const [index, entries] of records.entries()) {
    const record = {
      number: numbers[index] ?? 0,
      epoch: 1,
      nonce: 'gone',
      entries: entries as JournalRecord['entries'],
    };
    await table.putRecord(RUN_ID, record);
  }
  await table.release(RUN_ID, { epoch: 1, wakesSeen: 0, status: 'suspended', dueAtMs: 0, inboxIds: [] });
  return cloud;
}

/** What a run may do whose journal asks for it: its oracle may allow it. */
export class NeverEndsError extends Error {}

/** Cold turns, each on a new worker, until the run ends or is blocked; what it waits for is sent to it once. */
export async function driveToEnd(cloud: SmallCloud): Promise<TurnEnd> {
  const run = cloud.client.run(RUN_ID);
  let isSent = false;
  for (let turns = 0; turns < 20; turns += 1) {
    const end = await cold(cloud).turn(RUN_ID);
    if (end.kind === 'ended' || end.kind === 'blocked') return end;
    if (end.kind !== 'suspended') throw new Error(`the turn was ${end.kind}: ${JSON.stringify(end)}`);
    if (end.dueAtMs !== undefined) {
      cloud.pass(Math.max(0, end.dueAtMs - cloud.clock.nowMs()));
    } else {
      if (isSent) throw new NeverEndsError('the run waits, and nothing will come');
      isSent = true;
      await run.signal(hello, 'hi');
      await run.signal(goodbye, 'bye');
    }
  }
  throw new NeverEndsError('the run neither ends nor is blocked');
}

/** Asks a run that is blocked to end, and gives how its next turn went. */
export async function terminate(cloud: SmallCloud): Promise<TurnEnd> {
  await cloud.client.run(RUN_ID).terminate('damaged');
  return cold(cloud).turn(RUN_ID);
}

export function resultOf(cloud: SmallCloud): Promise<unknown> {
  return cloud.client.run(RUN_ID).result({ timeout: 0 });
}

/** A worker that knows of no run yet, and waits for nothing in place: time is moved by hand. */
function cold(cloud: SmallCloud): Worker {
  return cloud.worker({ hotWaitMs: 0 });
}

/** One change of a list of entries. Numbers beyond its length start again at its beginning. */
export type Damage =
  | { readonly kind: 'drop' | 'duplicate'; readonly at: number }
  | { readonly kind: 'swap'; readonly at: number; readonly with: number }
  | { readonly kind: 'move'; readonly at: number; readonly to: number }
  | { readonly kind: 'rename'; readonly at: number; readonly name: string }
  | { readonly kind: 'retype'; readonly at: number; readonly as: unknown }
  | { readonly kind: 'remove-field'; readonly at: number; readonly field: number }
  | { readonly kind: 'retype-field'; readonly at: number; readonly field: number; readonly value: unknown }
  | { readonly kind: 'replace'; readonly at: number; readonly by: unknown };

const at = fc.nat(40);

const KINDS = [
  ...['started', 'step', 'sleep', 'receive', 'step-completed', 'step-failed', 'step-retrying', 'step-heartbeat'],
  ...['sleep-completed', 'signal-received', 'cancel-requested', 'terminate-requested', 'taken-over'],
  ...['snapshot', '', '__proto__', 'constructor', 'toString', 'hasOwnProperty', 7, null, {}],
];

/** What no field of an entry can be, whatever its kind. */
const OF_NO_FIELD = [null, -1, 0.5, 1e300, '', true, [], {}, { $: 'Unknown' }];

export const damage: fc.Arbitrary<Damage> = fc.oneof(
  fc.record({ kind: fc.constantFrom('drop' as const, 'duplicate' as const), at }),
  fc.record({ kind: fc.constant('swap' as const), at, with: at }),
  fc.record({ kind: fc.constant('move' as const), at, to: at }),
  fc.record({ kind: fc.constant('rename' as const), at, name: fc.constantFrom('first', 'left', 'hello', 'other', '') }),
  fc.record({ kind: fc.constant('retype' as const), at, as: fc.constantFrom(...KINDS) }),
  fc.record({ kind: fc.constant('remove-field' as const), at, field: fc.nat(6) }),
  fc.record({
    kind: fc.constant('retype-field' as const),
    at,
    field: fc.nat(6),
    value: fc.constantFrom(...OF_NO_FIELD),
  }),
  fc.record({ kind: fc.constant('replace' as const), at, by: fc.oneof(fc.jsonValue(), fc.constant(undefined)) }),
);

/** Values that stand for themselves: any JSON is one, so there is nothing to notice in another. */
const VALUES = new Set([
  'value',
  'payload',
  'reason',
  'version',
  'messageId',
  'dueAtMs',
  'retryAtMs',
  'atMs',
  'attempt',
]);

export function doDamage(entries: readonly unknown[], how: Damage): unknown[] {
  const after = [...entries];
  const place = how.at % Math.max(1, after.length);
  const entry = after[place];
  switch (how.kind) {
    case 'drop':
      after.splice(place, 1);
      return after;
    case 'duplicate':
      after.splice(place, 0, entry);
      return after;
    case 'swap': {
      const other = how.with % Math.max(1, after.length);
      [after[place], after[other]] = [after[other], entry];
      return after;
    }
    case 'move':
      after.splice(place, 1);
      after.splice(how.to % Math.max(1, after.length), 0, entry);
      return after;
    case 'rename':
      return withFields(after, place, { name: how.name });
    case 'retype':
      return withFields(after, place, { kind: how.as });
    case 'remove-field': {
      const field = fieldOf(entry, how.field);
      return withFields(after, place, { [field]: undefined });
    }
    case 'retype-field': {
      const field = fieldOf(entry, how.field);
      const isAnyValue = VALUES.has(field) && typeof how.value === typeof (entry as Record<string, unknown>)[field];
      if (isAnyValue || field === 'value' || field === 'payload') return after;
      return withFields(after, place, { [field]: how.value });
    }
    case 'replace':
      after[place] = how.by ?? null;
      return after;
  }
}

function fieldOf(entry: unknown, index: number): string {
  if (typeof entry !== 'object' || entry === null) return 'kind';
  const fields = Object.keys(entry);
  return fields[index % Math.max(1, fields.length)] ?? 'kind';
}

function withFields(entries: unknown[], place: number, fields: Record<string, unknown>): unknown[] {
  const entry = entries[place];
  if (typeof entry !== 'object' || entry === null) return entries;
  entries[place] = { ...entry, ...fields };
  return entries;
}
