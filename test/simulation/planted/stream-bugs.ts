/** Mistakes around streams. */
import type { PlantedBug } from './planted-bug.ts';

export const streamBugs: readonly PlantedBug[] = [
  {
    name: 'the values of a stream are written although their record is not new',
    file: 'lib/memory/memory-store.ts',
    find: `if (there !== undefined) return { kind: 'exists', record: fromItemText(there) };\n    records.set(record.number, text);`,
    put: `if (there !== undefined) {\n      for (const written of streams) partition.addToStream(written);\n      return { kind: 'exists', record: fromItemText(there) };\n    }\n    records.set(record.number, text);`,
  },
  {
    name: 'the next link begins its streams at the first place again',
    file: 'lib/engine/link-before.ts',
    find: `streams: toUses(uses) };`,
    put: `streams: undefined };`,
  },
  {
    name: 'what was written and does not stand any more does not count',
    file: 'lib/engine/load-run.ts',
    find: `countStreams(turn.journal.streams, journal);`,
    put: `countStreams(turn.journal.streams, entries);`,
  },
  {
    name: 'what a body wrote is recorded when it is due, though its end is recorded before',
    file: 'lib/engine/pending-events.ts',
    find: `  return isStreamDue(turn, memory) || hasOthers(turn, memory);\n}\n\n/** Once the code`,
    put: `  return isStreamDue(turn, memory);\n}\n\n/** Once the code`,
  },
  {
    name: 'a takeover does not look how much is in the streams',
    file: 'lib/engine/load-run.ts',
    find: `countStreams(turn.journal.streams, journal);`,
    put: `if (turn.run.lease === undefined) countStreams(turn.journal.streams, journal);`,
  },
  {
    name: 'a fork goes on with the places of the other run',
    file: 'lib/journal/stream-uses.ts',
    find: `if (entry.kind === 'forked') uses.clear();`,
    put: `if (entry.kind === 'forked') uses.size.toString();`,
  },
];
