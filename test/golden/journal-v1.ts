/** A run with a record of each kind: what `journal-v1.json` has was written by it. */
import { CancelledError, gather, signal, sleep, step, timeout, workflow } from 'lull';
import { createTestEngine } from 'lull/testing';
import { MemoryStore } from '../../lib/memory/memory-store.ts';
import type { JournalRecord } from '../../lib/journal/record.ts';

export const START = new Date('2026-11-22T12:00:00Z');

const approved = signal<{ by: string }>('approved');

/** Without frames, which would name files and lines. */
function plainError(message: string): Error {
  const error = new Error(message);
  error.stack = '';
  return error;
}

export const everything = workflow('everything', function* (order: { id: string }) {
  let attempts = 0;
  const charge = yield* step('charge', { retry: { jitter: 0 } }, (context) => {
    attempts = context.attempt;
    if (attempts === 1) throw plainError('busy');
    return { order: order.id, at: new Date(START), attempts };
  });
  const both = yield* gather(
    {
      stock: step('reserve', () => 'shelf 4'),
      label: step('label', { retry: false }, () => {
        throw plainError('no paper');
      }),
    },
    { returnExceptions: true },
  );
  yield* sleep('10 minutes');
  const { by } = yield* timeout('7 days', approved.receive());
  try {
    yield* sleep('365 days');
  } catch (error) {
    if (!(error instanceof CancelledError)) throw error;
    return { charge, stock: both.stock, failed: String(both.label), by, why: error.message };
  }
  return undefined;
});

/** Plays the run, with a worker that dies once. */
export async function playEverything(): Promise<{ records: JournalRecord[]; result: unknown }> {
  const store = new MemoryStore();
  const engine = createTestEngine({ workflows: [everything], now: START, seed: 1, store });
  const run = await engine.start(everything, { id: 'o-1' }, { id: 'everything' });
  await engine.advance('5 minutes');
  await engine.crash();
  await run.signal(approved, { by: 'Ada' });
  await engine.advance('1 day');
  await run.cancel('enough');
  await engine.settle();
  return { records: await store.loadRecords('everything', 0), result: await run.result() };
}
