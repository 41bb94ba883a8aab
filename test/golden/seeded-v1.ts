/** A run with a seed, whose journal tells its steps apart: what `seeded-v1.json` has was written by it. */
import { defineStep, random, sleep, step, uuid, workflow } from 'lull';
import { createTestEngine } from 'lull/testing';
import { MemoryStore } from '../../lib/memory/memory-store.ts';
import type { JournalRecord } from '../../lib/journal/record.ts';

const START = new Date('2026-11-22T12:00:00Z');

const charge = defineStep('charge', { retry: { jitter: 0 } }, (customer: string, cents: number) => {
  return `${customer} paid ${cents}`;
});

export const seeded = workflow('seeded', function* (customers: string[]) {
  const reference = uuid();
  const receipts: string[] = [];
  for (const customer of customers) receipts.push(yield* charge(customer, 990));
  const number = random();
  yield* sleep('10 minutes');
  const key = yield* step('mail', { key: 'receipts' }, (context) => context.idempotencyKey);
  return { reference, number, receipts, key };
});

/** Plays the run. */
export async function playSeeded(): Promise<{ records: JournalRecord[]; result: unknown }> {
  const store = new MemoryStore();
  const engine = createTestEngine({ workflows: [seeded], now: START, seed: 1, store });
  const run = await engine.start(seeded, ['ada', 'bob'], { id: 'seeded' });
  await engine.advance('1 hour');
  return { records: await store.loadRecords('seeded', 0), result: await run.result() };
}
