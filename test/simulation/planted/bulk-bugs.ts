/** Mistakes in doing the same to many runs. */
import type { PlantedBug } from './planted-bug.ts';

export const bulkBugs: readonly PlantedBug[] = [
  {
    name: 'of a page of many runs only the first ones have it done to them',
    file: 'lib/client/bulk.ts',
    find: `    for (const some of chunks(page.runs)) {\n      for (const result`,
    put: `    for (const some of chunks(page.runs.slice(0, 2))) {\n      for (const result`,
  },
  {
    name: 'the first page of many runs is done again and again',
    file: 'lib/client/bulk.ts',
    find: `limit: Math.min(STREAMED_PAGE, limit - looked), cursor });`,
    put: `limit: Math.min(STREAMED_PAGE, limit - looked), cursor: undefined });`,
  },
  {
    name: 'what is done to many runs leaves those out that are suspended',
    file: 'lib/client/bulk.ts',
    find: `const OPEN: readonly RunStatus[] = ['pending', 'running', 'suspended', 'paused', 'blocked'];`,
    put: `const OPEN: readonly RunStatus[] = ['pending', 'running', 'paused', 'blocked'];`,
  },
  {
    name: 'a run of many that has ended meanwhile ends the call',
    file: 'lib/client/bulk.ts',
    find: `if (error instanceof RunEndedError || error instanceof RunNotFoundError) return 'passed-over';`,
    put: `if (error instanceof RunNotFoundError) return 'passed-over';`,
  },
  {
    name: 'a run of many that could not be deleted counts as deleted',
    file: 'lib/client/bulk.ts',
    find: `return kind === 'deleted' ? 'done' : 'passed-over';`,
    put: `return kind === 'not-found' ? 'passed-over' : 'done';`,
  },
  {
    name: 'the filter of many runs is left out after the first page',
    file: 'lib/client/bulk.ts',
    find: `    const page = await readPage(ports, { ...request, limit: Math.min(STREAMED_PAGE, limit - looked), cursor });`,
    put: `    const { attributes: _attributes, ...wider } = request;\n    const page = await readPage(ports, { ...(cursor === undefined ? request : wider), limit: Math.min(STREAMED_PAGE, limit - looked), cursor });`,
  },
];
