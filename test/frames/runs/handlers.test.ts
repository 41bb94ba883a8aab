/** Through the worker's handler that is deployed, on a table, each turn by a new worker: runs go on from their snapshots. */
import { afterAll, describe, expect, it } from 'vitest';
import { createDynamodbStore } from '../../../lib/dynamodb/create-dynamodb-store.ts';
import { createRunFrames } from '../../../lib/scheduler/run-frames.ts';
import { openHandlers } from '../../conformance/homes/engine-stage.ts';
import { play } from '../../conformance/play.ts';
import { nameOf, workflowsOf } from '../../conformance/program.ts';
import { examplePrograms } from '../../conformance/programs/examples.ts';
import { unboundedPrograms } from '../../conformance/programs/unbounded.ts';
import { startTableServer } from '../../dynamodb/table-server.ts';

const server = await startTableServer();
const client = server.newTableClient();
afterAll(async () => {
  client.destroy();
  await server.close();
});

describe('with frames, through the handlers that are deployed, with a table and a cold worker, each example ends as it says', () => {
  it.each([...examplePrograms, ...unboundedPrograms].map((program) => [nameOf(program), program] as const))(
    '%s',
    async (_name, program) => {
      const store = createDynamodbStore({ tableName: await server.newTable(), client });
      const stage = openHandlers({ workflows: workflowsOf(program), store, frames: true }, { isCold: true });
      expect(await play(program, stage)).toEqual([]);
      expect(stage.lines().filter(({ message }) => message.includes('snapshot'))).toEqual([]);
    },
  );

  it('snapshots were written to the table, and read', async () => {
    const tableName = await server.newTable();
    const store = createDynamodbStore({ tableName, client });
    const read: string[] = [];
    const watched = new Proxy(store, {
      get(target, name) {
        const method = Reflect.get(target, name) as unknown;
        if (typeof method !== 'function') return method;
        return (...args: unknown[]) => {
          if (name === 'readValue' && String(args[1]).startsWith('frames-')) read.push(String(args[1]));
          return Reflect.apply(method, target, args) as unknown;
        };
      },
    });
    const program = examplePrograms[0]!;
    const stage = openHandlers({ workflows: workflowsOf(program), store: watched, frames: true }, { isCold: true });
    expect(await play(program, stage)).toEqual([]);
    expect(read.length).toBeGreaterThan(0);
  });

  it('the maker of what stores runs is there', () => {
    expect(createRunFrames().codeId()).toMatch(/^\d+-\w+$/);
  });
});
