/** Mistakes around events on a bus, and runs that events start. */
import type { PlantedBug } from './planted-bug.ts';

export const eventBugs: readonly PlantedBug[] = [
  {
    name: 'an end that concerns no other run is not noted for the event bus',
    file: 'lib/engine/after-end.ts',
    find: `return hasEvents(engine, run) ? 'emit' : undefined;`,
    put: `return undefined;`,
  },
  {
    name: 'an end is settled although the event bus was away',
    file: 'lib/engine/after-end.ts',
    find: `if (!isPut && sinceMs <= EMIT_TIMEOUT_MS) {`,
    put: `if (!isPut && sinceMs < 0) {`,
  },
  {
    name: 'the event bus hears of an end before the parent does',
    file: 'lib/engine/after-end.ts',
    find: `const isFull = await sendAll(engine, locked === undefined ? [...ends, ...stops] : stops);`,
    put: `await putEnd(engine, run, end);\n    const isFull = await sendAll(engine, locked === undefined ? [...ends, ...stops] : stops);`,
  },
  {
    name: 'all ends of a run that is tried again have one event id',
    file: 'lib/engine/lifecycle-events.ts',
    find: `const number = run.retries ?? 0;`,
    put: `const number = 0;`,
  },
  {
    name: 'an end that is put again has another event id',
    file: 'lib/engine/lifecycle-events.ts',
    find: `const number = run.retries ?? 0;`,
    put: `const number = engine.clock.nowMs();`,
  },
  {
    name: 'the first record of a run is no start to the event bus',
    file: 'lib/engine/commit.ts',
    find: `turn.startsRun = true;\n    emitStarted(turn);`,
    put: `turn.startsRun = true;`,
  },
  {
    name: 'an event that the bus refuses for now, again and again, counts as taken',
    file: 'lib/lambda/event-bridge-bus.ts',
    find: `for (const { answer } of all) answer(false);`,
    put: `for (const { answer, attempts } of all) answer(attempts === ATTEMPTS);`,
  },
  {
    name: 'a life-cycle event that is sent twice starts two runs',
    file: 'lib/client/start-by-event.ts',
    find: `return typeof own === 'string' && NAME.test(own) ? own : id;`,
    put: `return own === undefined ? id : id;`,
  },
  {
    name: 'a deleted run keeps the note that the event bus is to hear of its end',
    file: 'lib/memory/memory-store.ts',
    find: `const { afterEnd: _afterEnd, purgeAtMs: _purgeAtMs, ...ended } = state.run;`,
    put: `const ended = state.run;`,
  },
  {
    name: 'an end that is settled later is purged as the code of today says',
    file: 'lib/engine/after-end.ts',
    find: `const purgeAtMs = run.purgeAtMs ?? toPurgeAtMs(engine, run.workflow, endedAtMs);`,
    put: `const purgeAtMs = toPurgeAtMs(engine, run.workflow, endedAtMs);`,
  },
];
