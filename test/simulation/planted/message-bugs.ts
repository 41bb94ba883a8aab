/** Mistakes around messages: sending, accepting, delivering, deleting. */
import type { PlantedBug } from './planted-bug.ts';

export const messageBugs: readonly PlantedBug[] = [
  {
    name: 'an accepted message makes nothing due',
    file: 'lib/memory/run-state.ts',
    find: `wakes: run.wakes + 1, dueAtMs: 0 };`,
    put: `wakes: run.wakes + 1 };`,
  },
  {
    name: 'an accepted message is not counted',
    file: 'lib/memory/run-state.ts',
    find: `wakes: run.wakes + 1, dueAtMs: 0 };`,
    put: `dueAtMs: 0 };`,
  },
  {
    name: 'a message is accepted by a run that has ended',
    file: 'lib/memory/run-state.ts',
    find: `if (isClosed(run.status)) return { answer: { kind: 'closed', run } };`,
    put: `if (isClosed(run.status)) return { answer: { kind: 'accepted', leased: true } };`,
  },
  {
    name: 'a message is accepted before its payload is there',
    file: 'lib/client/send-message.ts',
    find: `const put = await retryUnavailable(ports.clock, () => store.putMessage(runId, message));`,
    put: `const put = { kind: 'put' } as { kind: string };`,
    also: {
      find: `if (acceptance.kind === 'accepted') {`,
      put: `if (acceptance.kind === 'accepted') {\n    await retryUnavailable(ports.clock, () => store.putMessage(runId, message));`,
    },
  },
  {
    name: 'a sender is told of success before anything is accepted',
    file: 'lib/client/send-message.ts',
    find: `await retryUnavailable(ports.clock, () => store.putMessage(runId, message));`,
    put: `await retryUnavailable(ports.clock, () => store.putMessage(runId, message));\n  if (idempotencyKey === undefined) return 'sent';`,
  },
  {
    name: 'signals with different keys are one message',
    file: 'lib/client/identifiers.ts',
    find: 'return KEYED_ID_PREFIX + digest([runId, signal, checkKey(key)]);',
    put: 'checkKey(key);\n  return KEYED_ID_PREFIX + digest([runId, signal]);',
  },
  {
    name: 'a refused sender is told so without a look into the journal',
    file: 'lib/client/send-message.ts',
    find: `const mayBeThere = !isIdOwn || wasSentBefore;`,
    put: `const mayBeThere = !isIdOwn || isRepeat;`,
  },
  {
    name: 'the payload of a message that may be accepted late is deleted',
    file: 'lib/client/send-message.ts',
    find: `const mayStillBeAccepted = wasSentBefore && !wasAccepted && !isOver;`,
    put: `const mayStillBeAccepted = false as boolean;`,
  },
  {
    name: 'the payload of a key that is given again is replaced',
    file: 'lib/memory/memory-store.ts',
    find: `if (there !== undefined && digestOf(there) !== digest) return { kind: 'differs' };`,
    put: '',
  },
  {
    name: 'the digest of a received message is forgotten',
    file: 'lib/engine/inbox.ts',
    find: `{ keepDigests: true }`,
    put: `{ keepDigests: false }`,
  },
  {
    name: 'a busy run hears only when its lease is renewed',
    file: 'lib/engine/check-inbox.ts',
    find: `return isSoon ? soonAtMs : inboxCheckedAtMs + engine.inboxCheckWithinStepMs;`,
    put: `return isSoon ? Infinity : Infinity;`,
  },
  {
    name: 'a busy run begins further steps before it checks',
    file: 'lib/engine/check-inbox.ts',
    find: `(soonAtMs <= engine.clock.nowMs() && mayBeginSteps(turn, memory))`,
    put: `(soonAtMs <= engine.clock.nowMs() && mayBeginSteps(turn, memory) && stepEnded && attempts.size > 1_000)`,
  },
  {
    name: 'what a check finds counts as seen, and is not read',
    file: 'lib/engine/turn-state.ts',
    find: `if (item.wakes > (this.newerRun?.wakes ?? this.wakesSeen)) this.newerRun = item;`,
    put: `this.wakesSeen = Math.max(this.wakesSeen, item.wakes);`,
  },
  {
    name: 'messages are delivered newest first',
    file: 'lib/engine/inbox.ts',
    find: `for (const message of messages) {`,
    put: `for (const message of messages.reverse()) {`,
  },
  {
    name: 'a message that is in the journal is delivered again',
    file: 'lib/engine/inbox.ts',
    find: `if (journal.messageIds.has(id)) turn.received.add(id);\n    else if`,
    put: `if`,
  },
  {
    name: 'what was read beside the journal is delivered although the journal has it',
    file: 'lib/engine/inbox.ts',
    find: `if (journal.messageIds.has(id)) turn.received.add(id);`,
    put: `if (journal.messageIds.has(id) && !(await turn.readAhead)?.has(id)) turn.received.add(id);`,
  },
  {
    name: 'what was not there beside the journal is missing',
    file: 'lib/engine/load-run.ts',
    find: `if (turn.journal.recordNumber === 0) readAhead(turn);`,
    put: `if (turn.journal.recordNumber === 0) readAhead(turn);\n  if (((await turn.readAhead)?.size ?? turn.inboxIds.length) < turn.inboxIds.length) return { records: await engine.store.loadRecords(runId, 0, undefined, linkOf(turn.run)), blockedBy: new Error('messages are missing') };`,
  },
  {
    name: 'a worker forgets which messages it has written',
    file: 'lib/engine/commit.ts',
    find: `for (const entry of entries) if ('messageId' in entry) journal.messageIds.add(entry.messageId);`,
    put: '',
  },
  {
    name: 'messages are deleted before they are in the journal',
    file: 'lib/engine/turn.ts',
    find: `const recorded = await record(turn, memory);`,
    put: `await deleteReceived(turn);\n      const recorded = await record(turn, memory);`,
  },
  {
    name: 'what was accepted during the turn counts as seen, and is not read',
    file: 'lib/engine/turn-state.ts',
    find: `this.newestRun = run;\n    this.wakesSeen = run.wakes;\n    this.inboxIds = run.inboxIds;`,
    put: `this.newestRun = run;\n    this.wakesSeen = run.wakes;`,
  },
  {
    name: 'a blocked run loses its inbox',
    file: 'lib/engine/block.ts',
    find: `inboxIds: turn.inboxIds,`,
    put: `inboxIds: [],`,
  },
  {
    name: 'a run that is terminated after a takeover forgets its inbox',
    file: 'lib/engine/terminate.ts',
    find: `if ((await loadInbox(turn)).kind === 'lost') return { kind: 'lease-lost' };`,
    put: `if (turn.journal.recordNumber < 0) await loadInbox(turn);`,
  },
  {
    name: 'what comes after the end is not recorded',
    file: 'lib/engine/deliver-pending-events.ts',
    find: `if (codeHasEnded(memory)) {`,
    put: `if (codeHasEnded(memory)) {\n      continue;`,
  },
  {
    name: 'signals are received newest first',
    file: 'lib/scheduler/signal-buffer.ts',
    find: `const { payload, messageId } = payloads.take();`,
    put: `const all = [payloads.take()];\n    while (payloads.size > 0) all.push(payloads.take());\n    const { payload, messageId } = all.pop()!;\n    for (const one of all) payloads.add(one);`,
  },
  {
    name: 'an inbox has no limit',
    file: 'lib/memory/run-state.ts',
    find: `if (isClosedForIt || run.inboxIds.length >= inboxLimit) return { answer: { kind: 'full', run } };`,
    put: '',
  },
];
