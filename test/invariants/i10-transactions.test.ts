// I10: what a transaction writes has limits, which are told before anything is sent.
import { expect } from 'vitest';
import { type Transaction, transaction, workflow } from 'lull';
import { createTestEngine } from 'lull/testing';
import { storedItemBytes } from '../../lib/core/transaction/attribute-value.ts';
import {
  TRANSACTION_BYTES_LIMIT,
  TRANSACTION_ITEM_BYTES_LIMIT,
  TRANSACTION_ITEMS_LIMIT,
} from '../../lib/core/transaction/write.ts';
import { codeOf, limit } from './limit-cases.ts';

/** How a transaction ends, and how many items are in the table then. */
async function outcomeOf(collect: (tx: Transaction) => void): Promise<[string, number]> {
  const engine = createTestEngine({
    workflows: [
      workflow('w', function* () {
        yield* transaction('t', collect);
      }),
    ],
  });
  const run = await engine.client.start('w');
  const code = await codeOf(async () => {
    await run.result().catch((error: unknown) => {
      throw (error as Error).cause;
    });
  });
  return [code, (await engine.table('seats').items()).length];
}

const puts = (count: number) =>
  outcomeOf((tx) => {
    for (let id = 0; id < count; id += 1) tx.put({ TableName: 'seats', Item: { id } });
  });

limit('TRANSACTION_ITEMS_LIMIT', {
  under: async () => expect(await puts(TRANSACTION_ITEMS_LIMIT - 1)).toEqual(['taken', TRANSACTION_ITEMS_LIMIT - 1]),
  at: async () => expect(await puts(TRANSACTION_ITEMS_LIMIT)).toEqual(['taken', TRANSACTION_ITEMS_LIMIT]),
  over: async () => expect(await puts(TRANSACTION_ITEMS_LIMIT + 1)).toEqual(['TRANSACTION_TOO_LARGE', 0]),
});

/** An item of so many bytes. */
function itemOf(id: string, bytes: number): Record<string, unknown> {
  const empty = storedItemBytes({ id: { S: id }, text: { S: '' } });
  return { id, text: 'x'.repeat(bytes - empty) };
}

const putsBytes = (bytes: number) => outcomeOf((tx) => tx.put({ TableName: 'seats', Item: itemOf('1', bytes) }));

limit('TRANSACTION_ITEM_BYTES_LIMIT', {
  under: async () => expect(await putsBytes(TRANSACTION_ITEM_BYTES_LIMIT - 1)).toEqual(['taken', 1]),
  at: async () => expect(await putsBytes(TRANSACTION_ITEM_BYTES_LIMIT)).toEqual(['taken', 1]),
  over: async () => expect(await putsBytes(TRANSACTION_ITEM_BYTES_LIMIT + 1)).toEqual(['TRANSACTION_TOO_LARGE', 0]),
});

const PARTS = 12;

const putsTogether = (bytes: number) =>
  outcomeOf((tx) => {
    const each = Math.floor(bytes / PARTS);
    for (let part = 0; part < PARTS; part += 1) {
      const rest = part === 0 ? bytes - each * PARTS : 0;
      tx.put({ TableName: 'seats', Item: itemOf(`part-${10 + part}`, each + rest) });
    }
  });

limit('TRANSACTION_BYTES_LIMIT', {
  under: async () => expect(await putsTogether(TRANSACTION_BYTES_LIMIT - 1)).toEqual(['taken', PARTS]),
  at: async () => expect(await putsTogether(TRANSACTION_BYTES_LIMIT)).toEqual(['taken', PARTS]),
  over: async () => expect(await putsTogether(TRANSACTION_BYTES_LIMIT + 1)).toEqual(['TRANSACTION_TOO_LARGE', 0]),
});
