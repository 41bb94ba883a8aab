/** Mistakes around updates and queries. */
import type { PlantedBug } from './planted-bug.ts';

export const updateBugs: readonly PlantedBug[] = [
  {
    name: 'an update that is refused is carried out',
    file: 'lib/engine/deliver-pending-events.ts',
    find: `if (check === 'refused') {`,
    put: `if (check === 'refused' && events < 0) {`,
  },
  {
    name: 'a worker that took over does not claim updates',
    file: 'lib/engine/inbox.ts',
    find: `if (run.lease === undefined) return false;`,
    put: `if (run.lease === undefined || epoch > 0) return false;`,
  },
  {
    name: 'a run ends before its last answers are written',
    file: 'lib/scheduler/create-live-run.ts',
    find: `if (!this.#updates.areSettled) return 'go-on';`,
    put: ``,
  },
  {
    name: 'an update is delivered before it has a handler',
    file: 'lib/engine/pending-events.ts',
    find: `return message.kind !== 'update' || codeHasEnded(memory) || memory.live.handlesUpdate(message.name);`,
    put: `return message.kind !== 'update' || codeHasEnded(memory) || memory.live.queryNames().length > 0;`,
  },
  {
    name: 'an update that is asked for again is another one',
    file: 'lib/client/send-update.ts',
    find: `const id = key === undefined ? updateIdOf(ports.ids.messageId()) : updateIdFromKey(runId, name, key);`,
    put: `const id = updateIdOf(ports.ids.messageId() + updateIdFromKey(runId, name, key ?? 'none'));`,
  },
  {
    name: 'an update that has its answer is decided on again',
    file: 'lib/memory/memory-store.ts',
    find: `if (partition?.answers.has(id)) return [{ kind: 'answered', id }];`,
    put: ``,
  },
  {
    name: 'a refused update stays in the inbox',
    file: 'lib/engine/answer-update.ts',
    find: `refusals.delete(messageId);`,
    put: `if (messageId === '') refusals.delete(messageId);`,
  },
  {
    name: 'a caller is told of the end of the run before it has looked for the last answer',
    file: 'lib/client/await-update.ts',
    find: `if (last.kind === 'answered') return last.answer;`,
    put: ``,
  },
  {
    name: 'a query writes',
    file: 'lib/engine/answer-query.ts',
    find: `const read = await replayToRead(engine, run);`,
    put: `await engine.store.deleteValue(runId, 'scratch');\n  const read = await replayToRead(engine, run);`,
  },
];
