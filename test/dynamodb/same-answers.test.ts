/** Whatever is asked of a store, the table and the memory answer the same. */
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { createDynamodbStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import { MemoryStore } from '../../lib/memory/memory-store.ts';
import { histories } from '../store/operations.ts';
import { uniqueName } from '../store/samples.ts';
import { startTableServer } from './table-server.ts';

const server = await startTableServer();
const client = server.newTableClient();
const inTable = createDynamodbStore({ tableName: await server.newTable(), client });
const inMemory = new MemoryStore();

afterAll(async () => {
  client.destroy();
  await server.close();
});

test('any history of operations has the same answers in memory and in the table', async () => {
  const kinds = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(histories, async (history) => {
      const prefix = uniqueName('history/');
      for (const [step, operation] of history.entries()) {
        const expected = await operation.perform(inMemory, prefix);
        const actual = await operation.perform(inTable, prefix);
        expect(actual, `step ${step}: ${operation.about}`).toStrictEqual(expected);
        const kind = `${operation.about.split(' ')[0]} ${(expected as { kind?: string } | undefined)?.kind ?? ''}`;
        kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      }
    }),
    { numRuns: 160, seed: 20_261_122 },
  );
  // The histories have to get somewhere, or they compare nothing.
  for (const kind of REACHED) expect(kinds.get(kind) ?? 0, kind).toBeGreaterThan(0);
});

/** Operations and answers that must have come up. */
const REACHED = [
  'createRun created',
  'createRun exists',
  'take taken',
  'take refused',
  'accept accepted',
  'accept closed',
  'accept full',
  'accept not-found',
  'release accepted-since',
  'honest done',
  'honest renewed',
  'finish done',
  'finish lost',
  'renew lost',
  'putRecord put',
  'honest deleted',
  'putRecord exists',
];
