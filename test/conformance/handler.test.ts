import { afterAll, describe, expect, it } from 'vitest';
import { createDynamodbStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import { startTableServer } from '../dynamodb/table-server.ts';
import { openHandlers } from './homes/engine-stage.ts';
import { play } from './play.ts';
import { nameOf, workflowsOf } from './program.ts';
import { allPrograms } from './programs/all-programs.ts';

const server = await startTableServer();
const client = server.newTableClient();

afterAll(async () => {
  client.destroy();
  await server.close();
});

describe.each([
  ['warm', false],
  ['cold', true],
] as const)(
  'through the handlers that are deployed, on DynamoDB, with a %s worker, each program ends as it says',
  (_how, isCold) => {
    it.each(allPrograms.map((program) => [nameOf(program), program] as const))('%s', async (_name, program) => {
      const store = createDynamodbStore({ tableName: await server.newTable(), client });
      expect(await play(program, openHandlers({ workflows: workflowsOf(program), store }, { isCold }))).toEqual([]);
    });
  },
);
