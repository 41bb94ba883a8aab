/** Mistakes in trying a failed run again. */
import type { PlantedBug } from './planted-bug.ts';

export const retryBugs: readonly PlantedBug[] = [
  {
    name: 'a retry does what had completed before the failure again',
    file: 'lib/client/plan-retry.ts',
    find: `const at = firstFailure(standing, error) ?? endOfSeen(standing);`,
    put: `const failedAt = firstFailure(standing, error) ?? endOfSeen(standing);\n  const at = Math.max(1, standing.slice(0, failedAt).findLastIndex((entry) => entry.kind === 'step' && entry.operation === undefined));`,
  },
  {
    name: 'a retry keeps the failure',
    file: 'lib/client/plan-retry.ts',
    find: `keeps: last === undefined ? 0 : journal.lastIndexOf(last) + 1,`,
    put: `keeps: last === undefined ? 0 : journal.lastIndexOf(last) + 2,`,
  },
  {
    name: 'messages that came after the failure do not come again',
    file: 'lib/journal/standing.ts',
    find: `const { unread: _unread, ...message } = entry;\n    return [message];`,
    put: `const { unread, ...message } = entry;\n    return unread === true ? [] : [message];`,
  },
  {
    name: 'messages that come again come after new ones',
    file: 'lib/engine/come-again.ts',
    find: `putFirst(inbox, missing);`,
    put: `for (const message of missing) inbox.push(message);`,
  },
  {
    name: 'a step that was running beside the one that failed is run again',
    file: 'lib/engine/come-again.ts',
    find: `if (event.kind === 'step-completed') turn.stepResults.push(event);`,
    put: `if (event.kind === 'step-completed' && turn.epoch < 0) turn.stepResults.push(event);`,
  },
  {
    name: 'a worker that takes over writes that the run was tried again once more',
    file: 'lib/engine/go-on.ts',
    find: `if (journal.some((entry) => entry.kind === 'retried' && entry.number >= number)) return undefined;`,
    put: `if (journal.some((entry) => entry.kind === 'retried' && entry.number > number)) return undefined;`,
  },
  {
    name: 'a run that is tried again is not due',
    file: 'lib/memory/run-state.ts',
    find: `    status: 'suspended',\n    dueAtMs: 0,\n    retries,`,
    put: `    status: 'suspended',\n    retries,`,
  },
  {
    name: 'a retry opens a run that has gone on since',
    file: 'lib/memory/run-state.ts',
    find: `const isAsSeen = run.status === 'failed' && run.epoch === retry.epoch && run.dueAtMs === retry.purgeAtMs;`,
    put: `const isAsSeen = isClosed(run.status) && run.dueAtMs === retry.purgeAtMs;`,
  },
  {
    name: 'a parent is tried again, and its child that had failed is not',
    file: 'lib/client/retry-run.ts',
    find: `if (!nested.has(child)) children.push(await prepareChild(parts, child, nested));`,
    put: `if (nested.has(child)) children.push(await prepareChild(parts, child, nested));`,
  },
  {
    name: 'another step at the place of one that was forgotten has its key',
    file: 'lib/engine/run-secrets.ts',
    find: `return (tried && firstTryOf(tried, identity)) ?? tries.last;`,
    put: `return (tried && firstTryOf(tried, identity)) ?? 0;`,
  },
  {
    name: 'what a run that has failed does not accept is not kept for its retry',
    file: 'lib/client/send-message.ts',
    find: `const isOver = acceptance.kind === 'closed' && acceptance.run.status !== 'failed';`,
    put: `const isOver = acceptance.kind === 'closed';`,
  },
];
