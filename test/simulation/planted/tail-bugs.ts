/** Mistakes around tails: last records that are in the run item. */
import type { PlantedBug } from './planted-bug.ts';

const LOADING = 'lib/engine/load-run.ts';
const COMMIT = 'lib/engine/commit.ts';
const RESTING = 'lib/engine/rest-with-tail.ts';
const MEMORY = 'lib/memory/run-state.ts';
const PORT = 'lib/ports/tail.ts';

export const tailBugs: readonly PlantedBug[] = [
  {
    name: 'the fence of a takeover is put over the tail',
    file: LOADING,
    find: `  if (tail?.isTail !== true) return records;`,
    put: `  if (tail?.isTail !== true) return records;
  if (turn.takesOver) return records.slice(0, -1);`,
  },
  {
    name: 'the next record has not what was in the tail',
    file: COMMIT,
    find: `engine.maxRecordBytes, journal.tail?.entries)`,
    put: `engine.maxRecordBytes, turn.isHolding ? journal.tail?.entries : undefined)`,
  },
  {
    name: 'the next tail has not what was in the one before',
    file: 'lib/engine/tail.ts',
    find: `before === undefined ? added : [...before.entries, ...added]`,
    put: `added`,
  },
  {
    name: 'a take drops the tail',
    file: MEMORY,
    find: `const taken: RunItem = { ...notHeld(run), ...pinned,`,
    put: `const { tail: _tail, ...untailed } = notHeld(run);
    const taken: RunItem = { ...untailed, ...pinned,`,
  },
  {
    name: 'a blocked run loses its tail',
    file: MEMORY,
    find: `    ...tailAfter(run, release),`,
    put: `    ...(release.blocked === undefined ? tailAfter(run, release) : {}),`,
  },
  {
    name: 'the tail is read beside the record that has it',
    file: PORT,
    find: `tail.number > (all.at(-1)?.number ?? after)`,
    put: `tail.number >= (all.at(-1)?.number ?? after)`,
  },
  {
    name: 'a message that has an item goes into the tail, and its item is deleted before',
    file: RESTING,
    find: `carried.has(entry.messageId) || lettersOf({ letters }).has(entry.messageId);`,
    put: `carried.has(entry.messageId) || lettersOf({ letters }).size >= 0;`,
  },
  {
    name: 'what was held for a release is not in the record that is put when something was accepted since',
    file: COMMIT,
    find: `engine.maxRecordBytes, journal.tail?.entries)`,
    put: `engine.maxRecordBytes, turn.isHolding ? undefined : journal.tail?.entries)`,
  },
  {
    name: 'the tail moves along to the next link',
    file: MEMORY,
    find: `letters: _l, tail: _t, ...rest } = others;`,
    put: `letters: _l, ...rest } = others;`,
  },
];
