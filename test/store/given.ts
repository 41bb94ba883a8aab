/** What random histories of the store are made of: few different values, so that operations meet. */
import fc from 'fast-check';
import type { TailToWrite } from '../../lib/ports/tail.ts';
import { encoded, journalRecord, LEASE_MS, START_MS } from './samples.ts';

export const run = fc.constantFrom('a', 'a', 'a', 'b');
export const messageId = fc.constantFrom('m1', 'm2', 'm3', 'm4');
export const key = fc.constantFrom('1', '2');
export const messageIds = fc.array(messageId, { maxLength: 4 });
export const owner = fc.constantFrom('worker-1', 'worker-2', 'worker-3');
export const epoch = fc.integer({ min: 0, max: 4 });
export const wakesSeen = fc.integer({ min: 0, max: 4 });
export const nowMs = fc.integer({ min: 0, max: 6 }).map((leases) => START_MS + (leases * LEASE_MS) / 2);
export const dueAtMs = fc.constantFrom(undefined, 0, START_MS, START_MS + LEASE_MS, START_MS + 2 * LEASE_MS);
export const content = fc.constantFrom(null, 0, '', false, { nested: ['ü'] }).map(encoded);
export const stored = fc.oneof(
  content.map((value) => ({ kind: 'inline', value }) as const),
  fc.constant({ kind: 'item', key: 'large' } as const),
);

/** Whatever its number: what has to fit is the engine's matter. */
export const tail: fc.Arbitrary<TailToWrite> = fc.constantFrom<TailToWrite[]>(
  {},
  { tail: 'in-record' },
  ...[1, 2, 3].map((number) => ({ tail: { ...journalRecord(number), nonce: `a tail ${number}` } })),
);
