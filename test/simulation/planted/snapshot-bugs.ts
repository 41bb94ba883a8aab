/** Mistakes about snapshots: which one is taken, and what is known of the journal before it. */
import type { PlantedBug } from './planted-bug.ts';

const IN_ALL = { isCompiled: true } as const;

export const snapshotBugs: readonly PlantedBug[] = [
  {
    ...IN_ALL,
    name: 'a snapshot of another run is taken for one of this run',
    file: 'lib/engine/resume-run.ts',
    find: `if (!isOfJournal || last.nonce !== nonce) return`,
    put: `if (!isOfJournal) return`,
  },
  {
    ...IN_ALL,
    name: 'the records behind a snapshot are not replayed',
    file: 'lib/engine/resume-run.ts',
    find: `records.slice(1));`,
    put: `records.slice(records.length));`,
  },
  {
    ...IN_ALL,
    name: 'a stored coroutine begins again from its start',
    file: 'lib/frames/graph/load-frame.ts',
    find: `frame['#pc'] = known?.state ?? 0;`,
    put: `frame['#pc'] = 0;`,
  },
  {
    ...IN_ALL,
    name: 'a loop in a stored coroutine passes over an item',
    file: 'lib/frames/graph/load-builtin.ts',
    find: `    cursorKind(reader, kind),
    index(reader, position),`,
    put: `    cursorKind(reader, kind),
    index(reader, position) + 1,`,
  },
  {
    ...IN_ALL,
    name: 'a variable that functions share is empty after it was stored',
    file: 'lib/frames/graph/load-builtin.ts',
    find: `(object as InstanceType<typeof runtime.Box>).v = reader.value(value);`,
    put: `void [reader.value(value), object];`,
  },
  {
    ...IN_ALL,
    name: 'the snapshot of a run that has ended is left',
    file: 'lib/engine/finish.ts',
    find: `    await forgetSnapshots(turn);\n`,
    put: ``,
  },
  {
    ...IN_ALL,
    name: 'a snapshot does not have which messages came before it',
    file: 'lib/engine/write-snapshot.ts',
    find: `messageIds: forgotten.size === 0 ? [...messageIds] :`,
    put: `messageIds: forgotten.size === 0 ? [] :`,
  },
  {
    ...IN_ALL,
    name: 'the first record behind a snapshot has the number after the next',
    file: 'lib/engine/resume-run.ts',
    find: `{ number: snapshot.record, nonce: snapshot.nonce }`,
    put: `{ number: snapshot.record + 1, nonce: snapshot.nonce }`,
  },
  {
    ...IN_ALL,
    name: 'a snapshot that no release has told of is left when the turn goes on',
    file: 'lib/engine/write-snapshot.ts',
    find: `  journal.snapshotTriedAt = 0;
  await forgetSnapshot(turn, newSnapshot);`,
    put: `  journal.snapshotTriedAt = 0;`,
  },
  {
    ...IN_ALL,
    name: 'a snapshot of code that has passed something else is taken',
    file: 'lib/engine/replay-run.ts',
    find: `return passed === now ? made`,
    put: `return passed === '' || now !== passed || now === passed ? made`,
  },
  {
    ...IN_ALL,
    name: 'a snapshot of which it is not known what it has passed is taken by other code',
    file: 'lib/engine/write-snapshot.ts',
    find: `passed === undefined && code !== codeOf(engine) ? 'it is of other code' : undefined`,
    put: `undefined`,
  },
  {
    ...IN_ALL,
    name: 'an await point that is not in this code is taken for its first one',
    file: 'lib/frames/graph/load-frame.ts',
    find: `: definition.byId.get(String(point));`,
    put: `: (definition.byId.get(String(point)) ?? [...definition.byId.values()][0]);`,
  },
  {
    ...IN_ALL,
    name: 'stored variables are taken for those that are in their places',
    file: 'lib/frames/graph/load-frame.ts',
    find: `    if (locals[index * 2] !== name) reader.refuse(`,
    put: `    if (locals[index * 2] === undefined) reader.refuse(`,
  },
  {
    ...IN_ALL,
    name: 'what a stored function has captured is taken for what is in its place',
    file: 'lib/frames/graph/load-frame.ts',
    find: `if (uses !== names.map(nameOf).join(' '))`,
    put: `if (uses === undefined)`,
  },
  {
    ...IN_ALL,
    name: 'a worker that takes a run over goes on from its snapshot, as if none had been lost',
    file: 'lib/engine/resume-run.ts',
    find: `const isOrdinary = !turn.takesOver && run.goesOnFrom`,
    put: `const isOrdinary = run.goesOnFrom`,
  },
  {
    ...IN_ALL,
    name: 'a snapshot does not have which children are open',
    file: 'lib/engine/write-snapshot.ts',
    find: `openChildren: [...openChildren],`,
    put: `openChildren: [...openChildren].slice(openChildren.size),`,
  },
];
