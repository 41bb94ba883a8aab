/** Mistakes around runs that live long: their deadlines, and the links of a run that continues as new. */
import type { PlantedBug } from './planted-bug.ts';

export const longLifeBugs: readonly PlantedBug[] = [
  {
    name: 'a run continues as new without a look at what was accepted since',
    file: 'lib/memory/run-state.ts',
    find: `if (run.wakes !== next.wakesSeen) return { answer: { kind: 'accepted-since', run } };\n  const { pinnedTo`,
    put: `const { pinnedTo`,
  },
  {
    name: 'the inbox does not move along to the next link',
    file: 'lib/engine/continue-run.ts',
    find: `const inboxIds = turn.inboxIds.filter((id) => !isReceived(id) && !turn.answered.has(id));`,
    put: `const inboxIds: string[] = [];`,
  },
  {
    name: 'what no code has received is not carried to the next link',
    file: 'lib/engine/continue-run.ts',
    find: `carries: [...live.unreadSignalIds(), ...undelivered]`,
    put: `carries: undelivered`,
  },
  {
    name: 'what a link took over and did not deliver is not carried on',
    file: 'lib/engine/continue-run.ts',
    find: `carries: [...live.unreadSignalIds(), ...undelivered]`,
    put: `carries: live.unreadSignalIds()`,
  },
  {
    name: 'the next link takes what it takes over newest first',
    file: 'lib/engine/load-run.ts',
    find: `putFirst(inbox, missing);`,
    put: `putFirst(inbox, missing.reverse());`,
  },
  {
    name: 'a link writes its journal under the keys of the first one',
    file: 'lib/engine/commit.ts',
    find: `putRecord(runId, record, linkOf(turn.run), values)`,
    put: `putRecord(runId, record, Math.min(1, linkOf(turn.run)), values)`,
  },
  {
    name: 'the deadline of a delayed run counts from its start',
    file: 'lib/engine/run-deadline.ts',
    find: `const ownAtMs = (notBeforeMs ?? createdAtMs) +`,
    put: `const ownAtMs = (notBeforeMs === undefined ? createdAtMs : createdAtMs) +`,
  },
  {
    name: 'the second call that completes a callback is told that it did',
    file: 'lib/client/complete-callback.ts',
    find: `digestKey('callback', options.idempotencyKey ?? ports.ids.messageId())`,
    put: `digestKey('callback', options.idempotencyKey ?? name)`,
  },
  {
    name: 'a deadline passes a minute early',
    file: 'lib/engine/run-deadline.ts',
    find: `deadlineAtMs > Math.min(nowMs, before)`,
    put: `deadlineAtMs > Math.min(nowMs, before) + 60_000`,
  },
];
