import { describe, expect, it } from 'vitest';
import { sealingStore } from '../../lib/encryption/sealing-store.ts';
import { MemoryStore } from '../../lib/memory/memory-store.ts';
import { aroundStore } from '../../lib/testing/around-store.ts';
import { createTestKey } from '../../lib/testing/index.ts';
import { findClear } from '../encryption/find-clear.ts';
import { openHandlers } from './homes/engine-stage.ts';
import { play } from './play.ts';
import { nameOf, workflowsOf } from './program.ts';
import { allPrograms } from './programs/all-programs.ts';

describe('through the handlers that are deployed, with a payload key', () => {
  it.each(allPrograms.map((program) => [nameOf(program), program] as const))(
    '%s ends as it says, and nothing of it is stored in clear',
    async (_name, program) => {
      const inClear: string[] = [];
      let writes = 0;
      const memory = new MemoryStore();
      const under = aroundStore(memory, (call, go) => {
        writes += 1;
        const found = findClear(call);
        if (found !== undefined) inClear.push(found);
        return go();
      });
      const store = sealingStore(under, { key: createTestKey(), table: 'runs' });
      expect(await play(program, openHandlers({ workflows: workflowsOf(program), store }, { isCold: true }))).toEqual(
        [],
      );
      expect(inClear).toEqual([]);
      expect(writes).toBeGreaterThan(3);
    },
  );
});
