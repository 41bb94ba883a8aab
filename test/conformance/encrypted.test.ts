import { describe, expect, it } from 'vitest';
import { sealingStore } from '../../lib/encryption/sealing-store.ts';
import { MemoryStore } from '../../lib/memory/memory-store.ts';
import type { NewRun } from '../../lib/ports/store.ts';
import { aroundStore } from '../../lib/testing/around-store.ts';
import { createTestKey } from '../../lib/testing/index.ts';
import { findClear } from '../encryption/find-clear.ts';
import { openHandlers } from './homes/engine-stage.ts';
import { play } from './play.ts';
import { nameOf, workflowsOf } from './program.ts';
import { allPrograms } from './programs/all-programs.ts';

/** Starts that had the run created by its first turn. */
let firstTurns = 0;

describe('through the handlers that are deployed, with first turns in the API and a payload key', () => {
  it.each(allPrograms.map((program) => [nameOf(program), program] as const))(
    '%s ends as it says, and nothing of it is stored in clear',
    async (_name, program) => {
      const inClear: string[] = [];
      let writes = 0;
      const memory = new MemoryStore();
      const under = aroundStore(memory, (call, go) => {
        writes += 1;
        if (call.operation === 'createRun' && (call.args[0] as NewRun).firstTurn !== undefined) firstTurns += 1;
        const found = findClear(call);
        if (found !== undefined) inClear.push(found);
        return go();
      });
      const store = sealingStore(under, { key: createTestKey(), table: 'runs' });
      const stage = openHandlers({ workflows: workflowsOf(program), store }, { isCold: true, firstTurnInApi: true });
      expect(await play(program, stage)).toEqual([]);
      expect(inClear).toEqual([]);
      expect(writes).toBeGreaterThan(3);
    },
  );

  it('most of them were begun in the API', () => {
    expect(firstTurns).toBeGreaterThan(allPrograms.length / 2);
  });
});
