import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDynamodbStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import { MemoryStore } from '../../lib/memory/memory-store.ts';
import { startTableServer } from '../dynamodb/table-server.ts';
import { openHandlers } from './homes/engine-stage.ts';
import { play } from './play.ts';
import { nameOf, workflowsOf } from './program.ts';
import { allPrograms } from './programs/all-programs.ts';
import { SEATS } from './programs/transactions.ts';

const server = await startTableServer();
const client = server.newTableClient();

beforeAll(async () => {
  await server.newOwnTable(SEATS);
});

afterAll(async () => {
  client.destroy();
  await server.close();
});

/** A cold worker reads more, and asks nothing of the table that a warm one does not: it has it in memory, unless all is played. */
const isComplete = process.env['LULL_CONFORMANCE'] === 'complete';

describe.each([
  ['warm', false],
  ['cold', true],
] as const)(
  'through the handlers that are deployed, with a table and a %s worker, each program ends as it says',
  (_how, isCold) => {
    it.each(allPrograms.map((program) => [nameOf(program), program] as const))('%s', async (_name, program) => {
      const store =
        isCold && !isComplete ? new MemoryStore() : createDynamodbStore({ tableName: await server.newTable(), client });
      expect(await play(program, openHandlers({ workflows: workflowsOf(program), store }, { isCold }))).toEqual([]);
    });
  },
);
